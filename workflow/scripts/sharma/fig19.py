"""Figure 19: SDSS spectra for which the survey's pipeline and the network disagree."""

import numpy as np
import pandas as pd

from obafgkm.mk import class_name, main_class
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.objects import public_name
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

PANELS = 3
LINES = {  # air wavelengths, Angstrom
    "Ca II K": 3933.7,
    "He I": 4026.2,
    "Hδ": 4101.7,
    "G band": 4304.0,
    "Hγ": 4340.5,
    "He I ": 4471.5,
    "He II": 4685.7,
    "Hβ": 4861.3,
    "Mg b": 5175.0,
    "Na D": 5892.9,
    "TiO": 6158.0,
    "Hα": 6562.8,
}


def worst(predictions):
    """Rows of the largest disagreements, at most one for each of the pipeline's main classes."""
    weight = (predictions["predicted"] - predictions["expected"]).abs() * predictions["probability"]
    ordered = predictions.assign(weight=weight, main=main_class(predictions["expected"]))
    ordered = ordered[weight > 0].sort_values("weight", ascending=False, kind="stable")
    return ordered.drop_duplicates("main").index[:PANELS]


def fig19(predictions, stars):
    """Draw the figure.

    Parameters
    ----------
    predictions : DataFrame
    stars : Spectra
        Homogenised; found by their file.
    """
    row_of = dict(zip(stars.labels["file"], range(len(stars)), strict=True))
    chosen = worst(predictions)
    rows = max(len(chosen), 1)
    figure, panels = new_figure(
        PAGE, (0.06 + 0.28 * rows) * PAGE, panels=(rows, 1), sharex=True, squeeze=False
    )
    panels = panels[:, 0]
    for axes, i in zip(panels, chosen, strict=False):
        row, flux = predictions.loc[i], stars.flux[row_of[predictions.loc[i, "file"]]]
        axes.plot(stars.wave, flux, lw=0.6)
        top = 1.25 * np.percentile(flux, 99.8)
        for name, wave in LINES.items():
            axes.axvline(wave, color="0.8", lw=0.6, zorder=0)
            axes.text(wave, 0.99 * top, name.strip(), rotation=90, fontsize=6, va="top")
        axes.set(ylim=(0, top), ylabel="Relative flux", xlim=(stars.wave[0], stars.wave[-1]))
        axes.tick_params(top=False)  # or ticks would strike the names out
        name = public_name(row["name"], row["source"])
        axes.set_title(
            f"{name}{': ' * bool(name)}SDSS {row['expected_type']}, network {class_name(row['predicted'])} "
            f"(probability {row['probability']:.2f})"
        )
    if len(chosen):
        panels[-1].set_xlabel("Wavelength in air (Å)")
    else:
        panels[0].text(0.5, 0.5, "No such spectrum in this run", ha="center", va="center")
        panels[0].set(xticks=[], yticks=[])
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        figure = fig19(predictions, Spectra.read(snakemake.input.stars))
        save_figure(figure, snakemake.output, predictions["source"][0], networks=True)
