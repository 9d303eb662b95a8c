"""Augmentation of synthetic spectra with noise and imperfect continua."""

import numpy as np

__all__ = ["AUGMENTATIONS", "add_noise", "augment"]

AUGMENTATIONS = ("original", "noise", "scaled", "scaled, noise", "polynomial", "polynomial, noise")
_LOW, _HIGH = 0.95, 1.05


def add_noise(flux, snr, rng):
    """Gaussian noise, the same at every pixel.

    Parameters
    ----------
    flux : array of float32 (n_spec, n_pix)
        Flux divided by the continuum.
    snr : array (n_spec,)
        Signal-to-noise ratio of the continuum.
    rng : numpy Generator
    """
    noise = rng.standard_normal(flux.shape, "f4")
    noise /= np.asarray(snr, "f4")[:, np.newaxis]
    return flux + noise


def augment(flux, snr_range, rng):
    """The five replicas of Gebran et al. 2022, section 4.1.1, after the spectra themselves.

    Parameters
    ----------
    flux : array of float32 (n_spec, n_pix)
    snr_range : (float, float)
        Signal-to-noise ratios are uniform between these.
    rng : numpy Generator

    Returns
    -------
    array of float32 (6, n_spec, n_pix)
        In the order of `AUGMENTATIONS`.
    """
    n, n_pix = flux.shape

    def noisy(spectra):
        return add_noise(spectra, rng.uniform(*snr_range, n), rng)

    def scaled():
        return flux * rng.uniform(_LOW, _HIGH, (n, 1)).astype("f4")

    return np.stack(
        [
            flux,
            noisy(flux),
            scaled(),
            noisy(scaled()),
            flux * _parabolas(n, n_pix, rng),
            noisy(flux * _parabolas(n, n_pix, rng)),
        ]
    )


def _parabolas(n, n_pix, rng):
    """Second-degree polynomials within 0.95 and 1.05 whose maximum is anywhere in the spectrum."""
    x = np.linspace(0, 1, n_pix, dtype="f4")
    centre = rng.uniform(0, 1, (n, 1)).astype("f4")
    low, high = np.sort(rng.uniform(_LOW, _HIGH, (2, n, 1)).astype("f4"), axis=0)
    fall = ((x - centre) / np.maximum(centre, 1 - centre)) ** 2
    return high - (high - low) * fall
