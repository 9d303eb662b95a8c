"""Figure 2: mean error of spectra rebuilt from their principal components."""

import pandas as pd

from obafgkm.report.plots import COLUMN, new_figure, save_figure
from obafgkm.workflow.job import job


def fig2(errors):
    """Draw the error against the number of components, a line a database.

    Parameters
    ----------
    errors : DataFrame
        Columns ``database, components, error``.
    """
    figure, axes = new_figure(COLUMN, 0.85 * COLUMN)
    for name, rows in errors[errors["components"] > 0].groupby("database"):
        database, kind = name.split("_")
        style = {"ls": "--" if kind == "augmented" else "-", "color": f"C{int(database[-1]) - 1}"}
        below = rows.loc[rows["error"] < 0.005, "components"]
        reached = f" (below 0.5% from {below.min()} components)" if len(below) else ""
        label = f"{database}{', augmented' if kind == 'augmented' else ''}{reached}"
        axes.semilogy(rows["components"], 100 * rows["error"], **style, label=label)
    for level in (1, 0.5):
        axes.axhline(level, color="0.5", lw=0.6, ls=":")
        axes.text(errors["components"].max(), level, f"{level:g}%", ha="right", va="bottom", fontsize=6.5)
    axes.set(xlabel="Principal components", ylabel="Mean error of validation spectra (%)")
    axes.set_ylim(top=30)  # room for the legend
    axes.legend(loc="upper right", fontsize=6.5)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        errors = pd.read_csv(snakemake.input.errors)
        save_figure(fig2(errors), snakemake.output, errors["source"].iloc[0])
