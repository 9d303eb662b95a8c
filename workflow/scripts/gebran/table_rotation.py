"""Errors of test spectra with noise for ranges of v sin i; section 7 has those below 100 km/s."""

from itertools import pairwise

import pandas as pd

from obafgkm.documents.gebran.databases import PARAMETERS
from obafgkm.evaluation.intervals import error_columns
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

_ROTATION = (0, 100, 200, 300)  # km/s


def table_rotation(predictions, settings, seed):
    """σ of each stellar parameter with its interval, one row per range of v sin i, the last one for all.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``set, parameter, expected, predicted, true_vsini, source``.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
    """
    noisy = predictions[predictions["set"] == "noisy_test"]
    ranges = [(f"{low} to {high} km/s", low, high) for low, high in pairwise(_ROTATION)]
    table = []
    for name, low, high in [*ranges, ("all", _ROTATION[0], _ROTATION[-1])]:
        stars = noisy[noisy["true_vsini"].between(low, high, inclusive="left" if name != "all" else "both")]
        row = {"v sin i": name, "spectra": int((stars["parameter"] == PARAMETERS[0]).sum())}
        for parameter in PARAMETERS:
            rows = stars[stars["parameter"] == parameter]
            difference = (rows["predicted"] - rows["expected"]).to_numpy()
            errors = error_columns(difference, rows.index, settings, seed)
            row |= {f"sigma_{parameter}{end}": errors[f"sigma{end}"] for end in ("", "_low", "_high")}
        table.append({**row, "source": noisy["source"].iloc[0]})
    return pd.DataFrame(table)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        table = table_rotation(pd.read_csv(snakemake.input.predictions), params.settings, params.seed)
        write_table(table, *snakemake.output, digits=3)
