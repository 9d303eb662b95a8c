"""Table 2: layers of the network and their parameters."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def table2(layers):
    """The layers that the paper counts, and their sum."""
    table = layers[~layers["kind"].isin(["Input", "Reshape", "Dropout"])].drop(columns="inputs")
    total = {"layer": "all", "kind": "", "outputs": "", "parameters": table["parameters"].sum()}
    return pd.concat([table, pd.DataFrame([{**total, "source": table["source"].iloc[0]}])], ignore_index=True)


if __name__ == "__main__":
    with job(snakemake):
        write_table(table2(pd.read_csv(snakemake.input.layers)), *snakemake.output)
