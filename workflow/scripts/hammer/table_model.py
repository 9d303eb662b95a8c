"""Layers and free parameters of the slides' network, the document's tuned one and that of the search."""

import pandas as pd

from obafgkm.job import job
from obafgkm.tables import write_table

if __name__ == "__main__":
    with job(snakemake):
        write_table(pd.read_csv(snakemake.input.layers), *snakemake.output)
