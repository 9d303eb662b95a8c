# Exhibits: one rule per row of a document's table, one target per document. Included after the documents.
#
# NEEDS   EXHIBITS, see documents.smk
# MAKES   results/<document>/<exhibit>.png|pdf|csv|tex
#         results/exhibits.csv    one row per exhibit: name and content


for document, rows in EXHIBITS.items():

    rule:
        name:
            document
        input:
            *products(document),

    for name, row in rows.items():

        rule:
            name:
                f"{document}_{name}"
            input:
                *row.get("inputs", []),
                **row.get("input", {}),
            output:
                **exhibit_files(document, name, row),
            log:
                f"logs/{document}/{name}.log",
            benchmark:
                f"benchmarks/results/{document}_{name}.tsv"
            conda:
                "../../envs/cpu.yaml"
            resources:
                mem_mb=row.get("mem_mb", 2000),
                runtime=row.get("runtime", 10),
            params:
                **row.get("params", {}),
                script=f"{document}/{row.get('script', name)}.py",
            message:
                f"Drawing {', '.join(exhibit_names(name, row))} of {DOCUMENTS[document]['title']}: {row['about']}"
            script:
                "../scripts/{params.script}"


rule list_exhibits:
    """List every exhibit of every document."""
    output:
        "results/exhibits.csv",
    log:
        "logs/exhibits.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    params:
        exhibits=[
            {
                "document": document,
                "exhibit": exhibit,
                "title": DOCUMENTS[document]["title"],
                "label": exhibit_label(name, row, exhibit),
            }
            for document, rows in EXHIBITS.items()
            for name, row in rows.items()
            for exhibit in exhibit_names(name, row)
        ],
        captions=contents(REPORT.glob("*/*.rst")),
    message:
        "Listing the exhibits"
    script:
        "../scripts/run/exhibits.py"
