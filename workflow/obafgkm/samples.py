"""Which spectra form a document's training, validation and test sets. Every split is by star."""

import numpy as np
import pandas as pd

from obafgkm.spectra import concatenate

__all__ = ["TRAINING_LIBRARIES", "held_out_folds", "held_out_stars", "sharma_samples"]

TRAINING_LIBRARIES = ("jhc", "elodie", "miles")
TEST_LIBRARY = "cflib"


def sharma_samples(libraries, test_stars):
    """Training and test sample of Sharma et al. 2020, section 2.

    The test sample is CFLIB. The training sample is those spectra of the other libraries that have a
    luminosity class I ... V, without any star of CFLIB, whether or not its CFLIB spectrum is at hand.

    Parameters
    ----------
    libraries : dict of str to Spectra
        Homogenised spectra a library, with the label columns ``star`` and ``luminosity``.
    test_stars : set of str
        Every star of CFLIB.

    Returns
    -------
    training, test : Spectra
    left_out : DataFrame
        Columns ``library, file, name, reason`` of the spectra that belong to neither.
    """
    parts, left_out = {}, []
    for name, spectra in libraries.items():
        labels = spectra.labels
        reason = pd.Series("", index=labels.index)
        if name != TEST_LIBRARY:
            reason[labels["star"].isin(test_stars)] = "its star is in CFLIB, the test library"
            reason[labels["luminosity"] < 0] = "its type has no luminosity class I to V"
        parts[name] = spectra.select((reason == "").to_numpy())
        left_out.append(
            labels.loc[reason != "", ["library", "file", "name"]].assign(reason=reason[reason != ""])
        )
    training = concatenate([parts[name] for name in TRAINING_LIBRARIES])
    test = parts[TEST_LIBRARY]
    shared = set(training.labels["star"]) & set(test.labels["star"])
    assert not shared, f"stars on both sides of the split: {sorted(shared)[:5]}"
    assert sum(map(len, libraries.values())) == len(training) + len(test) + sum(map(len, left_out))
    return training, test, pd.concat(left_out, ignore_index=True)


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
