"""Figure 10: predicted against true parameters on training, validation and the two test sets."""

import pandas as pd

from obafgkm.documents.gebran.databases import PARAMETERS, SETS
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import NAMES
from obafgkm.workflow.job import job


def fig10(predictions):
    """Draw one row per stellar parameter and one column per set.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``set, parameter, expected, predicted``.
    """
    sets = [name for name in SETS if name != "noisy_validation"]
    figure, axes = new_figure(PAGE, PAGE, panels=(4, 4), sharex="row", sharey="row")
    for row, parameter in zip(axes, PARAMETERS, strict=True):
        for panel, name in zip(row, sets, strict=True):
            rows = predictions[(predictions["parameter"] == parameter) & (predictions["set"] == name)]
            panel.plot(rows["expected"], rows["predicted"], ".", ms=2, alpha=0.3, mew=0, rasterized=True)
            ends = rows["expected"].min(), rows["expected"].max()
            panel.plot(ends, ends, color="0.3", lw=0.6)
            sigma = (rows["predicted"] - rows["expected"]).std()
            panel.text(0.04, 0.9, f"σ = {sigma:.3g}", transform=panel.transAxes, fontsize=7)
            panel.tick_params(labelsize=6)
        row[0].set_ylabel(f"Predicted {NAMES[parameter]}")
        for panel in row:
            panel.set_xlabel(f"True {NAMES[parameter]}")
    for panel, name in zip(axes[0], sets, strict=True):
        panel.set_title(SETS[name])
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        save_figure(fig10(predictions), snakemake.output, predictions["source"].iloc[0])
