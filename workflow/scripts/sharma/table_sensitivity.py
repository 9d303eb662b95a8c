"""The stated errors of Sharma et al. 2020, section 5.2: robustness to perturbed spectra and labels."""

import numpy as np
import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

TESTS = [
    "clean",
    "normalised",
    "trained on normalised",
    "trained on continua",
    "wrong labels",
    "shuffled continua",
    "reddening",
]
A_V = [0, 0.1, 0.3, 0.4, 0.5, 0.6, 0.8, 1]  # magnitudes discussed in the paper
SETTINGS = {"wrong labels": "{:.2%} of the labels", "reddening": "A_V = {:g} mag"}
COUNTS = ["classified", "peculiar", "unclassified"]
NUMBERS = [
    "rms",
    "rms_low",
    "rms_high",
    "mad_sigma",
    "clipped_sigma",
    "clipped_sigma_low",
    "clipped_sigma_high",
    "clipped_fraction",
    "bias",
    "clipped_bias",
    "clipped_bias_low",
    "clipped_bias_high",
]


def table_sensitivity(errors, names):
    """One row per test and model.

    Parameters
    ----------
    errors : DataFrame
        Columns ``test, setting, repeat, model, source, spectra, classified`` and the numbers.
    names : dict of str to str
        The models' names.

    Returns
    -------
    DataFrame
        Errors in subclasses, ``colour_change`` in magnitudes (see `obafgkm.documents.sharma.robustness`).
        Numbers are medians over the repeats of a test; ``rms_smallest``, ``rms_largest`` and ``rms_sd`` give
        their scatter, and are missing if there is only one.
    """
    told = (errors["test"] != "reddening") | np.isclose(errors["setting"].to_numpy()[:, None], A_V).any(1)
    rows = []
    for (test, setting, model), repeats in errors[told].groupby(["test", "setting", "model"], dropna=False):
        rms, several = repeats["rms"], len(repeats) > 1
        rows.append(
            {
                "test": test,
                "setting": SETTINGS.get(test, "").format(setting),
                "model": names[model],
                "source": repeats["source"].iloc[0],
                "spectra": repeats["spectra"].iloc[0],
                **{count: repeats[count].iloc[0] for count in COUNTS},
                "repeats": len(repeats),
                "colour_change": repeats["colour_change"].mean(),
                **repeats[NUMBERS].median(),
                "rms_smallest": rms.min() if several else np.nan,
                "rms_largest": rms.max() if several else np.nan,
                "rms_sd": rms.std(),
            }
        )
    return pd.DataFrame(rows).sort_values("test", key=lambda column: column.map(TESTS.index), kind="stable")


if __name__ == "__main__":
    with job(snakemake):
        errors = pd.read_csv(snakemake.input.errors)
        write_table(table_sensitivity(errors, snakemake.params.names), *snakemake.output)
