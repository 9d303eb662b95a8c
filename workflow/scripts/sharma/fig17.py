"""Figure 17: main classes of the SDSS stars, by the survey's pipeline and by the network."""

import numpy as np
import pandas as pd

from obafgkm.mk import MAIN_CLASSES, main_class
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.workflow.job import job


def fig17(predictions):
    """Draw the figure from the network's predictions."""
    figure, panels = new_figure(PAGE, 0.42 * PAGE, panels=(1, 2), sharey=True)
    titles = {"expected": "SDSS pipeline", "predicted": "Convolutional network"}
    for axes, (column, title) in zip(panels, titles.items(), strict=True):
        count = np.bincount(main_class(predictions[column]), minlength=len(MAIN_CLASSES))
        bars = axes.bar(list(MAIN_CLASSES), count, width=0.7)
        axes.bar_label(bars, fontsize=7)
        axes.set(title=title, xlabel="Main class")
        axes.margins(y=0.12)
        axes.tick_params(axis="x", length=0)
    panels[0].set_ylabel("Spectra")
    panels[0].yaxis.get_major_locator().set_params(integer=True)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(fig17(predictions), snakemake.output, predictions["source"][0], networks=True)
