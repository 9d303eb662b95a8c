"""Figures 6 and 12: confusion matrix of a model over the main classes."""

import pandas as pd

from obafgkm.evaluation.metrics import confusion
from obafgkm.mk import MAIN_CLASSES
from obafgkm.report.plots import COLUMN, new_figure, save_figure
from obafgkm.report.plots.classes import draw_confusion
from obafgkm.workflow.job import job


def draw_main_classes(predictions):
    """Draw the matrix of a table of predictions."""
    figure, axes = new_figure(COLUMN, COLUMN)
    draw_confusion(axes, confusion(predictions["expected"], predictions["predicted"]), MAIN_CLASSES)
    axes.set_title(f"{len(predictions)} CFLIB spectra")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(draw_main_classes(predictions), snakemake.output, predictions["source"][0], networks=True)
