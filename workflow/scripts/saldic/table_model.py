"""Layers of the four-parameter network of Saldic & Rathcke, as in the slides and as trained."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

COLUMNS = ["outputs", "parameters"]


def table_model(layers):
    """Layers, with a last row for their sum.

    Parameters
    ----------
    layers : DataFrame
        Columns ``network, layer, kind, inputs, outputs, parameters, source``; the network `slides` has the
        number of pixels of the slides, the others that of the run's spectra.

    Returns
    -------
    DataFrame
        ``outputs`` and ``parameters`` are those of the slides; with ``_trained``, those of the trained
        network.
    """
    slides, trained = (layers[layers["network"] == name] for name in ("slides", "multi_random"))
    table = slides.drop(columns=["network", "inputs", "source"])
    table = table.merge(trained[["layer", *COLUMNS, "source"]], on="layer", suffixes=("", "_trained"))
    sums = {name: table[name].sum() for name in ("parameters", "parameters_trained")}
    total = {"layer": "all", "kind": "", "outputs": "", "outputs_trained": "", **sums}
    return pd.concat([table, pd.DataFrame([{**total, "source": table["source"].iloc[0]}])], ignore_index=True)


if __name__ == "__main__":
    with job(snakemake):
        write_table(table_model(pd.read_csv(snakemake.input.layers)), *snakemake.output)
