"""Errors of networks and baselines by parameter and kind of split, with bootstrap intervals."""

import pandas as pd

from obafgkm.evaluation.intervals import error_columns
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def table_errors(predictions, settings, seed):
    """One row per parameter, model and split.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``parameter, model, split, node, expected, predicted, source``.
    settings : dict
        The section `evaluation` of the configuration. The bootstrap resamples model atmospheres, whose
        spectra are not independent.
    seed : int
    """
    rows = []
    for (parameter, model, split), group in predictions.groupby(["parameter", "model", "split"], sort=False):
        notes = {"parameter": parameter, "held out": split, "model": model, "spectra": len(group)}
        notes |= error_columns(group["predicted"] - group["expected"], group["node"], settings, seed)
        rows.append({**notes, "source": group["source"].iloc[0]})
    order = {"teff": 0, "logg": 1, "feh": 2, "vsini": 3, "random": 0, "nodes": 1, "region": 2}
    return pd.DataFrame(rows).sort_values(
        ["parameter", "held out"], key=lambda column: column.map(order), kind="stable", ignore_index=True
    )


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        predictions = pd.concat([pd.read_csv(path) for path in snakemake.input], ignore_index=True)
        write_table(table_errors(predictions, params.settings, params.seed), *snakemake.output, digits=3)
