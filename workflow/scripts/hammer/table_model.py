"""Layers and free parameters of the slides' network, the document's tuned one, and the one found here."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        write_table(pd.read_csv(snakemake.input.layers).drop(columns="inputs"), *snakemake.output)
