"""Figure 15: the test spectra misclassified by the CNN by more than five subclasses."""

import numpy as np
import pandas as pd

from obafgkm.mk import class_name
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.objects import public_name
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

MISSED_BY = 5  # subclasses
MOST = 15  # panels


def fig15(predictions, test):
    """Draw the spectra, the worst first.

    Parameters
    ----------
    predictions : DataFrame
        Rows in the order of `test`.
    test : Spectra
    """
    difference = (predictions["predicted"] - predictions["expected"]).abs()
    missed = difference[difference > MISSED_BY].sort_values(ascending=False, kind="stable").index[:MOST]
    n_rows = max(1, -(-len(missed) // 3))
    columns = max(1, -(-len(missed) // n_rows))
    size = {"width": PAGE, "height": 0.5 + 1.25 * n_rows, "panels": (n_rows, columns)}
    figure, panels = new_figure(**size, sharex=True, squeeze=False)
    for axes, i in zip(panels.flat, missed, strict=False):
        row = predictions.loc[i]
        axes.plot(test.wave, test.flux[i], lw=0.6)
        star = public_name(row["star"], row["source"])
        classes = f"{class_name(row['expected'])}, predicted {class_name(row['predicted'])}"
        axes.set_title(f"{star}: {classes}" if star else classes, fontsize=7)
        axes.set_ylim(0, 1.08 * np.percentile(test.flux[i], 99.8))
    for axes in panels.flat[len(missed) :]:
        axes.axis("off")
    if not len(missed):
        panels[0, 0].text(0.5, 0.5, "No such spectrum in this run", ha="center", va="center", fontsize=7)
    for axes in panels[:, 0]:
        axes.set_ylabel("Relative flux")
    for axes in panels.flat[max(len(missed) - columns, 0) : len(missed)]:
        axes.set_xlabel("Wavelength in air (Å)")
        axes.tick_params(labelbottom=True)
    more = (difference > MISSED_BY).sum() - len(missed)
    figure.suptitle(
        f"Missed by more than {MISSED_BY} subclasses" + (f" (and {more} more)" if more else ""), fontsize=8
    )
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        figure = fig15(predictions, Spectra.read(snakemake.input.test))
        save_figure(figure, snakemake.output, predictions["source"][0], networks=True)
