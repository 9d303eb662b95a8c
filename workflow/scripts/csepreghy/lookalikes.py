"""Figure 15: similar pairs of a quasar and a star, classified correctly and wrongly by the CNN."""

import numpy as np
import pandas as pd

from obafgkm.documents.csepreghy.sample import shaped
from obafgkm.report.plots import save_figure
from obafgkm.report.plots.objects import draw_spectrum, public_name, spectra_page
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

_SMOOTHING = 8  # pixels, to compare shapes beneath the noise


def most_alike(flux, quasars, stars):
    """The quasar and the star with the best correlated smoothed flux, as indices into `flux`."""
    shape = shaped(flux, _SMOOTHING, 8)
    shape = shape - shape.mean(axis=1, keepdims=True)
    shape /= np.linalg.norm(shape, axis=1, keepdims=True)
    i, j = np.unravel_index((shape[quasars] @ shape[stars].T).argmax(), (len(quasars), len(stars)))
    return quasars[i], stars[j]


def fig15(sample, predictions):
    """Draw the pairs: correctly classified in the first row and, if any, wrongly in the second.

    Parameters
    ----------
    sample : Spectra
        The spectra of `predictions`, in the same order.
    predictions : DataFrame
        Columns ``part, expected, predicted``.
    """
    test = predictions["part"] == "test"
    right = predictions["expected"] == predictions["predicted"]
    swapped = {"QSO": "STAR", "STAR": "QSO"}
    drawn = []
    for wanted in (right, predictions["predicted"] == predictions["expected"].map(swapped)):
        of = {name: np.flatnonzero(test & wanted & (predictions["expected"] == name)) for name in swapped}
        if of["QSO"].size and of["STAR"].size:
            drawn += most_alike(sample.flux, of["QSO"], of["STAR"])
        else:
            drawn += [found[0] for found in of.values() if found.size]
    figure, panels = spectra_page(len(drawn), columns=2)
    for axes, i in zip(panels, drawn, strict=True):
        row = predictions.loc[i]
        verdict = "" if right[i] else f", taken for {row['predicted']}"
        name = public_name(row["name"], row["source"])
        title = f"{row['expected']}{verdict}{': ' * bool(name)}{name}"
        draw_spectrum(axes, sample.wave, sample.flux[i], row["expected"], title)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        sample = Spectra.read(snakemake.input.sample)
        predictions = pd.read_csv(snakemake.input.predictions)
        if list(predictions["name"]) != list(sample.labels["name"]):
            raise AssertionError("predictions are not of the sample's spectra")
        save_figure(fig15(sample, predictions), snakemake.output, sample.source, networks=True)
