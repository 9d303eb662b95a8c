"""Rotation and resolution: what stands between a star's surface and a pixel."""

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["gaussian_matrix", "rotation_matrix"]

_SPEED_OF_LIGHT = 299792.458
_SIGMA_PER_FWHM = 1 / np.sqrt(8 * np.log(2))


def gaussian_matrix(wave, pixels, fwhm):
    """Matrix that degrades spectra to a resolution and samples them at other pixels.

    Parameters
    ----------
    wave : array (n_in,)
        Increasing wavelengths of what is degraded; the step may vary, but not exceed the FWHM by much.
    pixels : array (n_out,)
        Wavelengths at which the result is wanted.
    fwhm : float or array (n_out,)
        FWHM of the Gaussian at each of them.

    Returns
    -------
    csr_matrix of float32 (n_out, n_in)
        Its rows add up to one: ``matrix @ flux`` keeps a flat spectrum flat.
    """
    sigma = np.broadcast_to(np.asarray(fwhm, float) * _SIGMA_PER_FWHM, pixels.shape)
    first = np.searchsorted(wave, pixels - 4 * sigma)
    last = np.maximum(np.searchsorted(wave, pixels + 4 * sigma), first + 1)
    first = np.minimum(first, wave.size - 1)
    counts = np.minimum(last, wave.size) - first
    starts = np.concatenate([[0], np.cumsum(counts)])
    rows = np.repeat(np.arange(pixels.size), counts)
    columns = np.arange(starts[-1]) - starts[rows] + first[rows]
    distance = (wave[columns] - pixels[rows]) / sigma[rows]
    weights = np.exp(-0.5 * distance**2) * np.gradient(wave)[columns]
    weights /= np.add.reduceat(weights, starts[:-1])[rows]
    return csr_matrix((weights.astype("f4"), columns, starts), shape=(pixels.size, wave.size))


def rotation_matrix(wave, vsini, limb_darkening=0.6):
    """Matrix that broadens spectra by rotation, for pixels of any step.

    The profile of a sphere with linear limb darkening (Gray 2005, eq. 18.14) is integrated over each pixel,
    so that slow rotators are right too.

    Parameters
    ----------
    wave : array (n_pix,)
        Increasing wavelengths in Angstrom.
    vsini : float
        km/s, more than zero.
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
