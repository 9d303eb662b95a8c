"""From MK type to effective temperature and gravity, by published calibrations.

``mk_calibration.csv`` has luminosity classes I, III and V, with one reference per row: Pecaut & Mamajek 2013
(ApJS 208, 9); Martins, Schaerer & Hillier 2005 (A&A 436, 1049); Straizys & Kuriliene 1981 (Ap&SS 80, 353);
van Belle et al. 1999 (AJ 117, 521); Levesque et al. 2005 (ApJ 628, 973); Cox 2000 (Allen's Astrophysical
Quantities, table 15.8). The values are rounded and smoothed across references.
"""

import functools
from importlib.resources import files

import numpy as np
import pandas as pd

from obafgkm import mk

__all__ = ["stellar_parameters"]

_TABULATED = ("I", "III", "V")


@functools.cache
def _table():
    """Number, log Teff and log g of the rows of each tabulated class."""
    table = pd.read_csv(files(__package__).joinpath("mk_calibration.csv"))
    table["number"] = [mk.parse(text).number for text in table["type"]]
    table["log_teff"] = np.log10(table["teff"])
    classes = dict(list(table.sort_values("number").groupby("luminosity_class")))
    return [classes[name][["number", "log_teff", "logg"]].to_numpy().T for name in _TABULATED]


def stellar_parameters(number, luminosity):
    """Effective temperature and gravity of MK types.

    Linear in log Teff and log g between tabulated types, and between the classes I, III and V for II and IV;
    constant beyond O5 and M7.

    Parameters
    ----------
    number : array-like of float (n,)
        Position on the sequence, 5 (O5) to 67 (M7); fractions are fractions of a subclass.
    luminosity : array-like of float (n,)
        0 ... 4 for I ... V.

    Returns
    -------
    teff, logg : array of float (n,)
        K, log cm/s^2.
    """
    number, luminosity = np.broadcast_arrays(np.asarray(number, float), np.asarray(luminosity, float))
    curves = np.array(
        [[np.interp(number, table[0], table[row]) for table in _table()] for row in (1, 2)]
    )  # (2, 3, n)
    place = np.clip(luminosity / 2, 0, 2)
    lower = np.minimum(place.astype(int), 1)
    above = np.stack([np.take_along_axis(c, lower[np.newaxis], 0)[0] for c in curves])
    below = np.stack([np.take_along_axis(c, lower[np.newaxis] + 1, 0)[0] for c in curves])
    log_teff, logg = above + (place - lower) * (below - above)
    return 10**log_teff, logg
