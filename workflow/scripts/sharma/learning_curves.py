"""Figures 5 and 10: learning curves of a network."""

import json
from pathlib import Path

import pandas as pd

from obafgkm.report.plots import save_figure
from obafgkm.report.plots.networks import draw_learning_curves
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        card = json.loads(Path(snakemake.input.card).read_text())
        history = pd.read_csv(snakemake.input.history)
        if "r2" in history:
            for part in ("", "val_"):  # near 1 from the first epochs on
                history[f"{part}unexplained"] = 1 - history[f"{part}r2"]
        figure = draw_learning_curves(history, card["best_epoch"], snakemake.params.quantities)
        save_figure(figure, snakemake.output, card["source"], networks=True)
