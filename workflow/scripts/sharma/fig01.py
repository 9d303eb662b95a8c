"""Figure 1: distribution of the selected spectra over the main classes, one panel per library."""

import numpy as np
import pandas as pd

from obafgkm.archives.libraries import LIBRARIES
from obafgkm.mk import MAIN_CLASSES, main_class
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

ORDER = ["jhc", "cflib", "miles", "elodie"]


def fig01(labels):
    """Draw the figure from the labels of the training and the test sample."""
    figure, panels = new_figure(PAGE, 0.6 * PAGE, panels=(2, 2), sharex=True)
    for axes, library in zip(panels.flat, ORDER, strict=True):
        members = labels.loc[labels["library"] == library, "mk_class"]
        count = np.bincount(main_class(members), minlength=len(MAIN_CLASSES))
        bars = axes.bar(list(MAIN_CLASSES), count, width=0.7)
        axes.set(title=f"{LIBRARIES[library].TITLE}: {len(members)} spectra", ylabel="Spectra")
        axes.margins(y=0.12)
        axes.tick_params(axis="x", length=0)
        if len(members):
            axes.bar_label(bars, fontsize=7)
        else:
            axes.text(0.5, 0.5, "no spectra in this run", transform=axes.transAxes, ha="center")
            axes.set(yticks=[])
    for axes in panels[1]:
        axes.set(xlabel="Main class")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        samples = [Spectra.read(path) for path in snakemake.input]
        labels = pd.concat([sample.labels for sample in samples])
        save_figure(fig01(labels), snakemake.output, ", ".join(sorted(set(labels["source"]))))
