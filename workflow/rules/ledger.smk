# The ledger of claims: every published number beside ours.
#
# NEEDS   config/claims.yaml; the tables that its claims name
# MAKES   results/claims.csv, claims.html

from obafgkm.report.claims import product_files, read_claims, settled

CLAIMS = ROOT / "config" / "claims.yaml"
# Tables of this run, one of which may stand for another in the ledger.
MADE = sorted(str(path).removeprefix("results/") for path in products() if str(path).endswith(".csv"))
SETTLED = settled(read_claims(CLAIMS), MADE)
PAGE = REPORT / "claims.html"


rule ledger:
    """Compare every published number with the tables of this run."""
    input:
        products=[f"results/{path}" for path in product_files(SETTLED)],
    output:
        csv=report(
            "results/claims.csv",
            caption="../report/claims.rst",
            category="Claims",
            labels={"exhibit": "Ledger", "format": "table"},
        ),
        html=report(
            "results/claims.html",
            caption="../report/claims.rst",
            category="Claims",
            labels={"exhibit": "Ledger", "format": "page"},
        ),
    log:
        "logs/ledger.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        sources=contents([CLAIMS, PAGE]),
        scale=lookup(within=config, dpath="ledger/scale"),
        made=[path for path in MADE if path in product_files(SETTLED)],
        # Of the documents that claim something: a further one changes nothing here.
        titles={claim.document: DOCUMENTS[claim.document]["title"] for claim in SETTLED},
    message:
        "Comparing the published numbers with ours"
    script:
        "../scripts/ledger/claims.py"
