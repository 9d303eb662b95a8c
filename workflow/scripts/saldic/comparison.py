"""Predicted against true parameters, for one network per parameter or one for all four."""

import pandas as pd

from obafgkm.report.plots import save_figure
from obafgkm.report.plots.parameters import draw_parameters
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions).query("split == 'random'")
        save_figure(
            draw_parameters(predictions), snakemake.output, predictions["source"].iloc[0], networks=True
        )
