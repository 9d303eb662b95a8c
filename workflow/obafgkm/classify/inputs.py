"""Inputs of the network, identical in training and in use."""

import functools

import numpy as np

__all__ = ["N_INPUTS", "WAVE", "lines_and_continuum", "network_inputs"]

WAVE = 3800.0 + 2.0 * np.arange(1600)  # Angstrom in air
_CONTINUUM = 100.0  # standard deviation of the running mean that approximates the continuum, Angstrom
_NARROW = 10.0  # of the narrower one compared with it, so that lines are not decided by noise
_BIN = 16  # pixels per bin of the continuum
_REACH = 3.0  # standard deviations at which the weights of a running mean are cut off
_PADDED = 1800  # pixels: grid plus reach of the wider mean, an efficient length for Fourier transforms
_LINES = 4.0  # scales them to a standard deviation of about one
N_INPUTS = WAVE.size + 2 * WAVE.size // _BIN


def lines_and_continuum(flux, ivar=None):
    """Flux over its running mean minus one, that mean, and the mask of valid pixels.

    Parameters
    ----------
    flux : array (n_spec, n_pix)
        On `WAVE`, in any unit; NaN where missing.
    ivar : array (n_spec, n_pix), optional
        Inverse variance; 0 marks a missing pixel.

    Returns
    -------
    lines : array of float32 (n_spec, n_pix)
        0 at missing pixels.
    mean : array (n_spec, n_pix)
        In the unit of the flux.
    good : array of bool (n_spec, n_pix)
    """
    flux = np.asarray(flux)
    good = np.isfinite(flux)
    if ivar is not None:
        good &= np.asarray(ivar) > 0
    flux = np.where(good, flux, 0)
    scale = np.abs(flux).sum(1, keepdims=True) / np.maximum(good.sum(1, keepdims=True), 1)
    scale = np.where(scale > 0, scale, 1)
    flux = (flux / scale).astype(np.float32)
    mean, narrow = (_running_mean(flux, good, sigma) for sigma in (_CONTINUUM, _NARROW))
    mean = _running_mean(flux, good & (narrow > 0.95 * mean), _CONTINUUM)  # over the lines
    return np.clip(flux / mean - 1, -1, 2) * good, mean * scale, good


def network_inputs(flux, ivar=None, seen=None):
    """Inputs of the network.

    Parameters
    ----------
    flux, ivar : array (n_spec, n_pix)
        See `lines_and_continuum`.
    seen : tuple, optional
        The result of that function for them, if already computed.

    Returns
    -------
    array of float32 (n_spec, N_INPUTS)
        The lines, one value per pixel; the logarithm of the continuum minus its mean, one value per bin of 32
        Angstrom; the fraction of valid pixels in each bin. The first two are 0 where missing.
    """
    lines, mean, good = seen or lines_and_continuum(flux, ivar)
    bins = (len(lines), -1, _BIN)
    share, level = good.reshape(bins).mean(2), np.log(mean).reshape(bins).mean(2)
    level -= (level * share).sum(1, keepdims=True) / np.maximum(share.sum(1, keepdims=True), 1e-6)
    return np.concatenate([_LINES * lines, level * (share > 0), share], axis=1).astype(np.float32)


def _running_mean(flux, good, sigma):
    """Running mean of the good pixels; at least a fiftieth of the spectrum's mean."""
    weight, mean = (
        np.fft.irfft(np.fft.rfft(values, _PADDED) * _weights(sigma), _PADDED)[:, : WAVE.size]
        for values in (good.astype(np.float32), flux * good)
    )
    return np.maximum(mean / np.maximum(weight, 1e-4), 0.02)


@functools.cache
def _weights(sigma):
    """Fourier transform of the Gaussian weights of a running mean."""
    pixels = sigma / (WAVE[1] - WAVE[0])
    offset = np.arange(-round(_REACH * pixels), round(_REACH * pixels) + 1)
    kernel = np.zeros(_PADDED)
    kernel[offset] = np.exp(-0.5 * (offset / pixels) ** 2)
    return np.fft.rfft(kernel / kernel.sum()).astype(np.complex64)
