"""Plots over stellar parameters."""

import numpy as np

from obafgkm.report.plots import PAGE, new_figure

__all__ = ["NAMES", "SYMBOLS", "UNITS", "draw_parameters", "parameter_axis", "standard_error"]

NAMES = {"teff": "Teff (K)", "logg": "log g", "feh": "[M/H]", "vsini": "v sin i (km/s)"}  # in tables
SYMBOLS = {"teff": r"$T_\mathrm{eff}$", "logg": r"$\log\,g$", "feh": "[M/H]", "vsini": r"$v\,\sin\,i$"}
UNITS = {"teff": "K", "logg": "dex", "feh": "dex", "vsini": "km/s"}

_MANY = 1000  # number of points above which they are drawn small


def parameter_axis(parameter, before=""):
    """Axis label of a stellar parameter: symbol and unit, after words such as ``True``."""
    return f"{before} {SYMBOLS[parameter]} ({UNITS[parameter]})".strip()


def standard_error(sigma, n):
    """Standard error of a standard deviation of `n` normal values."""
    return sigma / np.sqrt(2 * np.maximum(np.asarray(n) - 1, 1))


def draw_parameters(predictions):
    """Predicted against true value, with their difference below, one column of panels per parameter.

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
        PAGE, 0.62 * PAGE, panels=(2, len(parameters)), sharex="col", height_ratios=(3, 2), squeeze=False
    )
    for (upper, lower), name in zip(axes.T, parameters, strict=True):
        rows = predictions[predictions["parameter"] == name]
        difference = rows["predicted"] - rows["expected"]
        style = {"ms": 5, "alpha": 0.6} if len(rows) < _MANY else {"ms": 3, "alpha": 0.3}
        upper.plot(rows["expected"], rows["predicted"], ".", mew=0, rasterized=True, **style)
        lower.plot(rows["expected"], difference, ".", mew=0, rasterized=True, **style)
        ends = rows["expected"].min(), rows["expected"].max()
        upper.plot(ends, ends, color="0.4", lw=0.6)
        lower.axhline(0, color="0.4", lw=0.6)
        limit = 1.1 * np.abs(difference).max()
        lower.set(ylim=(-limit, limit), xlabel=parameter_axis(name, "True"))
        mae, sigma = difference.abs().mean(), difference.std(ddof=0)
        upper.set_ylabel(parameter_axis(name, "Predicted"))
        lower.set_ylabel(f"Predicted − true ({UNITS[name]})")
        upper.set_title(f"{SYMBOLS[name]}: MAE {mae:.3g} {UNITS[name]},\nσ {sigma:.3g} {UNITS[name]}")
    return figure
