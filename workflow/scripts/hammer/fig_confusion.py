"""Confusion matrix of the slides' network, all features and rows."""

import pandas as pd

from obafgkm.mk import MAIN_CLASSES
from obafgkm.report.plots import COLUMN, new_figure, save_figure
from obafgkm.report.plots.classes import draw_confusion
from obafgkm.workflow.job import job


def fig_confusion(predictions):
    """Draw the figure, for the first seed."""
    chosen = predictions[predictions["model"] == "slide network"]
    chosen = chosen[chosen["seed"] == chosen["seed"].min()]
    classes = range(len(MAIN_CLASSES))
    matrix = pd.crosstab(chosen["main"], chosen["predicted"])
    figure, axes = new_figure(COLUMN, COLUMN)
    draw_confusion(axes, matrix.reindex(classes, columns=classes, fill_value=0).to_numpy(), MAIN_CLASSES)
    axes.set_title(f"{len(chosen)} test stars")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(
            fig_confusion(predictions), snakemake.output, predictions["source"].iloc[0], networks=True
        )
