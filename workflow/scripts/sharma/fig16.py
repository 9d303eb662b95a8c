"""Figure 16: a hot and a cool star with their continua, without them, and with each other's."""

import numpy as np
import pandas as pd

from obafgkm.mk import class_name
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.objects import public_name
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

STARS = {"HD 184915": 10, "HD 175588": 64}  # the paper's stars and their class numbers
QUANTITIES = ["Relative flux", "Flux / continuum", "Relative flux"]


def find_star(labels, star, number):
    """Row of a star, or of the spectrum nearest in class if the sample lacks the star."""
    found = np.flatnonzero(labels["star"] == star)
    return found[0] if found.size else int((labels["mk_class"] - number).abs().argmin())


def fig16(test, normalised, predictions):
    """Draw the figure.

    Parameters
    ----------
    test, normalised : Spectra
        The original and the continuum-normalised test sample.
    predictions : DataFrame
        Predictions of a network for the normalised spectra, in the order of `test`.
    """
    rows = [find_star(test.labels, star, number) for star, number in STARS.items()]
    lines = normalised.flux[rows]
    continuum = test.flux[rows] / lines
    figure, panels = new_figure(PAGE, 0.55 * PAGE, panels=(2, 3), sharex=True)
    for i, row in enumerate(rows):
        left, middle, right = panels[i]
        label = test.labels.iloc[row]
        named = f"{public_name(label['star'], label['source'])} {label['mk_type']}".strip()
        left.plot(test.wave, test.flux[row], lw=0.6, label=named)
        left.plot(test.wave, continuum[i], label="continuum")
        predicted = class_name(predictions["predicted"].iloc[row])
        middle.plot(test.wave, lines[i], lw=0.6, label=f"predicted {predicted}")
        other = test.labels["mk_type"][rows[1 - i]]
        right.plot(test.wave, lines[i] * continuum[1 - i], lw=0.6, label=f"continuum of the {other} star")
        for axes, quantity in zip(panels[i], QUANTITIES, strict=True):
            axes.set_ylabel(quantity)
            # Leaves room for the legend.
            axes.set_ylim(0, 1.3 * max(line.get_ydata().max() for line in axes.lines))
            axes.legend(loc="upper right", ncols=2, columnspacing=1, fontsize=6.5)
    titles = ["Flux calibrated", "Continuum normalised", "Continua exchanged"]
    for axes, title in zip(panels[0], titles, strict=True):
        axes.set_title(title)
    for axes in panels[1]:
        axes.set(xlabel="Wavelength in air (Å)", xlim=test.wave[[0, -1]])
    return figure


if __name__ == "__main__":
    with job(snakemake):
        given = snakemake.input
        test, predictions = Spectra.read(given.test), pd.read_csv(given.predictions)
        chosen = predictions.query("test == 'normalised' and model == 'cnn'")
        save_figure(
            fig16(test, Spectra.read(given.normalised), chosen), snakemake.output, test.source, networks=True
        )
