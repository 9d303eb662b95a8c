"""Splits into training, validation and test sets. Every split is by star."""

import numpy as np

__all__ = [
    "held_out_folds",
    "held_out_stars",
    "stratified_folds",
]


def held_out_stars(stars, fraction, seed):
    """Mask of the spectra of a random `fraction` of the stars.

    Parameters
    ----------
    stars : array-like of str (n_spec,)
    fraction : float
    seed : int

    Returns
    -------
    array of bool (n_spec,)
        All spectra of one star are on the same side.
    """
    unique, star = np.unique(np.asarray(stars, str), return_inverse=True)
    chosen = np.zeros(unique.size, bool)
    chosen[np.random.default_rng(seed).permutation(unique.size)[: round(fraction * unique.size)]] = True
    return chosen[star]


def held_out_folds(stars, folds, seed):
    """Divide spectra into folds by star.

    Parameters
    ----------
    stars : array-like (n_spec,)
    folds : int
    seed : int

    Yields
    ------
    array of bool (n_spec,)
        The spectra held out in each fold; every spectrum is held out once.
    """
    unique, star = np.unique(np.asarray(stars), return_inverse=True)
    fold = np.empty(unique.size, int)
    fold[np.random.default_rng(seed).permutation(unique.size)] = np.arange(unique.size) % folds
    for number in range(folds):
        yield (fold == number)[star]


def stratified_folds(stars, classes, folds, seed):
    """Divide spectra into folds by star, each class as evenly as its stars allow.

    Parameters
    ----------
    stars, classes : array-like (n_spec,)
        A star's class is that of most of its spectra; ties are broken by name.
    folds : int
    seed : int

    Yields
    ------
    array of bool (n_spec,)
        The spectra held out in each fold; every spectrum is held out once.
    """
    unique, star = np.unique(np.asarray(stars, str), return_inverse=True)
    names, number = np.unique(np.asarray(classes, str), return_inverse=True)
    counts = np.zeros((unique.size, names.size), int)
    np.add.at(counts, (star, number), 1)
    order = np.random.default_rng(seed).permutation(unique.size)
    # Dealt out in turn, class by class.
    order = order[np.argsort(counts[order].argmax(axis=1), kind="stable")]
    fold = np.empty(unique.size, int)
    fold[order] = np.arange(unique.size) % folds
    for held_out in range(folds):
        yield (fold == held_out)[star]
