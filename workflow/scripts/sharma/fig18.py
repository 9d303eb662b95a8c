"""Figure 18: subclasses of the SDSS F stars from the pipeline and from the network."""

import numpy as np
import pandas as pd

from obafgkm.mk import MAIN_CLASSES, class_name, main_class
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.workflow.job import job

F = MAIN_CLASSES.index("F")


def fig18(predictions):
    """Draw the figure from the network's predictions, both panels over the same subclasses."""
    stars = predictions[main_class(predictions["expected"]) == F]
    figure, panels = new_figure(PAGE, 0.6 * PAGE, panels=(2, 1), sharex=True, sharey=True)
    titles = {
        "expected": f"SDSS pipeline: {len(stars)} F stars",
        "predicted": "The same stars, classified by the convolutional network",
    }
    shown = stars[["expected", "predicted"]].to_numpy()
    subclasses = np.arange(shown.min(), shown.max() + 1)
    colours = ["C0" if main == F else "C1" for main in main_class(subclasses)]
    for axes, (column, title) in zip(panels, titles.items(), strict=True):
        count = np.array([(stars[column] == n).sum() for n in subclasses])
        bars = axes.bar(subclasses, count, width=0.7, color=colours)
        axes.bar_label(bars, ["" if n == 0 else n for n in count], fontsize=7)
        axes.tick_params(axis="x", length=0)
        axes.set(title=title, ylabel="Spectra")
        axes.margins(y=0.15)
    panels[0].yaxis.get_major_locator().set_params(integer=True)
    every = max(1, len(subclasses) // 25)
    panels[1].set_xticks(subclasses[::every], map(class_name, subclasses[::every]))
    panels[1].set_xlabel("Subclass")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(fig18(predictions), snakemake.output, predictions["source"][0], networks=True)
