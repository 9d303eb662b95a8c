"""Error against the fraction of wrong training labels (Sharma et al. 2020, section 5.2, point 2)."""

import pandas as pd

from obafgkm.report.plots import COLUMN, new_figure, save_figure, side_by_side
from obafgkm.workflow.job import job


def fig_labels(errors, confidence, clip):
    """Draw the figure.

    Parameters
    ----------
    errors : DataFrame
        Columns ``test, setting, model, rms, rms_low, rms_high, clipped_sigma``, one row per training.
    confidence : float
        Confidence level of the intervals.
    clip : float
        Clipping threshold in standard deviations.
    """
    wrong = errors[errors["test"] == "wrong labels"]
    share = 100 * wrong["setting"]
    spread = side_by_side(share, 0.05 * max(share.max(), 1))
    figure, axes = new_figure(COLUMN, 0.9 * COLUMN)
    bars = [wrong["rms"] - wrong["rms_low"], wrong["rms_high"] - wrong["rms"]]
    label = f"root mean square, {100 * confidence:g}% interval"
    axes.errorbar(spread, wrong["rms"], bars, fmt="o", ms=4, capsize=2, lw=0.8, label=label)
    # A few outliers can dominate a root mean square, and hide what happens to all other stars.
    axes.plot(spread, wrong["clipped_sigma"], "s", ms=4, label=f"σ after {clip:g}σ clipping")
    for column in ["rms", "clipped_sigma"]:
        mean = wrong[column].groupby(share).mean()
        axes.plot(mean.index, mean, color="0.6", lw=0.6, ls=":", zorder=0)
    axes.set(xlabel="Wrong labels in the training sample (%)", ylabel="Error (subclasses)")
    axes.set_ylim(0, 1.3 * wrong["rms_high"].max())  # room for the legend
    axes.legend(loc="upper left")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        errors, params = pd.read_csv(snakemake.input.errors), snakemake.params
        figure = fig_labels(errors, params.confidence, params.clip)
        save_figure(figure, snakemake.output, errors["source"][0], networks=True)
