"""Figure 14: confusion matrix of the luminosity classes."""

import numpy as np
import pandas as pd

from obafgkm.mk import LUMINOSITY_CLASSES
from obafgkm.report.plots import COLUMN, new_figure, save_figure
from obafgkm.report.plots.classes import draw_confusion
from obafgkm.workflow.job import job


def fig14(predictions):
    """Draw the matrix of a table of predicted luminosity numbers."""
    size = len(LUMINOSITY_CLASSES)
    matrix = np.zeros((size, size), int)
    np.add.at(matrix, (predictions["expected"], predictions["predicted"]), 1)
    figure, axes = new_figure(COLUMN, COLUMN)
    draw_confusion(axes, matrix, LUMINOSITY_CLASSES)
    accuracy = (predictions["expected"] == predictions["predicted"]).mean()
    axes.set_title(f"{len(predictions)} CFLIB spectra, accuracy {accuracy:.0%}")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(fig14(predictions), snakemake.output, predictions["source"][0], networks=True)
