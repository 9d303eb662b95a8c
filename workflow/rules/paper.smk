# The paper on the whole work.
#
# NEEDS   paper/*.typ, numbers.yaml, references.bib; config/claims.yaml; the tables and exhibits that the text shows;
#         the checks, so that results that fail them give no paper, and no networks are compared that are
#         not shown to have learnt
# MAKES   results/paper/numbers.json    every number and word of the text, by name
#         results/paper.pdf

from obafgkm.report.declaration import absent_sections, exhibits, read_declaration, table_files

PAPER = ROOT / "paper"
NUMBERS = read_declaration(PAPER / "numbers.yaml")
ABSENT = absent_sections(NUMBERS, PAPER, products())


rule paper_numbers:
    """Gather the paper's numbers from the tables of this run."""
    input:
        tables=[f"results/{path}" for path in table_files(NUMBERS, ABSENT)],
    output:
        "results/paper/numbers.json",
    log:
        "logs/paper/numbers.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        # Their contents, because their paths depend on the location of this repository.
        sources=contents([CLAIMS, PAPER / "numbers.yaml"]),
        settings={
            name: lookup(within=config, dpath=setting["key"])
            for name, setting in NUMBERS["settings"].items()
        },
        scale=lookup(within=config, dpath="ledger/scale"),
        absent=ABSENT,
    message:
        "Gathering the paper's numbers"
    script:
        "../scripts/paper/numbers.py"


rule paper:
    """Typeset the paper."""
    input:
        numbers="results/paper/numbers.json",
        exhibits=exhibits(PAPER, ABSENT),
        checks=rules.science.output,
    output:
        report(
            "results/paper.pdf",
            caption="../report/paper.rst",
            category="Paper",
            labels={"exhibit": "The paper"},
        ),
    log:
        "logs/paper/paper.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        sources=contents(PAPER.iterdir()),
    message:
        "Typesetting the paper"
    script:
        "../scripts/paper/typeset.py"
