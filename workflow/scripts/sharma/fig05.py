"""Figure 5: learning curves of the neural network."""

import json
from pathlib import Path

import pandas as pd

from obafgkm.job import job
from obafgkm.plots import save_figure
from obafgkm.plots.networks import draw_learning_curves

if __name__ == "__main__":
    with job(snakemake):
        card = json.loads(Path(snakemake.input.card).read_text())
        figure = draw_learning_curves(pd.read_csv(snakemake.input.history), card["best_epoch"])
        save_figure(figure, snakemake.output, card["source"])
