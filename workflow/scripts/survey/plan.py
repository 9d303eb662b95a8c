"""Divide a survey into chunks."""

from obafgkm.survey.entries import read_entries
from obafgkm.survey.plan import write_plan
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        write_plan(read_entries(snakemake.input.spectra), snakemake.output.plan, snakemake.params.chunk)
