"""The five best trials of the search."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        write_table(pd.read_csv(snakemake.input.trials).head(5), *snakemake.output, digits=4)
