"""Whether a spectrum shows the lines of its assigned class, independently of the network.

The high-pass filtered lines of synthetic stars of that class are cross-correlated with those of the spectrum
(Tonry & Davis 1979, AJ 84, 1511): the agreement near zero shift must exceed both the noise and the chance
agreement at large shifts.
"""

import functools
from pathlib import Path

import numpy as np

from obafgkm.classify.inputs import WAVE, lines_and_continuum
from obafgkm.classify.outliers import gaussian_mean
from obafgkm.mk import N_CLASSES

__all__ = [
    "TEMPLATES",
    "has_lines",
    "line_significance",
    "sharp_lines",
    "sharp_templates",
    "synthetic_lines",
]

TEMPLATES = Path(__file__).with_name("line_templates.npz")
LEAST_SIGNIFICANCE = 4.5  # standard deviations of the noise
LEAST_CONTRAST = 4.5  # standard deviations of the chance agreement
_SLOW = 7.5  # pixels, 15 Angstrom: slower changes come from the continuum, fringes or the calibration
_END = 12  # pixels
_NEAR, _FAR, _FARTHEST = 4, 25, 200  # pixels: 500 km/s; beyond, agreement is by chance
_FWHM = 4.0  # Angstrom
_LIBRARY = slice(5, 68)  # the classes with synthetic stars, O5 to M7


def synthetic_lines():
    """Lines of synthetic stars of each class, the mean of classes I, III and V.

    Returns
    -------
    array of float16 (70, n_pix)
        As from `obafgkm.classify.inputs.lines_and_continuum`; classes beyond O5 and M7 get the nearest ones.
    """
    from obafgkm.simulate.calibration import stellar_parameters
    from obafgkm.simulate.nodes import StellarGrid
    from obafgkm.spectroscopy.resolution import gaussian_matrix

    stars = StellarGrid.load()
    number = np.arange(N_CLASSES).clip(_LIBRARY.start, _LIBRARY.stop - 1)
    missing = np.sqrt(_FWHM**2 - np.interp(WAVE, stars.wave, stars.fwhm) ** 2)
    blur = gaussian_matrix(stars.wave, WAVE, missing)
    lines = np.zeros((N_CLASSES, WAVE.size))
    for luminosity in (0, 2, 4):
        parameters = stellar_parameters(number, np.full(number.size, luminosity))
        normalised, continuum = stars(*parameters, 0.0)
        lines += lines_and_continuum((blur @ (normalised * continuum).T).T)[0] / 3
    return lines.astype(np.float16)


def has_lines(ivar, classes, seen):
    """Which spectra show the lines of their assigned classes.

    Parameters
    ----------
    ivar : array (n, n_pix)
        On `obafgkm.classify.inputs.WAVE`, in the unit of the flux.
    classes : array of int (n,)
        0 (O0) to 69 (M9).
    seen : tuple
        Result of `obafgkm.classify.inputs.lines_and_continuum` for the spectra.

    Returns
    -------
    array of bool (n,)
    """
    significance, contrast = line_significance(ivar, classes, seen)
    return (significance > LEAST_SIGNIFICANCE) & (contrast > LEAST_CONTRAST)


def line_significance(ivar, classes, seen):
    """How much better the lines of a class agree with a spectrum than noise and chance allow.

    Parameters
    ----------
    ivar, classes, seen
        See `has_lines`.

    Returns
    -------
    significance : array (n,)
        Best agreement within 500 km/s, in standard deviations of the noise.
    contrast : array (n,)
        The same in standard deviations of the agreement at shifts of 50 to 400 Angstrom.
    """
    mean = seen[1]
    if not len(mean):
        return np.empty(0), np.empty(0)
    lines, good = sharp_lines(seen)
    variance = np.where(good, 1 / np.where(good, ivar * mean**2, 1), 0).astype(np.float32)
    template, square = (part[classes] for part in _transformed())
    agreement = np.fft.irfft(np.fft.rfft(lines) * template, WAVE.size)
    noise = np.fft.irfft(np.fft.rfft(variance) * square, WAVE.size)
    # Rounding can leave negative values where no pixel contributes.
    ratio = agreement / np.sqrt(np.maximum(noise, 1e-6 * noise.max(1, keepdims=True) + 1e-30))
    shifts = np.fft.fftfreq(WAVE.size, 1 / WAVE.size)
    best = ratio[:, np.abs(shifts) <= _NEAR].max(1)
    by_chance = ratio[:, (np.abs(shifts) > _FAR) & (np.abs(shifts) <= _FARTHEST)]
    return best, best / np.maximum(np.sqrt((by_chance**2).mean(1)), 1e-12)


def sharp_lines(seen):
    """High-pass filtered lines, 0 at missing pixels and at the ends of the spectrum.

    Parameters
    ----------
    seen : tuple
        Result of `obafgkm.classify.inputs.lines_and_continuum` for n spectra.

    Returns
    -------
    lines : array of float32 (n, n_pix)
    good : array of bool (n, n_pix)
        Pixels that contribute.
    """
    lines, _, good = seen
    good = _within(good)
    return _without_slow(lines * good, good), good


@functools.cache
def sharp_templates():
    """The same for the synthetic stars, an array of float32 (70, n_pix)."""
    with np.load(TEMPLATES) as file:
        lines = file["lines"].astype(np.float32)
    return _without_slow(lines, np.ones(lines.shape, bool))


def _within(good):
    """Pixels away from the ends of a spectrum, where its slope would be mistaken for a line."""
    pixel = np.arange(good.shape[1])
    first, last = good.argmax(1)[:, None], good.shape[1] - 1 - good[:, ::-1].argmax(1)[:, None]
    return good & (pixel >= first + _END) & (pixel <= last - _END)


@functools.cache
def _transformed():
    """Conjugate Fourier transforms of the templates and of their squares."""
    lines = sharp_templates()
    return np.conj(np.fft.rfft(lines)), np.conj(np.fft.rfft(lines**2))


def _without_slow(lines, good):
    """Lines minus their running mean, 0 at missing pixels."""
    weight = np.maximum(gaussian_mean(good.astype(np.float32), _SLOW), 1e-3) if not good.all() else 1
    return (lines - gaussian_mean(lines, _SLOW) / weight) * good
