"""The (Teff, log g) grid of Saldic & Rathcke with the numbers of spectra at each Teff and of those used."""

import pandas as pd

from obafgkm.documents.saldic.grid import count_spectra
from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job


def table_grid(labels):
    """One row per Teff and a last one for all.

    Parameters
    ----------
    labels : DataFrame
        Labels of the spectra drawn from the grid.
    """
    table = count_spectra()
    drawn = labels["teff"].value_counts().reindex(table["teff"], fill_value=0)
    table["drawn"] = drawn.to_numpy()
    gravity = table.columns[1:-3]
    table[gravity] = table[gravity].replace({True: "x", False: ""}).astype(str)
    table["teff"] = table["teff"].map("{:.0f}".format)
    counts = ["gravities", "spectra", "drawn"]
    total = pd.DataFrame([{"teff": "all", **dict.fromkeys(gravity, ""), **table[counts].sum()}])
    return pd.concat([table, total], ignore_index=True).assign(source=labels["source"].iloc[0])


if __name__ == "__main__":
    with job(snakemake):
        write_table(table_grid(read_labels(snakemake.input.spectra)), *snakemake.output)
