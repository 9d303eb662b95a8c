"""Merge the chunks of a survey into one dataset."""

from obafgkm.survey.merging import merge
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        merge(snakemake.input.types, snakemake.output[0], snakemake.input.receipts)
