"""Degrade spectra with a Gaussian, as one sparse matrix for a whole library."""

import numpy as np
from scipy.sparse import csr_matrix

__all__ = ["gaussian_matrix"]

_SIGMA_PER_FWHM = 1 / np.sqrt(8 * np.log(2))
_REACH = 5.0  # cut-off of the kernel in sigma: 6e-7 of it is omitted


def gaussian_matrix(wave, pixels, fwhm):
    """Matrix that convolves spectra with a Gaussian and resamples them.

    Parameters
    ----------
    wave : array (n_in,)
        Increasing wavelengths of the input; the step may vary, but must not exceed the FWHM by much.
    pixels : array (n_out,)
        Wavelengths of the output.
    fwhm : float or array (n_out,)
        FWHM of the Gaussian at each of them.

    Returns
    -------
    csr_matrix of float32 (n_out, n_in)
        Its rows sum to one: ``matrix @ flux`` keeps a flat spectrum flat, including its ends.
    """
    sigma = np.broadcast_to(np.asarray(fwhm, float) * _SIGMA_PER_FWHM, pixels.shape)
    first = np.searchsorted(wave, pixels - _REACH * sigma)
    last = np.maximum(np.searchsorted(wave, pixels + _REACH * sigma), first + 1)
    first = np.minimum(first, wave.size - 1)
    counts = np.minimum(last, wave.size) - first
    starts = np.concatenate([[0], np.cumsum(counts)])
    rows = np.repeat(np.arange(pixels.size), counts)
    columns = np.arange(starts[-1]) - starts[rows] + first[rows]
    distance = (wave[columns] - pixels[rows]) / sigma[rows]
    weights = np.exp(-0.5 * distance**2) * np.gradient(wave)[columns]
    weights /= np.add.reduceat(weights, starts[:-1])[rows]
    return csr_matrix((weights.astype("f4"), columns, starts), shape=(pixels.size, wave.size))
