"""Drawings that several exhibits share, in one style."""

from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt

__all__ = ["COLUMN", "PAGE", "new_figure", "save_figure"]

COLUMN, PAGE = 3.35, 7.0  # widths of a column and of a page in inches

plt.style.use(Path(__file__).with_name("obafgkm.mplstyle"))


def new_figure(width=COLUMN, height=COLUMN, *, panels=(1, 1), **settings):
    """A figure and its axes; `panels` are rows and columns, `settings` go to ``plt.subplots``."""
    return plt.subplots(*panels, figsize=(width, height), layout="constrained", **settings)


def save_figure(figure, outputs, source):
    """Write a figure to each path of `outputs`, with the source of its data in its margin.

    Parameters
    ----------
    figure : matplotlib Figure
    outputs : sequence of path
    source : str
        Where the data come from: ``simulated``, ``mirror``, ``remote``, or several of them.
    """
    kinds = {"simulated" if part == "simulated" else "real" for part in source.split(", ")}
    source = f"{' and '.join(sorted(kinds))} archives ({source})"
    figure.supxlabel(f"data: {source}", x=0.995, ha="right", fontsize=5, color="0.45")
    for path in outputs:
        # Without a date, the same figure is the same file.
        metadata = {"CreationDate": None} if Path(path).suffix == ".pdf" else {}
        figure.savefig(path, metadata=metadata)
    plt.close(figure)
