"""Gather the parts of a table into one."""

import pandas as pd

from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        parts = [pd.read_csv(path) for path in snakemake.input]
        table = pd.concat([part for part in parts if len(part)])  # some may be empty
        if order := snakemake.params.get("order"):
            table = table.sort_values(order)
        table.to_csv(snakemake.output[0], index=False)
