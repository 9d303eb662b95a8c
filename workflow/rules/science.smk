# Check the results of the run before anything is derived from them.
#
# NEEDS   every exhibit, the ledger, the samples
# MAKES   results/science.html    each check and its outcome
#         results/science.csv     each trained network compared with the trivial answer to its task

CHECKS = ROOT / "tests" / "science"


rule science:
    """Check the results: non-empty figures, a source in every row, counts, splits, physics, chance level."""
    input:
        products(),
        rules.list_exhibits.output,
        rules.ledger.output,
        expand("resources/{stage}/{library}.h5", stage=["ingested", "homogenised"], library=LIBRARIES),
        expand("resources/sharma/{part}.h5", part=["training", "test"]),
        expand(
            "resources/gebran/{stars}_{part}.h5", stars=["a_stars", "fgk_stars"], part=["training", "test"]
        ),
        "resources/csepreghy/sample.h5",
        "resources/hammer/sample.csv",
    output:
        page=report(
            "results/science.html",
            caption="../report/science.rst",
            category="Checks",
            labels={"exhibit": "Checks of the results"},
        ),
        networks="results/science.csv",
    log:
        "logs/science.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        checks=contents(CHECKS.glob("*.py")),
        scale=lookup(within=config, dpath="ledger/scale"),
        titles={document: entry["title"] for document, entry in DOCUMENTS.items()},
    message:
        "Checking the results"
    script:
        "../scripts/run/science.py"
