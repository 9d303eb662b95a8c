"""Hot subdwarfs and white dwarfs of ionised helium: broad hydrogen and helium lines on a hot continuum.

They show their defining features, for classification, and are not meant for measurements.
"""

import numpy as np

from obafgkm.simulate.restframe import REST, lorentz_profiles, planck

__all__ = ["SUBDWARFS", "subdwarf_spectra"]

# Wavelengths in vacuum, Angstrom.
_HYDROGEN = np.array([6564.6, 4862.7, 4341.7, 4102.9, 3971.2, 3890.2])
_HELIUM = np.array([3889.7, 4027.3, 4472.7, 4922.9, 5017.1, 5877.3, 6680.0])
_IONISED_HELIUM = np.array([4200.7, 4340.0, 4542.9, 4687.0, 4860.7, 5413.0, 6561.9])


def _star(rng, teff, *lines):
    """Black body with Lorentz profiles.

    Each of `lines` has wavelengths, and the ranges of the central optical depth and of the half width
    (Angstrom).
    """
    depth = np.zeros(REST.size)
    for waves, depths, widths in lines:
        profiles = lorentz_profiles(waves, rng.uniform(*widths))
        depth += rng.uniform(*depths) * profiles
    return planck(REST, rng.uniform(*teff)) * np.exp(-depth)


def _sdb(rng):
    return _star(rng, (22000, 38000), (_HYDROGEN, (0.35, 0.65), (8, 16)), (_HELIUM, (0.02, 0.2), (2.5, 2.5)))


def _sdo(rng):
    return _star(
        rng,
        (36000, 60000),
        (_HYDROGEN, (0.0, 0.4), (10, 10)),
        (_HELIUM, (0.05, 0.35), (2.5, 6)),
        (_IONISED_HELIUM, (0.15, 0.45), (4, 10)),
    )


def _do(rng):
    return _star(rng, (45000, 90000), (_IONISED_HELIUM, (0.2, 0.5), (10, 25)))


SUBDWARFS = {"sdB": _sdb, "sdO": _sdo, "DO": _do}


def subdwarf_spectra(names, rng):
    """Spectra at rest.

    Parameters
    ----------
    names : sequence of str (n,)
        Members of `SUBDWARFS`.
    rng : numpy.random.Generator

    Returns
    -------
    array of float32 (n, 11001)
        On `obafgkm.simulate.restframe.REST`, in arbitrary units.
    """
    return np.array([SUBDWARFS[name](rng) for name in names], np.float32).reshape(-1, REST.size)
