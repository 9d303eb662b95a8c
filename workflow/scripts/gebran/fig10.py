"""Figure 10: predicted against true parameters on training, validation and the two test sets."""

import numpy as np
import pandas as pd

from obafgkm.documents.gebran.databases import PARAMETERS, SETS
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import UNITS, parameter_axis
from obafgkm.workflow.job import job

_MARGIN = 0.2  # of the range of the true values
_MANY = 1500  # points of a panel from which on they are drawn small


def fig10(predictions):
    """Draw one row per stellar parameter and one column per set.

    A row shows the range of the true values and somewhat more; predictions beyond are triangles at its edge.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``set, parameter, expected, predicted``.
    """
    sets = [name for name in SETS if name != "noisy_validation"]
    figure, axes = new_figure(PAGE, 1.1 * PAGE, panels=(4, 4), sharex="row", sharey="row")
    for row, parameter in zip(axes, PARAMETERS, strict=True):
        true = predictions.loc[predictions["parameter"] == parameter, "expected"]
        ends = true.min(), true.max()
        low, high = ends[0] - _MARGIN * np.ptp(ends), ends[1] + _MARGIN * np.ptp(ends)
        row[0].set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
        for panel, name in zip(row, sets, strict=True):
            rows = predictions[(predictions["parameter"] == parameter) & (predictions["set"] == name)]
            style = {"ms": 4, "alpha": 0.4} if len(rows) < _MANY else {"ms": 2.5, "alpha": 0.3}
            panel.plot(rows["expected"], rows["predicted"], ".", mew=0, rasterized=True, **style)
            for marker, edge, beyond in (
                ("v", low, rows["predicted"] < low),
                ("^", high, rows["predicted"] > high),
            ):
                x = rows["expected"][beyond]
                panel.plot(x, [edge] * len(x), marker, ms=4, color="C1", mew=0)
            panel.plot(ends, ends, color="0.3", lw=0.6)
            sigma = (rows["predicted"] - rows["expected"]).std()
            text = f"σ = {sigma:#.3g}".rstrip(".") + f" {UNITS[parameter]}"
            panel.text(0.05, 0.95, text, transform=panel.transAxes, va="top", fontsize=7.5)
            panel.locator_params(axis="x", nbins=4)
            panel.locator_params(axis="y", nbins=5)
            panel.set_xlabel(parameter_axis(parameter, "True"))
        row[0].set_ylabel(parameter_axis(parameter, "Predicted"))
    for panel, name in zip(axes[0], sets, strict=True):
        panel.set_title(SETS[name])
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(fig10(predictions), snakemake.output, predictions["source"].iloc[0], networks=True)
