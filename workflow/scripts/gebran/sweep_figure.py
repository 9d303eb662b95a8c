"""Figures 5 to 8: error of one stellar parameter against the number of epochs, by hyper-parameter."""

import pandas as pd

from obafgkm.documents.gebran.sweep import HYPERPARAMETERS
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import NAMES
from obafgkm.workflow.job import job

_STYLES = ("-", "--")  # after the seven colours


def sweep_figure(table, error="noisy_validation"):
    """Draw errors of spectra with noise, divided by the largest; a panel a hyper-parameter.

    Parameters
    ----------
    table : DataFrame
        Rows of the sweep of one stellar parameter.
    error : str
        The set.
    """
    figure, axes = new_figure(PAGE, 0.75 * PAGE, panels=(2, 3), sharex=True, sharey=True)
    largest, parameter = table[error].max(), NAMES[table["parameter"].iloc[0]]
    for panel, (name, title) in zip(axes.flat, HYPERPARAMETERS.items(), strict=True):
        rows = table[table["varied"].isin(["none", name])]
        for number, (value, line) in enumerate(rows.groupby(name, sort=False)):
            line = line.sort_values("epochs")
            style = {"color": f"C{number % 7}", "ls": _STYLES[number // 7]}
            panel.plot(line["epochs"], line[error] / largest, marker="o", ms=2.5, label=value, **style)
        panel.set_title(title)
        panel.legend(ncols=2, fontsize=5.5)
    for panel in axes[1]:
        panel.set_xlabel("Epochs")
    for panel in axes[:, 0]:
        panel.set_ylabel(f"σ / {largest:.4g}, {parameter}")
    axes[0, 0].set_ylim(0, 1.4)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        table = pd.read_csv(snakemake.input.sweep)
        rows = table[table["parameter"] == snakemake.params.parameter]
        save_figure(sweep_figure(rows), snakemake.output, rows["source"].iloc[0])
