"""Figure 9: errors on every set for each database, with and without augmentation."""

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from obafgkm.documents.gebran.databases import PARAMETERS, SETS
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import SYMBOLS, UNITS
from obafgkm.workflow.job import job


def fig9(table):
    """Draw the σ of Table 3 divided by the networks' largest of each stellar parameter, and those of a ridge.

    Parameters
    ----------
    table : DataFrame
        Table 3.
    """
    figure, axes = new_figure(PAGE, 0.7 * PAGE, panels=(2, 2), sharex=True, sharey=True)
    names = [base + "\naugmented" * bool(kind) for base, kind in _databases(table)]
    for panel, parameter in zip(axes.flat, PARAMETERS, strict=True):
        network = table[table["model"] == "network"]
        largest = network[f"sigma_{parameter}"].max()
        for number, name in enumerate(SETS.values()):
            rows = network[network["set"] == name]
            x = np.arange(len(names)) + 0.16 * (number - 2)
            panel.plot(x, rows[f"sigma_{parameter}"] / largest, "o", ms=4, color=f"C{number}", label=name)
            if name == SETS["noisy_test"]:
                linear = table[(table["model"] == "ridge") & (table["set"] == name)]
                height = linear[f"sigma_{parameter}"] / largest
                panel.plot(x, height, "kD", ms=3.5, label=f"{name}, ridge regression")
        panel.set_title(f"{SYMBOLS[parameter]}: largest σ {largest:.3g} {UNITS[parameter]}")
        panel.set_xticks(range(len(names)), names)
        panel.tick_params(axis="x", length=0)
    for panel in axes[:, 0]:
        panel.set(ylabel="σ / largest σ", yscale="log")
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.yaxis.set_minor_formatter(NullFormatter())
    figure.legend(
        handles=axes[0, 0].lines,
        loc="outside upper center",
        ncols=6,
        columnspacing=1,
        fontsize=6.5,
    )
    return figure


def _databases(table):
    return table[["database", "augmentation"]].drop_duplicates().itertuples(index=False)


if __name__ == "__main__":
    with job(snakemake):
        table = pd.read_csv(snakemake.input.table)
        save_figure(fig9(table), snakemake.output, table["source"].iloc[0], networks=True)
