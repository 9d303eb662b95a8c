# The ledger of claims: every published number beside ours.
#
# NEEDS   config/claims.yaml; the tables that its claims name
# MAKES   results/claims.csv, claims.html

from obafgkm.dependencies import checksum
from obafgkm.ledger import product_files, read_claims, set_aside

CLAIMS = os.path.join(workflow.basedir, "config", "claims.yaml")
PAGE = os.path.join(workflow.basedir, "workflow", "report", "claims.html")


rule ledger:
    """Compare every published number with the tables of this run."""
    input:
        products=[
            f"results/{path}"
            for path in product_files(
                set_aside(read_claims(CLAIMS), config["ledger"]["not_made"]),
                config["ledger"]["scale"],
            )
        ],
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
        # Their contents, because their paths change with the place of this repository.
        sources=[checksum(path) for path in (CLAIMS, PAGE)],
        not_made=lookup(within=config, dpath="ledger/not_made"),
        scale=lookup(within=config, dpath="ledger/scale"),
    message:
        "Comparing the published numbers with ours"
    script:
        "../scripts/ledger/claims.py"
