"""Redshifts of the survey's classes and their pipeline errors, with realistic distributions.

Redshifts follow the quantiles of 10,171 real spectra of both spectrographs: the spec files of 26 galaxies,
102 quasars and 43 stars without a warning, and a catalogue of SkyServer (DR14) of 4,998 galaxies, 850 quasars
and 4,152 stars. Their errors follow a power law in the signal-to-noise ratio, fitted to those of the spec
files that give one. The classes overlap in both, so that a simulated redshift carries no more information on
the class than a real one.
"""

import numpy as np

__all__ = ["redshift_errors", "redshifts"]

_SHARES = (0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.995, 1)
# Quantiles of redshift of each class.
_QUANTILES = {
    "GALAXY": (
        *(-0.000513, 0.0, 0.00323, 0.00739, 0.0156, 0.0236, 0.0328, 0.051),
        *(0.0772, 0.101, 0.127, 0.145, 0.165, 0.228, 0.856),
    ),
    "QSO": (
        *(0.000461, 0.0564, 0.0698, 0.0829, 0.12, 0.174, 0.278, 0.701),
        *(1.32, 1.84, 2.26, 2.6, 3.02, 3.83, 5.35),
    ),
    "STAR": (
        *(-0.00414, -0.00138, -0.0011, -0.000971, -0.000835, -0.000607, -0.000373, -0.000134),
        *(2.28e-5, 0.000216, 0.000499, 0.000694, 0.000947, 0.00123, 0.00456),
    ),
}
# Power of the signal-to-noise ratio, scatter in dex, and log10 of the error over 1 + z at a ratio of 10; for
# quasars as a piecewise linear function of redshift, as narrow, then fewer, then strong lines are in range.
_ERRORS = {
    "GALAXY": (-0.313, 0.239, ((0.0,), (-4.917,))),
    "QSO": (-0.442, 0.189, ((0.2, 1.0, 1.8, 2.5, 3.2), (-4.474, -3.976, -3.827, -4.104, -4.208))),
    "STAR": (-0.811, 0.224, ((0.0,), (-4.45,))),
}


def redshifts(object_class, share):
    """Redshift below which a given fraction of the class lies.

    Parameters
    ----------
    object_class : {'GALAXY', 'QSO', 'STAR'}
    share : array (n,)
        0 to 1; uniform random numbers give random redshifts.

    Returns
    -------
    array (n,)
    """
    return np.interp(share, _SHARES, _QUANTILES[object_class])


def redshift_errors(object_class, snr, z, rng):
    """Redshift errors as given by the pipeline.

    Parameters
    ----------
    object_class : {'GALAXY', 'QSO', 'STAR'}
    snr : array (n,)
        Median signal-to-noise ratio per pixel; below 0.3, fainter than any fitted spectrum, 0.3 is used.
    z : array (n,)
    rng : numpy.random.Generator

    Returns
    -------
    array (n,)
    """
    power, scatter, at_ten = _ERRORS[object_class]
    logarithm = np.interp(z, *at_ten) + power * np.log10(np.maximum(snr, 0.3) / 10)
    return (1 + z) * 10 ** rng.normal(logarithm, scatter)
