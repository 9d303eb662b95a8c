"""Figures 4, 8 and 9: the layers of a trained network, with outputs and free parameters."""

import json
from pathlib import Path

import pandas as pd

from obafgkm.report.plots import save_figure
from obafgkm.report.plots.networks import draw_layers
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        card = json.loads(Path(snakemake.input.card).read_text())
        save_figure(draw_layers(pd.read_csv(snakemake.input.layers)), snakemake.output, card["source"])
