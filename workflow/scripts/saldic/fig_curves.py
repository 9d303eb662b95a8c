"""Loss and mean absolute error of the four-parameter network against epoch."""

import pandas as pd

from obafgkm.report.plots import save_figure
from obafgkm.report.plots.networks import draw_learning_curves
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        history = pd.read_csv(snakemake.input.history).query("network == 'multi_random'")
        best = history["epoch"][history["val_loss"].idxmin()]
        # Labels are scaled to the range of the grid before they are fitted.
        quantities = {
            "loss": "Mean squared error (of labels scaled to 0–1)",
            "mae": "Mean absolute error (of labels scaled to 0–1)",
        }
        figure = draw_learning_curves(history, best, quantities)
        for axes in figure.axes:
            axes.set_yscale("log")
            axes.yaxis.label.set_fontsize(7)
        save_figure(figure, snakemake.output, history["source"].iloc[0], networks=True)
