"""Reliability curve and expected calibration error of every classifier that gives probabilities."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import bootstrap_interval, wilson_interval, with_intervals
from obafgkm.evaluation.metrics import calibration_metrics, reliability
from obafgkm.evaluation.predictions import probabilities
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

ERROR = "calibration_error"
DRAWS = 200  # of outcomes of calibrated probabilities
TICKS = (0.2, 0.4, 0.6, 0.8)  # of the figure; those at the ends of neighbouring panels would touch
BINS = 5  # bins of the figure; the table has its own


def outcomes(table):
    """Confidence, correctness and probability of the expected class for each spectrum.

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


def calibrated_error(confidence, seed):
    """Mean calibration error of as many spectra of which each is right with the probability that it is given.

    It is not zero, because a bin with few spectra agrees with its mean probability by chance only.
    """
    right = np.random.default_rng(seed).random((DRAWS, len(confidence))) < confidence
    return np.mean([calibration_metrics(confidence, drawn, confidence)[ERROR] for drawn in right])


def table_calibration(tables, settings, seed):
    """One row per classifier, with bootstrap intervals by star.

    Resampled stars fall short of calibration by more than the stars themselves, by as much as these do by
    chance: the interval of the calibration error is shifted by the median of this excess.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Predictions by name of the classifier.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
    """
    rows = []
    for name, table in tables.items():
        arrays = (calibration_metrics, table["star"], *outcomes(table))
        bootstrap = {"samples": settings["bootstrap"], "seed": seed}
        numbers = with_intervals(*arrays, confidence=settings["confidence"], **bootstrap)
        excess = bootstrap_interval(*arrays, confidence=0, **bootstrap)[ERROR][0] - numbers[ERROR]
        for end in (f"{ERROR}_low", f"{ERROR}_high"):
            numbers[end] = max(0.0, numbers[end] - excess)
        numbers[f"{ERROR}_if_calibrated"] = calibrated_error(outcomes(table)[0], seed)
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
    rows = -(-len(tables) // 3)
    size = {"width": PAGE, "height": 0.4 + 0.33 * PAGE * rows, "panels": (rows, 3)}
    figure, panels = new_figure(**size, sharex=True, sharey=True, squeeze=False)
    errors = calibration[[ERROR, f"{ERROR}_if_calibrated"]].to_numpy()
    for axes, (name, table), error in zip(panels.flat, tables.items(), errors, strict=False):
        confidence, right, _ = outcomes(table)
        curve = reliability(confidence, right, BINS)
        axes.plot([0, 1], [0, 1], color="0.6", lw=0.8, zorder=0)
        bars = np.abs(wilson_interval(curve["accuracy"], curve["spectra"]) - curve["accuracy"].to_numpy())
        axes.errorbar(curve["confidence"], curve["accuracy"], bars, fmt="o", ms=4, capsize=2, lw=0.8)
        axes.set_title(f"{name}:\ncalibration error {error[0]:.2f} ({error[1]:.2f} by chance)")
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xticks=TICKS, yticks=TICKS)
    for axes in panels.flat[len(tables) :]:
        axes.axis("off")
    figure.supylabel("Fraction of correct subclasses", fontsize=8)
    for axes in panels[-1]:
        axes.set_xlabel("Probability of the predicted subclass")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        output, params = snakemake.output, snakemake.params
        tables = dict(zip(params.names, map(pd.read_csv, snakemake.input), strict=True))
        calibration = table_calibration(tables, params.settings, params.seed)
        write_table(calibration, output.table_calibration, output.table_calibration_tex)
        source = next(iter(tables.values()))["source"][0]
        paths = [output.fig_calibration, output.fig_calibration_pdf]
        save_figure(fig_calibration(tables, calibration), paths, source, networks=True)
