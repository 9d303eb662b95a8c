"""Plots over the spectral sequence: confusion matrices, predicted against expected classes."""

import matplotlib.pyplot as plt
import numpy as np

from obafgkm.mk import MAIN_CLASSES, N_CLASSES
from obafgkm.report.plots import COLUMN

__all__ = ["draw_comparison", "draw_confusion", "draw_counts", "label_class_axis"]

_AREA = 7  # area of the circle for one star, in square points


def label_class_axis(axis):
    """Label an axis of class numbers with the main classes, at O0, B0, ... M0."""
    axis.set_ticks(range(0, N_CLASSES, 10), [f"{name}0" for name in MAIN_CLASSES])


def draw_confusion(axes, matrix, names):
    """Confusion matrix with numbers; the colour is the fraction of the expected class.

    Parameters
    ----------
    axes : matplotlib Axes
    matrix : array of int (n, n)
        Rows are expected, columns predicted classes.
    names : sequence of str
    """
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, vmin=0, vmax=1)
    for (row, column), number in np.ndenumerate(matrix):
        colour = "white" if share[row, column] > 0.5 else "black" if number else "0.6"
        axes.text(column, row, number, ha="center", va="center", color=colour, fontsize=7)
    axes.set(xlabel="Predicted class", ylabel="Expected class")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)


def draw_counts(axes, spots, count, **legend):
    """Circles sized by the number of stars at each (integer) position, with a legend.

    Parameters
    ----------
    axes : matplotlib Axes
    spots : array (2, n)
    count : array of int (n,)
    **legend
        Its location and other settings.

    Returns
    -------
    matplotlib Legend
        Circles for one star, the largest number, and one size in between.
    """
    style = {"alpha": 0.6, "linewidths": 0, "color": "C0"}
    axes.scatter(*spots, s=_AREA * count**0.8, **style)
    most = int(count.max())
    sizes = sorted({1, round(most**0.5), most})
    circles = [axes.scatter([], [], s=_AREA * n**0.8, label=str(n), **style) for n in sizes]
    shown = axes.legend(handles=circles, title="Stars per point", title_fontsize=7, **legend)
    for circle in circles:
        circle.set_label("_")  # so that a later legend of these axes does not include it
    return shown


def draw_comparison(expected, predicted, slope, intercept):
    """Predicted against expected class with the fitted line, and histograms of both.

    Parameters
    ----------
    expected, predicted : arrays (n,)
        Class numbers.
    slope, intercept : float
        The fitted line.

    Returns
    -------
    matplotlib Figure
    """
    figure, axes = plt.subplot_mosaic(
        [["top", "."], ["main", "right"]],
        figsize=(COLUMN, COLUMN),
        layout="constrained",
        width_ratios=(4, 1),
        height_ratios=(1, 4),
    )
    main, top, right = axes["main"], axes["top"], axes["right"]
    ends = np.array([0, N_CLASSES - 1])
    spots, count = np.unique(np.round([expected, predicted], 1), axis=1, return_counts=True)
    main.add_artist(draw_counts(main, spots, count, loc="lower right"))
    main.plot(ends, ends, color="0.6", lw=0.8, zorder=0, label="one to one")
    fitted = f"fit: {slope:.2f} $x$ {'−' if intercept < 0 else '+'} {abs(intercept):.2f}"
    main.plot(ends, slope * ends + intercept, "C1--", label=fitted)
    main.set(xlabel="Expected class", ylabel="Predicted class", xlim=(-1, 70), ylim=(-1, 70))
    main.legend(loc="upper left")
    label_class_axis(main.xaxis)
    label_class_axis(main.yaxis)
    bins = np.arange(-0.5, N_CLASSES)
    top.hist(expected, bins)
    right.hist(predicted, bins, orientation="horizontal", color="C1")
    top.set(xlim=main.get_xlim(), xticks=main.get_xticks(), xticklabels=[], ylabel="Stars")
    right.set(ylim=main.get_ylim(), yticks=main.get_yticks(), yticklabels=[], xlabel="Stars")
    return figure
