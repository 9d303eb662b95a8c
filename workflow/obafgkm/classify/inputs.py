"""What the network sees of a spectrum, the same in training and in use."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

__all__ = ["SMOOTHING", "WAVE", "network_inputs"]

WAVE = np.arange(3800.0, 7001.0, 4.0)  # Angstrom in air
SMOOTHING = 120.0  # standard deviation of the running mean that stands for the continuum, Angstrom


def network_inputs(flux, ivar=None):
    """Scaled flux, flux over its running mean, and which pixels there are.

    Parameters
    ----------
    flux : array (n_spec, n_pix)
        On `WAVE`, in any unit; NaN where there is none.
    ivar : array (n_spec, n_pix), optional
        Inverse variance; a pixel of 0 is missing.

    Returns
    -------
    array of float32 (n_spec, 3 n_pix)
        The three channels one after the other; the first two are 0 at missing pixels.
    """
    flux = np.asarray(flux, float)
    good = np.isfinite(flux)
    if ivar is not None:
        good &= np.asarray(ivar) > 0
    flux = np.where(good, flux, 0)
    scale = np.abs(flux).sum(1, keepdims=True) / np.maximum(good.sum(1, keepdims=True), 1)
    flux = flux / np.where(scale > 0, scale, 1)
    sigma = SMOOTHING / (WAVE[1] - WAVE[0])
    weight = gaussian_filter1d(good.astype(float), sigma, mode="constant")
    mean = gaussian_filter1d(flux, sigma, mode="constant") / np.maximum(weight, 1e-6)
    lines = flux / np.maximum(mean, 0.02)
    channels = [np.clip(flux - 1, -2, 4) * good, np.clip(lines - 1, -1, 2) * good, good]
    return np.concatenate(channels, axis=1).astype(np.float32)
