"""Layers and parameters of the four-parameter network of Saldic & Rathcke."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def table_model(layers):
    """Layers with a last row for their sum.

    Parameters
    ----------
    layers : DataFrame
        Columns ``network, layer, kind, outputs, parameters, source``.
    """
    table = layers[layers["network"] == "multi_random"].drop(columns="network")
    total = {"layer": "all", "kind": "", "outputs": "", "parameters": table["parameters"].sum()}
    return pd.concat([table, pd.DataFrame([{**total, "source": table["source"].iloc[0]}])], ignore_index=True)


if __name__ == "__main__":
    with job(snakemake):
        write_table(table_model(pd.read_csv(snakemake.input.layers)), *snakemake.output)
