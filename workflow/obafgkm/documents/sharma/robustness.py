"""The perturbed spectra and labels on which Sharma et al. 2020, section 5.2, test their classifier.

Spectra without their continuum: `obafgkm.spectroscopy.continuum.normalise`; reddened ones:
`obafgkm.spectroscopy.extinction.reddened`.
"""

import numpy as np
import pandas as pd

from obafgkm.mk import main_class
from obafgkm.spectroscopy.continuum import fit_continuum

__all__ = ["by_network", "classified", "colour_change", "shuffled_continua", "wrong_labels"]

_COLOUR_BAND = 100.0  # Angstrom at either end of the spectra, between which a colour is measured


def shuffled_continua(wave, flux, repeats, unity_at, seed):
    """Spectra with the continuum of another, as after a wrong flux calibration (section 5.2, point 3).

    The paper does not say whether the result is normalised again; here it is, like any input of a classifier.
    The continua are exchanged along a random cycle through all spectra, so that none keeps its own.

    Parameters
    ----------
    wave : array (n_pix,)
        Wavelength in Angstrom, evenly spaced.
    flux : array (n_spec, n_pix)
    repeats : int
        Number of test sets.
    unity_at : float
        Wavelength in Angstrom at which the flux becomes one.
    seed : int

    Yields
    ------
    flux : array (n_spec, n_pix)
    donor : array of int (n_spec,)
        Index of the spectrum from which each continuum comes.

    Raises
    ------
    ValueError
        If there are fewer than two spectra.
    """
    if len(flux) < 2:
        raise ValueError(f"{len(flux)} spectra: continua can be shuffled among two or more")
    continuum = fit_continuum(wave, flux)
    lines = flux / continuum
    at = np.argmin(np.abs(wave - unity_at))
    rng = np.random.default_rng(seed)
    for _ in range(repeats):
        cycle = rng.permutation(len(flux))
        donor = np.empty_like(cycle)
        donor[cycle] = np.roll(cycle, 1)
        shuffled = lines * continuum[donor]
        yield shuffled / shuffled[:, [at]], donor


def wrong_labels(number, count, seed):
    """Class numbers with some wrong ones, spread over all classes (section 5.2, point 2).

    The spectra are taken from the main classes in turn, and within each from its subclasses in turn, so that
    40 wrong labels reach every main class even where one holds most of the spectra.

    Parameters
    ----------
    number : array of int (n_spec,)
        Class number 0 ... 69.
    count : int
        How many to replace by another class among those present, all equally probable.
    seed : int

    Returns
    -------
    array of int (n_spec,)

    Raises
    ------
    ValueError
        If there are fewer spectra than `count`, or fewer than two classes.
    """
    number = np.asarray(number)
    present, own = np.unique(number, return_inverse=True)
    if count > number.size:
        raise ValueError(f"{count} of {number.size} labels cannot be replaced")
    if present.size < 2:
        raise ValueError("a wrong label needs a second class")
    rng = np.random.default_rng(seed)
    order = rng.permutation(number.size)
    order = _in_turn(order, number[order])
    chosen = _in_turn(order, main_class(number[order]))[:count]
    other = rng.integers(0, present.size - 1, count)
    spoilt = number.copy()
    spoilt[chosen] = present[other + (other >= own[chosen])]
    return spoilt


def colour_change(wave, flux, changed):
    """Root mean square over spectra of the change of their colour, in magnitudes.

    The colour compares the first and the last 100 Å. It measures the size of a perturbation: CFLIB spectra
    change by 0.70 mag when reddened by A_V = 1 mag.

    Parameters
    ----------
    wave : array (n_pix,)
        Wavelength in Angstrom.
    flux, changed : arrays (n_spec, n_pix)
    """
    blue, red = wave < wave[0] + _COLOUR_BAND, wave > wave[-1] - _COLOUR_BAND
    ratios = [s[:, blue].mean(axis=1) / s[:, red].mean(axis=1) for s in (flux, changed)]
    return float(np.sqrt(np.mean((2.5 * np.log10(ratios[1] / ratios[0])) ** 2)))


def by_network(network):
    """A classifier of flux (n_spec, n_pix), which adapts number and shape of pixels to the network."""
    shape = network.input_shape[1:]
    return lambda flux: network.predict(flux[:, : shape[0]].reshape(-1, *shape), verbose=0).argmax(axis=1)


def classified(classifiers, spectra, sets):
    """Predictions of classifiers for one set of perturbed spectra after another.

    Parameters
    ----------
    classifiers : dict of str to callable
        Each takes flux (n_spec, n_pix) and returns class numbers (n_spec,).
    spectra : Spectra
        The unperturbed spectra, with their labels.
    sets : iterable of (dict, array (n_spec, n_pix))
        Columns that identify the set, and its flux. Only one matrix is in memory at a time.

    Returns
    -------
    DataFrame
        The columns of the sets, ``colour_change``, ``model, library, file, star, source, expected,
        predicted``; one row for each spectrum, classifier and set.
    """
    labels = spectra.labels[["library", "file", "star", "source"]].assign(expected=spectra.labels["mk_class"])
    parts = []
    for about, flux in sets:
        about = {**about, "colour_change": colour_change(spectra.wave, spectra.flux, flux)}
        for name, classify in classifiers.items():
            rows = labels.assign(predicted=classify(flux))
            columns = pd.DataFrame({**about, "model": name}, index=rows.index)
            parts.append(pd.concat([columns, rows], axis=1))
    return pd.concat(parts, ignore_index=True)


def _in_turn(items, group):
    """`items` reordered so that the first of every group come first, then the second of every group ..."""
    turn = pd.Series(group).groupby(group).cumcount()
    return items[np.argsort(turn, kind="stable")]
