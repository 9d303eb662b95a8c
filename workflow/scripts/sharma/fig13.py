"""Figure 13: error of the CNN along the sequence, and its mean and standard deviation a main class."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from obafgkm.evaluation.metrics import dispersion
from obafgkm.mk import MAIN_CLASSES, N_CLASSES, main_class
from obafgkm.report.plots import PAGE, save_figure
from obafgkm.report.plots.classes import label_class_axis
from obafgkm.workflow.job import job


def fig13(predictions, threshold):
    """Draw the figure.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``expected`` and ``predicted``.
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
    classes = [i for i in range(len(MAIN_CLASSES)) if (main_class(expected) == i).any()]
    statistics = pd.DataFrame(
        [dispersion(difference[main_class(expected) == i], threshold) for i in classes], index=classes
    )
    centre = 10 * np.array(classes) + 4.5
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
        save_figure(fig13(predictions, snakemake.params.clip), snakemake.output, predictions["source"][0])
