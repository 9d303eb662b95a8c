"""Figure 3: the layers of the network."""

import pandas as pd

from obafgkm.report.plots import save_figure
from obafgkm.report.plots.networks import draw_layers
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        layers = pd.read_csv(snakemake.input.layers)
        save_figure(draw_layers(layers), snakemake.output, layers["source"].iloc[0])
