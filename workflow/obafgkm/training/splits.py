"""Which spectra form a document's training, validation and test sets. Every split is by star."""

import numpy as np

__all__ = [
    "held_out_folds",
    "held_out_stars",
]


def held_out_stars(stars, fraction, seed):
    """Mask of the spectra whose star falls into a random `fraction` of the stars.

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
