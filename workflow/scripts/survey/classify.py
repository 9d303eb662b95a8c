"""Classify the spectra of one chunk."""

import warnings
from pathlib import Path

from obafgkm.survey.chunk import classify_chunk
from obafgkm.survey.plan import read_chunk
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake), warnings.catch_warnings(action="ignore"):  # warnings about non-standard FITS headers
        classify_chunk(read_chunk(snakemake.input.entries), snakemake.output.types, snakemake.output.receipt)
        print(Path(snakemake.output.receipt).read_text())
