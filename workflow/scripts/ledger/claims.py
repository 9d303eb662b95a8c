"""The ledger of claims as a table and as a page."""

from pathlib import Path

from obafgkm.report.claims import read_claims, settled
from obafgkm.report.ledger import ledger, summary
from obafgkm.report.ledger_page import page
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        params, output = snakemake.params, snakemake.output
        root = Path(snakemake.scriptdir).resolve().parents[2]
        claims = settled(read_claims(root / "config" / "claims.yaml"), params.made)
        table = ledger(claims, "results", params.scale)
        table.to_csv(output.csv, index=False, float_format="%.6g")
        template = (root / "workflow" / "report" / "claims.html").read_text()
        Path(output.html).write_text(page(table, template, params.titles))
        for document, line in summary(table).items():
            print(f"{document}: {line}")
