"""Drawings over stellar parameters."""

import numpy as np

from obafgkm.report.plots import PAGE, new_figure

__all__ = ["NAMES", "draw_parameters"]

NAMES = {"teff": "Teff (K)", "logg": "log g", "feh": "[M/H]", "vsini": "v sin i (km/s)"}


def draw_parameters(predictions):
    """Predicted against true value, and their difference below, a column for each parameter.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``parameter, expected, predicted``; parameters in the order of the columns.

    Returns
    -------
    matplotlib Figure
    """
    parameters = list(predictions["parameter"].unique())
    figure, axes = new_figure(
        PAGE, 0.5 * PAGE, panels=(2, len(parameters)), sharex="col", height_ratios=(3, 1), squeeze=False
    )
    for (upper, lower), name in zip(axes.T, parameters, strict=True):
        rows = predictions[predictions["parameter"] == name]
        difference = rows["predicted"] - rows["expected"]
        upper.plot(rows["expected"], rows["predicted"], ".", ms=3, alpha=0.4, mew=0)
        lower.plot(rows["expected"], difference, ".", ms=3, alpha=0.4, mew=0)
        ends = rows["expected"].min(), rows["expected"].max()
        upper.plot(ends, ends, color="0.4", lw=0.6)
        lower.axhline(0, color="0.4", lw=0.6)
        limit = 1.05 * np.abs(difference).max()
        lower.set(ylim=(-limit, limit), xlabel=f"True {NAMES[name]}")
        upper.set_title(
            f"{NAMES[name].split(' (')[0]}: MAE {difference.abs().mean():.3g}, σ {difference.std(ddof=0):.3g}"
        )
    axes[0, 0].set_ylabel("Predicted")
    axes[1, 0].set_ylabel("Predicted − true")
    return figure
