"""The five best trials of the search."""

import pandas as pd

from obafgkm.job import job
from obafgkm.tables import write_table

if __name__ == "__main__":
    with job(snakemake):
        write_table(pd.read_csv(snakemake.input.trials).head(5), *snakemake.output, digits=4)
