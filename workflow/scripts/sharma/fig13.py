"""Figure 13: error of the CNN along the sequence, and its mean and standard deviation a main class."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from obafgkm.evaluation.metrics import dispersion
from obafgkm.mk import MAIN_CLASSES, N_CLASSES, main_class
from obafgkm.report.plots import PAGE, save_figure
from obafgkm.report.plots.classes import label_class_axis
from obafgkm.workflow.job import job


def class_errors(predictions, threshold):
    """Bias and error of each main class that has a star.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``expected, predicted, source``.
    threshold : float
        Clipping threshold in standard deviations.

    Returns
    -------
    DataFrame
        Columns ``class, source, spectra``, ``size of bias`` (of the mean of all, as in the paper's statement
        that no class is off by more than a subclass), and those of `obafgkm.evaluation.metrics.dispersion`.
    """
    expected = predictions["expected"].to_numpy()
    difference = predictions["predicted"].to_numpy() - expected
    rows = []
    for i in np.unique(main_class(expected)):
        own = difference[main_class(expected) == i]
        about = {"class": MAIN_CLASSES[i], "source": predictions["source"].iloc[0], "spectra": own.size}
        rows.append({**about, "size of bias": abs(own.mean()), **dispersion(own, threshold)})
    return pd.DataFrame(rows)


def fig13(predictions, statistics, threshold):
    """Draw the figure.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``expected`` and ``predicted``.
    statistics : DataFrame
        From `class_errors`.
    threshold : float
        Clipping threshold in standard deviations.
    """
    expected = predictions["expected"].to_numpy()
    difference = predictions["predicted"].to_numpy() - expected
    figure, axes = plt.subplot_mosaic(
        [["mean", "."], ["sigma", "."], ["error", "histogram"]],
        figsize=(PAGE, PAGE),
        layout="constrained",
        width_ratios=(4, 1),
        height_ratios=(1, 1, 2),
    )
    centre = 10 * statistics["class"].map(MAIN_CLASSES.index).to_numpy() + 4.5
    for name, clipped, raw, label in [
        ("mean", "clipped_bias", "bias", "Mean"),
        ("sigma", "clipped_sigma", "sigma", "Standard deviation"),
    ]:
        panel = axes[name]
        for shift, column, meaning in [(-1.8, clipped, f"{threshold:g}σ clipped"), (1.8, raw, "all")]:
            bars = panel.bar(centre + shift, statistics[column], 3.4, label=meaning)
            panel.bar_label(bars, fmt="%.2f", fontsize=6, padding=1)
        panel.axhline(0, color="0.6", lw=0.6)
        panel.set(ylabel=f"{label} (subclasses)", xlim=(-1, N_CLASSES))
        panel.margins(y=0.2)
        panel.set_xticks(range(0, N_CLASSES, 10), [])
        panel.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
    limit = 1.05 * max(1, np.abs(difference).max())
    spots, count = np.unique([expected, difference], axis=1, return_counts=True)
    axes["error"].scatter(*spots, s=7 * count**0.8, alpha=0.6, linewidths=0)
    axes["error"].axhline(0, color="0.6", lw=0.6)
    axes["error"].set(
        xlabel="Expected class",
        ylabel="Predicted − expected (subclasses)",
        xlim=(-1, N_CLASSES),
        ylim=(-limit, limit),
    )
    label_class_axis(axes["error"].xaxis)
    bins = np.arange(np.floor(-limit), limit + 1) - 0.5
    axes["histogram"].hist(difference, bins, orientation="horizontal")
    axes["histogram"].set(ylim=(-limit, limit), yticklabels=[], xlabel="Stars")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        statistics = class_errors(predictions, snakemake.params.clip)
        statistics.to_csv(snakemake.output.csv, index=False, float_format="%.6g")
        figure = fig13(predictions, statistics, snakemake.params.clip)
        save_figure(figure, [snakemake.output.png, snakemake.output.pdf], predictions["source"][0])
