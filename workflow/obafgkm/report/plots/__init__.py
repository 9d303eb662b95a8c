"""Plots shared by several exhibits, in one style."""

import os
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from matplotlib.transforms import ScaledTranslation

__all__ = ["COLUMN", "PAGE", "dodge", "new_figure", "save_figure", "side_by_side"]

COLUMN, PAGE = 3.35, 7.0  # widths of a column and of a page in inches
# Scales at which a run only demonstrates that it completes.
REHEARSALS = ("rehearsal", "tiny")
STAMP = "networks not trained to learn at this scale"

_REAL = ("mirror", "remote")

if "STIXGeneral" not in font_manager.get_font_names():  # a list of fonts from another installation
    for path in sorted(Path(matplotlib.get_data_path(), "fonts/ttf").glob("STIX*.ttf")):
        font_manager.fontManager.addfont(path)
plt.style.use(Path(__file__).with_name("obafgkm.mplstyle"))


def new_figure(width=COLUMN, height=COLUMN, *, panels=(1, 1), **settings):
    """A figure and its axes; `panels` are rows and columns, `settings` are passed to ``plt.subplots``."""
    return plt.subplots(*panels, figsize=(width, height), layout="constrained", **settings)


def save_figure(figure, outputs, source, *, networks=False):
    """Write a figure to each path of `outputs`, with the kind of its data in the margin.

    Parameters
    ----------
    figure : matplotlib Figure
    outputs : sequence of path
    source : str
        Source of the data: ``simulated``, ``mirror``, ``remote``, or several of them; or, for synthetic
        spectra, the physics of their models.
    networks : bool
        Whether the figure shows results of trained networks. At scales where they are not trained to learn
        (the workflow passes the scale in the environment variable ``OBAFGKM_SCALE``), it is stamped
        accordingly.
    """
    figure.supxlabel(_kind(source), x=0.995, ha="right", fontsize=8, color="0.3")
    if networks and os.environ.get("OBAFGKM_SCALE") in REHEARSALS:
        size = 72 * figure.get_figwidth() / (0.6 * len(STAMP))
        style = {"color": "#B0005A", "alpha": 0.6, "weight": "bold", "rotation": 12, "in_layout": False}
        figure.text(0.5, 0.5, STAMP, fontsize=size, ha="center", va="center", zorder=10, **style)
    for path in outputs:
        # Without a date, identical figures give identical files.
        metadata = {"CreationDate": None} if Path(path).suffix == ".pdf" else {}
        figure.savefig(path, metadata=metadata)
    plt.close(figure)


def _kind(source):
    """The kind of data of a source, as printed in the margin."""
    parts = source.split(", ")
    kinds = ["real"] * any(part in _REAL for part in parts) + ["simulated"] * ("simulated" in parts)
    others = [part for part in parts if part not in (*_REAL, "simulated")]
    return ", ".join([f"{' and '.join(kinds)} data"] * bool(kinds) + others)


def dodge(bars, i, n, step=2.5):
    """Move the `i`-th of `n` series aside, so that none hides the error bars of another.

    Parameters
    ----------
    bars : matplotlib ErrorbarContainer
    i, n : int
    step : float
        Distance between neighbouring series in points.
    """
    shift = step * (i - (n - 1) / 2) / 72
    for artist in bars.get_children():
        axes = artist.axes
        artist.set_transform(axes.transData + ScaledTranslation(shift, 0, axes.figure.dpi_scale_trans))


def side_by_side(x, width):
    """Positions of points, side by side for equal `x` so that none hides another.

    Parameters
    ----------
    x : array-like (n,)
    width : float
        Distance between the outermost points of the most frequent `x`, centred on it.

    Returns
    -------
    array (n,)
    """
    x = np.asarray(x, float)
    _, group, size = np.unique(x, return_inverse=True, return_counts=True)
    rank = np.array([(group[:i] == own).sum() for i, own in enumerate(group)])
    step = width / max(size.max() - 1, 1)
    return x + step * (rank - (size[group] - 1) / 2)
