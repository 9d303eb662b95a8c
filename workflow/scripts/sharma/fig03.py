"""Figure 3: distribution of the subclass error over the random search of the neural network."""

import numpy as np
import pandas as pd

from obafgkm.report.plots import COLUMN, new_figure, save_figure
from obafgkm.workflow.job import job

BINS = 25
FEWEST = 20  # least number of trials for a histogram
INSET_BIN = 0.1  # subclasses


def fig03(trials, inset):
    """Draw the figure.

    Parameters
    ----------
    trials : DataFrame
        Columns ``sigma`` and ``centred``, one row per trial.
    inset : sequence of float
        Range of the paper's inset in subclasses.
    """
    ways = {
        name: trials.loc[trials["centred"] == centred, "sigma"]
        for name, centred in [("flux as it is", False), ("flux centred", True)]
        if (trials["centred"] == centred).any()
    }
    few = len(trials) < FEWEST
    figure, axes = new_figure(COLUMN, 0.35 * COLUMN + 0.4 * len(ways) if few else 0.8 * COLUMN)
    end = np.ceil(trials["sigma"].max())
    within = trials["sigma"].between(*inset).sum()
    if few:
        _draw_rug(axes, ways)
        share = f"{inset[0]:g} to {inset[1]:g}: {within} of {len(trials)} trials"
        axes.axvspan(*inset, color="0.9", lw=0, zorder=0, label=share)
        axes.set(xlabel="Subclass error σ (subclasses)", xlim=(0, end))
        axes.legend(loc="upper right")
        return figure
    count = _draw(axes, ways, np.linspace(0, end, BINS + 1))
    # The inset covers the upper right: bars must end below it.
    top = max(1.1 * count.max(), 3.4 * count[:, BINS // 2 :].max())
    axes.set(xlabel="Subclass error σ (subclasses)", ylabel="Trials", xlim=(0, end), ylim=(0, top))
    if not within:
        axes.axvspan(*inset, color="0.9", lw=0, zorder=0, label=f"{inset[0]:g} to {inset[1]:g}: no trial")
    axes.legend(loc="upper right")
    if within:
        small = axes.inset_axes([0.5, 0.4, 0.46, 0.34])
        count = _draw(small, ways, np.arange(inset[0], inset[1] + 0.01, INSET_BIN))
        small.set(xlim=inset, ylim=(0, 1.1 * count.max()))
        small.set_title(f"{inset[0]:g} to {inset[1]:g}: {within} of {len(trials)}", fontsize=6)
        small.tick_params(labelsize=6)
    return figure


def _draw_rug(axes, ways):
    """One mark per trial, with and without centred flux in separate rows."""
    for row, sigma in enumerate(ways.values()):
        axes.plot(sigma, np.full(len(sigma), row), "|", ms=18, mew=1.2, color=f"C{row}")
    names = [f"{name}\n({len(sigma)} trials)" for name, sigma in ways.items()]
    axes.set_yticks(range(len(ways)), names)
    axes.set_ylim(-0.6, len(ways) + 0.1)  # head room for the legend
    axes.tick_params(axis="y", length=0)


def _draw(axes, ways, bins):
    """Histograms with and without centred flux, side by side; returns the counts (n_ways, n_bins)."""
    labels = [f"{name} ({len(sigma)})" for name, sigma in ways.items()]
    count, *_ = axes.hist(list(ways.values()), bins, label=labels)
    axes.yaxis.get_major_locator().set_params(integer=True)
    return np.atleast_2d(count)


if __name__ == "__main__":
    with job(snakemake):
        trials = pd.read_csv(snakemake.input.trials)
        save_figure(
            fig03(trials, snakemake.params.inset), snakemake.output, trials["source"][0], networks=True
        )
