"""Loss and mean absolute error of the four-parameter network against epoch."""

import pandas as pd
from matplotlib.ticker import MaxNLocator

from obafgkm.report.plots import save_figure
from obafgkm.report.plots.networks import draw_learning_curves
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        history = pd.read_csv(snakemake.input.history).query("network == 'multi_random'")
        best = history["epoch"][history["val_loss"].idxmin()]
        quantities = {"loss": "Loss (mean squared error)", "mae": "Mean absolute error"}
        figure = draw_learning_curves(history, best, quantities)
        for axes in figure.axes:
            axes.set(yscale="log", xlim=(0.5, history["epoch"].max() + 0.5))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        save_figure(figure, snakemake.output, history["source"].iloc[0])
