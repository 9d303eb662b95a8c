"""Learning curves of the slides' network."""

import pandas as pd

from obafgkm.job import job
from obafgkm.main_classes import read_sample
from obafgkm.plots import save_figure
from obafgkm.plots.networks import draw_learning_curves

if __name__ == "__main__":
    with job(snakemake):
        history = pd.read_csv(snakemake.input.history)
        kept = int(history["epoch"][history["val_loss"].argmin()])
        figure = draw_learning_curves(history, kept, {"loss": "Cross-entropy", "accuracy": "Accuracy"})
        source = read_sample(snakemake.input.sample)["source"].iloc[0]
        save_figure(figure, snakemake.output, source)
