"""Learning curves of the slides' network."""

import pandas as pd

from obafgkm.documents.hammer.sample import read_sample
from obafgkm.report.plots import save_figure
from obafgkm.report.plots.networks import draw_learning_curves
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        history = pd.read_csv(snakemake.input.history)
        kept = int(history["epoch"][history["val_loss"].argmin()])
        figure = draw_learning_curves(history, kept, {"loss": "Cross-entropy (nats)", "accuracy": "Accuracy"})
        source = read_sample(snakemake.input.sample)["source"].iloc[0]
        save_figure(figure, snakemake.output, source, networks=True)
