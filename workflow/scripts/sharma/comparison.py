"""Figures 7 and 11: predicted against expected class of a model, with histograms of both."""

import pandas as pd

from obafgkm.evaluation.metrics import class_metrics
from obafgkm.report.plots import save_figure
from obafgkm.report.plots.classes import draw_comparison
from obafgkm.workflow.job import job


def compare(predictions):
    """Draw the comparison of a table of predictions."""
    expected, predicted = predictions["expected"], predictions["predicted"]
    metrics = class_metrics(expected, predicted)
    return draw_comparison(expected, predicted, metrics["slope"], metrics["intercept"])


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(compare(predictions), snakemake.output, predictions["source"][0], networks=True)
