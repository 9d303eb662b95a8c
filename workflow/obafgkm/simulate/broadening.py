"""Broadening by rotation."""

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["rotation_matrix"]

_SPEED_OF_LIGHT = 299792.458


def rotation_matrix(wave, vsini, limb_darkening=0.6):
    """Matrix that broadens spectra by rotation, for arbitrary pixel spacing.

    The profile of a sphere with linear limb darkening (Gray 2005, eq. 18.14) is integrated over each pixel,
    which is also accurate for slow rotators.

    Parameters
    ----------
    wave : array (n_pix,)
        Increasing wavelengths in Angstrom.
    vsini : float
        km/s, positive.
    limb_darkening : float
        Linear coefficient.

    Returns
    -------
    csr_matrix of float32 (n_pix, n_pix)
        Its rows add up to one.
    """
    width = wave * vsini / _SPEED_OF_LIGHT
    edges = np.concatenate(
        [[1.5 * wave[0] - 0.5 * wave[1]], 0.5 * (wave[1:] + wave[:-1]), [1.5 * wave[-1] - 0.5 * wave[-2]]]
    )
    first = np.maximum(np.searchsorted(edges, wave - width, "right") - 1, 0)
    last = np.minimum(np.searchsorted(edges, wave + width), wave.size)
    starts = np.concatenate([[0], np.cumsum(last - first)])
    rows = np.repeat(np.arange(wave.size), last - first)
    columns = np.arange(starts[-1]) - starts[rows] + first[rows]
    upper = _rotation_integral((edges[columns + 1] - wave[rows]) / width[rows], limb_darkening)
    lower = _rotation_integral((edges[columns] - wave[rows]) / width[rows], limb_darkening)
    weights = upper - lower
    weights /= np.add.reduceat(weights, starts[:-1])[rows]
    return csr_matrix((weights.astype("f4"), columns, starts), shape=(wave.size, wave.size))


def _rotation_integral(x, limb_darkening):
    """Integral of the rotation profile up to ``x``, the shift as a fraction of v sin i; not normalised."""
    x = np.clip(x, -1, 1)
    flat = 0.5 * (x * np.sqrt(1 - x**2) + np.arcsin(x))
    dark = np.pi / 4 * (x - x**3 / 3)
    return (1 - limb_darkening) * flat + limb_darkening * dark
