"""Figure 1: distribution of the selected spectra over the main classes, one panel per library present."""

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
    present = [library for library in ORDER if (labels["library"] == library).any()]
    rows, columns = (2, 2) if len(present) == 4 else (1, len(present))
    height = 0.06 + 0.9 / columns if rows == 1 else 0.6
    figure, panels = new_figure(PAGE, min(height, 0.5 * rows) * PAGE, panels=(rows, columns), squeeze=False)
    for axes, library in zip(panels.flat, present, strict=True):
        members = labels.loc[labels["library"] == library, "mk_class"]
        count = np.bincount(main_class(members), minlength=len(MAIN_CLASSES))
        bars = axes.bar(list(MAIN_CLASSES), count, width=0.7)
        axes.set_title(f"{LIBRARIES[library].TITLE}: {len(members)} spectra")
        axes.margins(y=0.12)
        axes.tick_params(axis="x", length=0)
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.bar_label(bars, fontsize=7)
    for axes in panels[:, 0]:
        axes.set_ylabel("Spectra")
    for axes in panels[-1]:
        axes.set_xlabel("Main class")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        samples = [Spectra.read(path) for path in snakemake.input]
        labels = pd.concat([sample.labels for sample in samples])
        save_figure(fig01(labels), snakemake.output, ", ".join(sorted(set(labels["source"]))))
