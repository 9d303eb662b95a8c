"""The samples of Sharma et al. 2020: training and test libraries, and the dispersion of subclasses."""

import numpy as np
import pandas as pd

from obafgkm.spectra import concatenate
from obafgkm.training.splits import held_out_stars

__all__ = ["SHARMA_LIBRARIES", "autoencoder_parts", "internal_dispersion", "sharma_samples"]

TRAINING_LIBRARIES = ("jhc", "elodie", "miles")
TEST_LIBRARY = "cflib"
SHARMA_LIBRARIES = (*TRAINING_LIBRARIES, TEST_LIBRARY)
_AUTOENCODER_PARTS = 50_000, 5_000, 6_624  # for training, validation and test (section 4.2)


def sharma_samples(libraries, test_stars):
    """Training and test sample of Sharma et al. 2020, section 2.

    The test sample is CFLIB. The training sample consists of the spectra of the other libraries with a
    luminosity class I ... V, without any star of CFLIB, whether or not its CFLIB spectrum is available.

    Parameters
    ----------
    libraries : dict of str to Spectra
        Homogenised spectra per library, with the label columns ``star`` and ``luminosity``.
    test_stars : set of str
        Every star of CFLIB.

    Returns
    -------
    training, test : Spectra
    left_out : DataFrame
        Columns ``library, file, name, reason``: the spectra that belong to neither.
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


def autoencoder_parts(stars, seed):
    """Divide the unlabelled spectra in the paper's proportions, by star; the paper divides by spectrum.

    At least one star validates and one tests.

    Parameters
    ----------
    stars : array-like of str (n_spec,)
    seed : int

    Returns
    -------
    validation, test : arrays of bool (n_spec,)
        The remaining ones train.
    """
    stars = np.asarray(stars, str)
    train, validate, check = _AUTOENCODER_PARTS
    one = 1 / np.unique(stars).size
    test = held_out_stars(stars, max(check / (train + validate + check), one), seed)
    validation = np.zeros(stars.size, bool)
    one = 1 / np.unique(stars[~test]).size
    validation[~test] = held_out_stars(stars[~test], max(validate / (train + validate), one), seed)
    return validation, test


def internal_dispersion(flux, number):
    """Internal dispersion of each subclass (Sharma et al. 2020, Eqs. 1-3).

    Parameters
    ----------
    flux : array (n_spec, n_pix)
    number : array of int (n_spec,)
        Class number 0 ... 69.

    Returns
    -------
    DataFrame
        Columns ``class`` (number), ``population``, ``dispersion`` (in flux; 0 for one spectrum).
    """
    rows = []
    for subclass in np.unique(number):
        members = flux[number == subclass]
        sigma = np.sqrt(((members - members.mean(axis=0)) ** 2).mean(axis=1))
        rows.append((subclass, len(members), sigma.mean()))
    return pd.DataFrame(rows, columns=["class", "population", "dispersion"])
