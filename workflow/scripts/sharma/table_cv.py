"""Stated results of section 4.1: cross-validated accuracy, with folds of stars and of spectra."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def table_cv(tables, names):
    """One row per model and way of folding: mean and standard deviation over the folds.

    Parameters
    ----------
    tables : sequence of DataFrame
        Folds by model.
    names : sequence of str
        The models' names.
    """
    rows = []
    for name, table in zip(names, tables, strict=True):
        if "centred" not in table:
            table = table.assign(centred=False)
        for (centred, folds_by), folds in table.groupby(["centred", "folds_by"]):
            row = {
                "model": f"{name}, flux centred" if centred else name,
                "source": folds["source"].iloc[0],
                "folds_by": folds_by,
                "folds": len(folds),
            }
            for metric in ("accuracy", "sigma"):
                row[metric], row[f"{metric}_sd"] = folds[metric].mean(), folds[metric].std()
            rows.append(row)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        tables = [pd.read_csv(path) for path in snakemake.input]
        write_table(table_cv(tables, snakemake.params.names), *snakemake.output, digits=3)
