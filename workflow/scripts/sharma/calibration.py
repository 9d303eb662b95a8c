"""Reliability curve and expected calibration error of every classifier that gives probabilities."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.evaluation.metrics import calibration_metrics, reliability
from obafgkm.evaluation.predictions import probabilities
from obafgkm.report.plots import COLUMN, new_figure, save_figure
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def outcomes(table):
    """Confidence, whether it was right, and the probability of the expected class, of each spectrum.

    Parameters
    ----------
    table : DataFrame
        Predictions of a classifier.

    Returns
    -------
    tuple of arrays (n,)
    """
    probability = probabilities(table).to_numpy()
    expected = table["expected"].to_numpy()
    right = (table["predicted"] == expected).to_numpy()
    return probability.max(axis=1), right, probability[np.arange(len(table)), expected]


def table_calibration(tables, settings, seed):
    """One row a classifier, with bootstrap intervals by star.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Predictions a classifier's name.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
    """
    rows = []
    for name, table in tables.items():
        numbers = with_intervals(
            calibration_metrics,
            table["star"],
            *outcomes(table),
            samples=settings["bootstrap"],
            confidence=settings["confidence"],
            seed=seed,
        )
        rows.append({"model": name, "source": table["source"][0], "spectra": len(table), **numbers})
    return pd.DataFrame(rows)


def fig_calibration(tables, calibration):
    """Draw the reliability curves.

    Parameters
    ----------
    tables : dict of str to DataFrame
    calibration : DataFrame
        From `table_calibration`.
    """
    figure, axes = new_figure(1.25 * COLUMN, 1.25 * COLUMN)
    axes.plot([0, 1], [0, 1], color="0.6", lw=0.8, zorder=0)
    for (name, table), error in zip(tables.items(), calibration["calibration_error"], strict=True):
        confidence, right, _ = outcomes(table)
        curve = reliability(confidence, right)
        axes.plot(curve["confidence"], curve["accuracy"], "o-", ms=3, label=f"{name}: {error:.2f}")
    axes.set(xlabel="Probability of the predicted subclass", ylabel="Share of right subclasses")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.legend(title="expected calibration error", title_fontsize=7, fontsize=6)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        output, params = snakemake.output, snakemake.params
        tables = dict(zip(params.names, map(pd.read_csv, snakemake.input), strict=True))
        calibration = table_calibration(tables, params.settings, params.seed)
        write_table(calibration, output.table_calibration, output.table_calibration_tex)
        source = next(iter(tables.values()))["source"][0]
        save_figure(
            fig_calibration(tables, calibration), [output.fig_calibration, output.fig_calibration_pdf], source
        )
