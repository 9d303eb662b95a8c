"""The paper as a PDF."""

from pathlib import Path

from obafgkm.report.paper import typeset
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        folder = Path(snakemake.scriptdir).resolve().parents[2] / "paper"
        typeset(folder, snakemake.input.numbers, "results", snakemake.output[0])
