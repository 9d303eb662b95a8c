"""Figure 11: error of test spectra with noise against their signal-to-noise ratio, for ranges of v sin i."""

from itertools import pairwise

import numpy as np
import pandas as pd

from obafgkm.documents.gebran.databases import PARAMETERS
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import NAMES
from obafgkm.workflow.job import job

_ROTATION = (0, 100, 200, 300)  # km/s
_SNR = (5, 30, 60, 100, 150, 200, 250, 300)
_FEWEST = 5  # spectra of which a standard deviation is drawn


def fig11(predictions):
    """Draw σ in bins of the signal-to-noise ratio.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``set, parameter, expected, predicted, true_vsini, snr``.
    """
    figure, axes = new_figure(PAGE, 0.7 * PAGE, panels=(2, 2), sharex=True)
    noisy = predictions[predictions["set"] == "noisy_test"]
    for panel, parameter in zip(axes.flat, PARAMETERS, strict=True):
        rows = noisy[noisy["parameter"] == parameter]
        difference = rows["predicted"] - rows["expected"]
        bins = pd.cut(rows["snr"], _SNR, include_lowest=True)
        ranges = [("all", np.ones(len(rows), bool))] + [
            (f"{low}–{high} km/s", rows["true_vsini"].between(low, high).to_numpy())
            for low, high in pairwise(_ROTATION)
        ]
        for number, (name, inside) in enumerate(ranges):
            groups = difference[inside].groupby(bins[inside], observed=True)
            sigma, centre = groups.std(), rows["snr"][inside].groupby(bins[inside], observed=True).mean()
            enough = groups.size() >= _FEWEST
            style = {"color": "k", "lw": 1.5} if number == 0 else {"color": f"C{number - 1}"}
            panel.plot(centre[enough], sigma[enough], marker="o", ms=3, label=name, **style)
        panel.set(ylabel=f"σ of {NAMES[parameter]}")
        panel.set_ylim(0)
    for panel in axes[1]:
        panel.set_xlabel("Signal-to-noise ratio")
    axes[0, 0].legend(title="v sin i", title_fontsize=7)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(fig11(predictions), snakemake.output, predictions["source"].iloc[0])
