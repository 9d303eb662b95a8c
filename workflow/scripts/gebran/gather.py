"""Gather the parts of a table."""

import pandas as pd

from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        tables = [pd.read_csv(part) for part in snakemake.input.parts]
        pd.concat([table for table in tables if len(table)]).to_csv(snakemake.output.table, index=False)
