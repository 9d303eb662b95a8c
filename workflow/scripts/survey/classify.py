"""Classify the spectra of one chunk."""

import warnings
from pathlib import Path

from obafgkm.survey.chunk import classify_chunk
from obafgkm.survey.plan import read_chunk, read_planned
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake), warnings.catch_warnings(action="ignore"):  # warnings about non-standard FITS headers
        path = Path(snakemake.input.entries)
        entries = read_planned(path) if path.parent.name == "plan" else read_chunk(path)
        classify_chunk(entries, snakemake.output.types, snakemake.output.receipt)
        print(Path(snakemake.output.receipt).read_text())
