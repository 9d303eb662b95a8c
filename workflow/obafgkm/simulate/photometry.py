"""Synthetic ugriz magnitudes.

The bands of the survey's camera (Fukugita et al. 1996, AJ 111, 1748; Doi et al. 2010, AJ 139, 1628), as
super-Gaussians of their effective wavelength and full width at half maximum.
"""

import numpy as np

__all__ = ["BANDS", "ab_magnitudes"]

# Effective wavelength and full width at half maximum, Angstrom.
BANDS = {"u": (3557, 560), "g": (4702, 1160), "r": (6176, 1110), "i": (7490, 1045), "z": (8947, 1120)}
_ZERO_POINT = 3.631e-20 * 2.99792458e18  # AB, erg/s/cm2/Angstrom times Angstrom squared


def _responses(wave):
    """Photon-counting weights (5, n_pix): response times wavelength times pixel."""
    curves = [np.exp(-np.log(2) * (2 * (wave - centre) / width) ** 4) for centre, width in BANDS.values()]
    return np.array(curves) * wave * np.gradient(wave)


def ab_magnitudes(wave, flux):
    """AB magnitudes in u, g, r, i and z.

    Parameters
    ----------
    wave : array (n_pix,)
        Angstrom, 2950-10400 at least.
    flux : array (n, n_pix)
        1e-17 erg/s/cm2/Angstrom.

    Returns
    -------
    array (n, 5)
        Photon-weighted, 22.5 - 2.5 log10 of the flux in nanomaggies; infinite for zero flux.
    """
    weights = _responses(wave)
    reference = weights @ (_ZERO_POINT / wave**2)
    with np.errstate(divide="ignore"):
        return -2.5 * np.log10(np.maximum(1e-17 * flux @ weights.T, 0) / reference)
