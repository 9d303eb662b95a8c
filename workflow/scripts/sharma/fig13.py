"""Figure 13: error of the CNN along the sequence, with mean and standard deviation per main class."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from obafgkm.evaluation.metrics import dispersion
from obafgkm.mk import MAIN_CLASSES, N_CLASSES, main_class
from obafgkm.report.plots import PAGE, save_figure
from obafgkm.report.plots.classes import draw_counts, label_class_axis
from obafgkm.workflow.job import job


def class_errors(predictions, threshold):
    """Bias and error of each main class with stars.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``expected, predicted, source``.
    threshold : float
        Clipping threshold in standard deviations.

    Returns
    -------
    DataFrame
        Columns ``class, source, spectra``, ``size of bias`` (of the unclipped mean, as in the paper's
        statement that no class is off by more than a subclass), and those of
        `obafgkm.evaluation.metrics.dispersion`.
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
        [["mean"] * 3 + ["sigma"] * 3, ["error"] * 5 + ["histogram"]],
        figsize=(PAGE, 0.85 * PAGE),
        layout="constrained",
        height_ratios=(2, 3),
    )
    figure.get_layout_engine().set(w_pad=0.1)  # inches, between panels and their labels
    place = np.arange(len(statistics))
    for name, clipped, raw, label in [
        ("mean", "clipped_bias", "bias", "Mean"),
        ("sigma", "clipped_sigma", "sigma", "Standard deviation"),
    ]:
        panel = axes[name]
        for shift, column, meaning in [(-0.22, clipped, f"{threshold:g}σ clipped"), (0.22, raw, "all stars")]:
            bars = panel.bar(place + shift, statistics[column], 0.4, label=meaning)
            for bar, value in zip(bars, statistics[column], strict=True):
                panel.annotate(
                    f"{value:.1f}".replace("-", "−"),
                    (bar.get_x() + bar.get_width() / 2, max(value, 0)),  # above the line, beside no other bar
                    xytext=(1.5 * np.sign(shift), 1),  # points
                    textcoords="offset points",
                    ha="center",
                    fontsize=6.5,
                )
        panel.axhline(0, color="0.6", lw=0.6)
        panel.set(xlabel="Expected main class", ylabel=f"{label} (subclasses)")
        panel.margins(y=0.15)
        panel.set_xticks(place, statistics["class"])
        panel.tick_params(axis="x", length=0)
    handles = axes["mean"].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper center", ncols=2)
    limit = 1.05 * max(1, np.abs(difference).max())
    spots, count = np.unique([expected, difference], axis=1, return_counts=True)
    draw_counts(axes["error"], spots, count, loc="upper right")
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
        save_figure(
            figure, [snakemake.output.png, snakemake.output.pdf], predictions["source"][0], networks=True
        )
