"""Figure 11: error of test spectra with noise against their signal-to-noise ratio, for ranges of v sin i."""

from itertools import pairwise

import numpy as np
import pandas as pd

from obafgkm.documents.gebran.databases import PARAMETERS
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import SYMBOLS, UNITS, parameter_axis, standard_error
from obafgkm.workflow.job import job

_ROTATION = (0, 100, 200, 300)  # km/s
_SNR = (5, 30, 60, 100, 150, 200, 250, 300)
_APART = 2.5  # of the ranges along the axis, so that no error hides another
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
        ranges = [("all test spectra", np.ones(len(rows), bool))] + [
            (
                f"{SYMBOLS['vsini']} {low}–{high} {UNITS['vsini']}",
                rows["true_vsini"].between(low, high).to_numpy(),
            )
            for low, high in pairwise(_ROTATION)
        ]
        for number, (name, inside) in enumerate(ranges):
            groups = difference[inside].groupby(bins[inside], observed=True)
            sigma, centre = groups.std(), rows["snr"][inside].groupby(bins[inside], observed=True).mean()
            enough = groups.size() >= _FEWEST
            style = {"color": "k", "lw": 1.4} if number == 0 else {"color": f"C{number - 1}", "lw": 0.7}
            error = standard_error(sigma, groups.size())
            x = centre + _APART * (number - len(ranges) / 2)
            panel.errorbar(
                x[enough], sigma[enough], error[enough], marker="o", ms=3, capsize=1.5, label=name, **style
            )
        panel.set(ylabel=parameter_axis(parameter, "σ of"))
        panel.set_ylim(0)
    for panel in axes[1]:
        panel.set_xlabel("Signal-to-noise ratio")
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper center", ncols=len(ranges))
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(fig11(predictions), snakemake.output, predictions["source"].iloc[0], networks=True)
