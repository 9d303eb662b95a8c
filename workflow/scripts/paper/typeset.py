"""The paper as a PDF."""

from pathlib import Path

from obafgkm.job import job
from obafgkm.paper import typeset

if __name__ == "__main__":
    with job(snakemake):
        folder = Path(snakemake.scriptdir).resolve().parents[2] / "paper"
        typeset(folder, snakemake.input.numbers, "results", snakemake.output[0])
