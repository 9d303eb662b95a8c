"""Figures 10 and 16: architectures of the CNN and of the mixed-input network."""

import json
from pathlib import Path

import pandas as pd

from obafgkm.report.plots import save_figure
from obafgkm.report.plots.networks import draw_layers
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        output = snakemake.output
        for figure, run in snakemake.params.runs.items():
            folder = Path(snakemake.input[0]).parents[1] / run
            source = json.loads((folder / "card.json").read_text())["source"]
            drawn = draw_layers(pd.read_csv(folder / "layers.csv"))
            save_figure(drawn, [output[figure], output[f"{figure}_pdf"]], source)
