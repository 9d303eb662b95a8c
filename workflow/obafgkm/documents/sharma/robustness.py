"""The spoilt spectra and labels on which Sharma et al. 2020, section 5.2, test their classifier.

Spectra without their continuum: `obafgkm.spectroscopy.continuum.normalise`; reddened ones:
`obafgkm.spectroscopy.extinction.reddened`.
"""

import numpy as np
import pandas as pd

from obafgkm.mk import main_class
from obafgkm.spectroscopy.continuum import fit_continuum

__all__ = ["classified", "shuffled_continua", "wrong_labels"]


def shuffled_continua(wave, flux, repeats, unity_at, seed):
    """Spectra with the continuum of another, as after a wrong flux calibration (section 5.2, point 3).

    The paper does not say whether the result is normalised again; here it is, as a classifier's input always
    is. The continua go round a random cycle through all spectra, so that none keeps its own.

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
        The spectrum that each continuum comes from.

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
    """Class numbers of which some are wrong, spread over all classes (section 5.2, point 2).

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


def classified(networks, spectra, sets):
    """What networks say of one set of spoilt spectra after the other.

    Parameters
    ----------
    networks : dict of str to keras.Model
        Each is given as many pixels, in the shape, as it takes.
    spectra : Spectra
        The spectra as they were, with their labels.
    sets : iterable of (dict, array (n_spec, n_pix))
        What tells a set from the others, one column each, and its flux. Only one matrix is alive at a time.

    Returns
    -------
    DataFrame
        Columns of the sets, ``model, library, file, star, source, expected, predicted``; one row a spectrum,
        a network and a set.
    """
    labels = spectra.labels[["library", "file", "star", "source"]].assign(expected=spectra.labels["mk_class"])
    parts = []
    for about, flux in sets:
        for name, network in networks.items():
            shape = network.input_shape[1:]
            probability = network.predict(flux[:, : shape[0]].reshape(-1, *shape), verbose=0)
            rows = labels.assign(predicted=probability.argmax(axis=1))
            columns = pd.DataFrame({**about, "model": name}, index=rows.index)
            parts.append(pd.concat([columns, rows], axis=1))
    return pd.concat(parts, ignore_index=True)


def _in_turn(items, group):
    """`items` reordered so that the first of every group come first, then the second of every group ..."""
    turn = pd.Series(group).groupby(group).cumcount()
    return items[np.argsort(turn, kind="stable")]
