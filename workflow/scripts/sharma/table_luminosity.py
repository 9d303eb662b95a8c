"""Luminosity classification (section 4.3): all stars, G and B stars, and a rule based on temperature."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.evaluation.metrics import luminosity_metrics
from obafgkm.mk import MAIN_CLASSES, code_from_class, luminosity_from_code, main_class
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

GIANT, DWARF = 2, 4
# Number of final characters of a spectral code that encode the luminosity: three in the paper; four are the
# whole remainder of a subclass.
READINGS = {3: "", 4: ", whole remainder of the code"}


def temperature_alone(number):
    """Luminosity from temperature alone: O, B, A, F are dwarfs; G, K, M are giants."""
    return np.where(main_class(number) <= MAIN_CLASSES.index("F"), DWARF, GIANT)


def table_luminosity(luminosity, regressors, settings, seed):
    """One row per model and group of stars, with bootstrap intervals by star.

    ``accuracy_less_temperature`` is the accuracy minus that of `temperature_alone` on the same stars.

    Parameters
    ----------
    luminosity : DataFrame
        Predictions of the luminosity classifier.
    regressors : dict of str to DataFrame
        Predictions by name of the regressor. Their spectral codes end in the luminosity class, decoded both
        as in the paper and with the whole remainder of a subclass, see `luminosity_from_code`.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Seed of the bootstrap.
    """
    expected = luminosity["expected"].to_numpy()
    number = luminosity["mk_class"].to_numpy()
    everyone, alone = np.full(len(number), True), temperature_alone(number)
    rows = [("CNN", "all", luminosity["predicted"].to_numpy(), everyone)]
    for letter in "GB":
        members = main_class(number) == MAIN_CLASSES.index(letter)
        rows.append(("CNN", f"{letter} stars", luminosity["predicted"].to_numpy(), members))
    for name, table in regressors.items():
        code = code_from_class(table.set_index("file").loc[luminosity["file"], "predicted"])
        for characters, reading in READINGS.items():
            rows.append((name + reading, "all", luminosity_from_code(code, characters), everyone))
    rows.append(("temperature alone (baseline)", "all", alone, everyone))

    def metrics(expected, predicted, alone):
        gain = np.mean(predicted == expected) - np.mean(alone == expected)
        own = luminosity_metrics(expected, predicted, settings["clip"])
        return {**own, "accuracy_less_temperature": gain}

    table = []
    for model, stars, predicted, members in rows:
        if not members.any():
            continue
        numbers = with_intervals(
            metrics,
            luminosity["star"][members],
            expected[members],
            predicted[members],
            alone[members],
            samples=settings["bootstrap"],
            confidence=settings["confidence"],
            seed=seed,
        )
        about = {"model": model, "stars": stars, "source": luminosity["source"][0], "spectra": members.sum()}
        table.append({**about, **numbers})
    return pd.DataFrame(table)


if __name__ == "__main__":
    with job(snakemake):
        given, params = snakemake.input, snakemake.params
        regressors = {
            "MLP regressor": pd.read_csv(given.mlp_regressor),
            "Random forest regressor": pd.read_csv(given.forest_regressor),
        }
        table = table_luminosity(pd.read_csv(given.luminosity), regressors, params.settings, params.seed)
        write_table(table, *snakemake.output)
