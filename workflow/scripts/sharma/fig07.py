"""Figure 7: predicted against expected class of the neural network, with the histogram of each."""

import pandas as pd

from obafgkm.evaluate import class_metrics
from obafgkm.job import job
from obafgkm.plots import save_figure
from obafgkm.plots.classes import draw_comparison


def fig07(predictions):
    """Draw the comparison of a table of predictions."""
    expected, predicted = predictions["expected"], predictions["predicted"]
    metrics = class_metrics(expected, predicted)
    return draw_comparison(expected, predicted, metrics["slope"], metrics["intercept"])


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(fig07(predictions), snakemake.output, predictions["source"][0])
