"""Stars left out of a training, and the stars that train it, with vetted types."""

import numpy as np

from obafgkm.classify.conditions import Conditions, observe
from obafgkm.classify.inputs import lines_and_continuum
from obafgkm.classify.parameters import PARAMETERS, by_star
from obafgkm.classify.vetting import vet
from obafgkm.training.splits import held_out_folds

__all__ = ["held_out", "training_stars"]


def held_out(labels, left_out, folds, seed):
    """Masks of the left-out spectra, and of the training spectra, which are of other stars.

    Parameters
    ----------
    labels : DataFrame (n rows)
        ``library`` (``simulated`` for simulated spectra beside real ones), ``star``.
    left_out : str
        A library, ``fold0``, ``fold1``, ... or ``none``.
    folds : int
        Number of folds by star.
    seed : int
        Of the folds.

    Returns
    -------
    held, train : array of bool (n,)
    """
    real = (labels["library"] != "simulated").to_numpy()
    if left_out == "none":
        held = np.zeros(len(labels), bool)
    elif left_out.startswith("fold"):
        held = list(held_out_folds(labels["star"], folds, seed))[int(left_out[4:])] & real
    else:
        held = (labels["library"] == left_out).to_numpy()
    return held, ~held & ~labels["star"].isin(labels.loc[held, "star"]).to_numpy()


def training_stars(stars, train, rng):
    """Training stars with vetted types, and the parameters of all their spectra.

    Vetting is based on the training stars only: neither spectra nor labels of left-out stars are used.

    Parameters
    ----------
    stars : obafgkm.spectra.Spectra
        On `obafgkm.classify.conditions.FINE`, with ``fwhm`` among the labels.
    train : array of bool (n,)
    rng : numpy Generator

    Returns
    -------
    flux : array (n_train, n_fine)
    labels : DataFrame (n_train rows)
    clean : array (n_real, n_pix)
        Flux of the real spectra among them, as observed, on `obafgkm.classify.inputs.WAVE`.
    """
    flux, labels = stars.flux[train].astype(float), stars.labels[train].reset_index(drop=True)
    real = (labels["library"] != "simulated").to_numpy()
    fwhm = labels["fwhm"].to_numpy()[real]
    clean, _ = observe(flux[real], fwhm, Conditions.fixed(real.sum()), rng)
    labels.loc[real, "mk_class"] = vet(lines_and_continuum(clean)[0], labels[real])["vetted"]
    # Simulated stars beside real ones supplement sparse types; their parameters are those of a grid.
    labels[list(PARAMETERS)] = np.where(real[:, None], by_star(labels), np.nan)
    return flux, labels, clean
