"""Predicted minus catalogue parameters: held-out synthetic spectra, and the stars of MILES."""

import pandas as pd
from matplotlib.ticker import FixedLocator, NullLocator

from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import parameter_axis
from obafgkm.workflow.job import job

UNITS = {"teff": "%", "logg": " dex", "feh": " dex"}
DIFFERENCES = {
    "teff": r"$\Delta T_\mathrm{eff}\,/\,T_\mathrm{eff}$ (%)",
    "logg": r"$\Delta\,\log\,g$ (dex)",
    "feh": r"$\Delta$ [M/H] (dex)",
}


def fig_gap(predictions):
    """Draw the network's errors, one row per kind of input and one column per parameter.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``sample, input, model, parameter, expected, predicted, inside``.
    """
    network = predictions[predictions["model"] == "network"]
    inputs, parameters = network["input"].unique(), network["parameter"].unique()
    figure, axes = new_figure(
        PAGE, 0.68 * PAGE, panels=(len(inputs), len(parameters)), sharex="col", sharey="col", squeeze=False
    )
    is_library = network["sample"] == "MILES"
    groups = [
        ("synthetic", ~is_library, {"color": "0.7", "marker": ".", "s": 8, "lw": 0}),
        ("MILES", is_library & network["inside"], {"color": "C0", "marker": ".", "s": 12, "lw": 0}),
        (
            "MILES, outside the range of the training",
            is_library & ~network["inside"],
            {"color": "C1", "marker": "x", "s": 8, "lw": 0.5},
        ),
    ]
    for row, way in zip(axes, inputs, strict=True):
        for panel, parameter in zip(row, parameters, strict=True):
            lines = []
            for name, mask, style in groups:
                rows = network[mask & (network["input"] == way) & (network["parameter"] == parameter)]
                difference = rows["predicted"] - rows["expected"]
                if parameter == "teff":
                    difference = 100 * difference / rows["expected"]
                panel.scatter(rows["expected"], difference, label=name, alpha=0.7, **style)
                if name != "MILES, outside the range of the training" and len(rows):
                    numbers = f"{difference.mean():+z.2f} ± {difference.std(ddof=0):.2f}{UNITS[parameter]}"
                    lines.append(f"{name}: {numbers}")
            panel.axhline(0, color="0.4", lw=0.6)
            panel.set_title("\n".join(lines).replace("-", "−"), fontsize=6.5)
            panel.set_ylabel(DIFFERENCES[parameter])
        row[0].annotate(
            way.capitalize(),
            (0, 0.5),
            xycoords=row[0].yaxis.label,
            xytext=(-4, 0),
            textcoords="offset points",
            rotation=90,
            weight="bold",
            ha="right",
            va="center",
        )
    for panel, parameter in zip(axes[-1], parameters, strict=True):
        panel.set_xlabel(parameter_axis(parameter, "Catalogued"))
    axes[0, 0].set(xscale="log")
    axes[0, 0].xaxis.set_major_locator(FixedLocator([4000, 6000, 10000, 20000, 40000]))
    axes[0, 0].xaxis.set_major_formatter("{x:.0f}")
    axes[0, 0].xaxis.set_minor_locator(NullLocator())
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, markerscale=2)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        source = ", ".join(sorted(set(predictions["source"])))
        save_figure(fig_gap(predictions), snakemake.output, source, networks=True)
