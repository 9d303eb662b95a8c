"""Learning curves of the networks, one figure per quantity."""

import json
from pathlib import Path

import pandas as pd

from obafgkm.report.plots import save_figure
from obafgkm.report.plots.networks import draw_learning_curves
from obafgkm.workflow.job import job

NAMES = {"accuracy": "Accuracy", "loss": "Cross-entropy (nats)"}

if __name__ == "__main__":
    with job(snakemake):
        output = snakemake.output
        for figure, (run, quantity) in snakemake.params.curves.items():
            folder = Path(snakemake.input[0]).parents[1] / run
            card = json.loads((folder / "card.json").read_text())
            drawn = draw_learning_curves(
                pd.read_csv(folder / "history.csv"), card["best_epoch"], {quantity: NAMES[quantity]}
            )
            save_figure(drawn, [output[figure], output[f"{figure}_pdf"]], card["source"], networks=True)
