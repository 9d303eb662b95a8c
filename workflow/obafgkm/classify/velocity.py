"""Radial velocity by cross-correlation with lines of synthetic stars (Tonry & Davis 1979, AJ 84, 1511)."""

import functools

import numpy as np

from obafgkm.classify.inputs import WAVE
from obafgkm.classify.presence import sharp_lines, sharp_templates

__all__ = ["FASTEST", "LIGHT", "SIGNIFICANT", "at_rest", "radial_velocities"]

LIGHT = 299_792.458  # km/s
FASTEST = 1200.0  # km/s, largest velocity searched
SIGNIFICANT = 4.0  # ratio below which no velocity is given
_CLASSES = slice(5, 68, 8)  # O5, B3 ... M1: the lines of a class also serve its neighbours
_PIXELS = 2048  # of equal velocity steps of 89 km/s; the peak is located to a tenth of a step
_CHANCE = (2000.0, 8000.0)  # km/s from the peak, beyond which agreement is by chance
_PADDED = 2304  # an efficient length for Fourier transforms, with room for the shifts searched
_SCATTER = 0.25  # times the peak's width over 1 + r, calibrated on stars of known shift; 3/8 for white noise


def radial_velocities(seen):
    """Velocity of the synthetic star whose lines agree best.

    Parameters
    ----------
    seen : tuple
        Result of `obafgkm.classify.inputs.lines_and_continuum` for n spectra.

    Returns
    -------
    velocity : array (n,)
        km/s, positive where the star recedes, in the frame of the spectrum's wavelengths.
    error : array (n,)
        km/s, one standard deviation.
    ratio : array (n,)
        Height of the peak over the chance agreement, the r of Tonry & Davis; 0 if there is no peak.
    """
    templates, step = _templates()
    lines = _in_velocity(sharp_lines(seen)[0])
    lines /= np.maximum(np.sqrt((lines**2).sum(1, keepdims=True)), 1e-9)
    transformed, rows = np.fft.rfft(lines, _PADDED), np.arange(len(lines))
    reach, (first, last) = int(FASTEST / step), (np.array(_CHANCE) / step).astype(int)
    shifts = np.arange(-reach, reach + 1)
    best = np.full(len(lines), -np.inf)
    velocity, width, ratio = np.zeros((3, len(lines)))
    for template in templates:
        correlation = np.fft.irfft(transformed * template, _PADDED)
        near = correlation[:, shifts]
        peak = near[:, 1:-1].argmax(1) + 1
        left, height, right = (near[rows, peak + side] for side in (-1, 0, 1))
        is_peak = (height >= left) & (height >= right)  # not the flank of a peak outside
        curvature = np.maximum(2 * height - left - right, 1e-9)
        around = np.concatenate([np.arange(-last, -first), np.arange(first, last)])
        chance = correlation[rows[:, None], shifts[peak][:, None] + around]
        better = is_peak & (height > best)
        best[better] = height[better]
        velocity[better] = (step * (shifts[peak] + 0.5 * (right - left) / curvature))[better]
        width[better] = (2.355 * step * np.sqrt(np.maximum(height, 0) / curvature))[better]
        ratio[better] = (height / np.maximum(np.sqrt((chance**2).mean(1)), 1e-9))[better]
    return velocity, _SCATTER * width / (1 + ratio), ratio


def at_rest(flux, ivar, velocity):
    """Spectra (n, n_pix) on `obafgkm.classify.inputs.WAVE`, corrected for velocities (n,) in km/s."""
    moved, weight = np.empty_like(flux), np.empty_like(ivar)
    for i, wave in enumerate(WAVE * (1 + np.asarray(velocity)[:, None] / LIGHT)):
        good = ivar[i] > 0
        there = np.interp(wave, WAVE, good.astype(float), left=0, right=0) > 0.99
        moved[i] = np.where(there, np.interp(wave, WAVE[good], flux[i][good]), np.nan)
        weight[i] = np.where(there, np.interp(wave, WAVE, ivar[i]), 0)
    return moved, weight


def _in_velocity(lines):
    """Lines on a grid of equal velocity steps, with mean 0."""
    place = (np.geomspace(WAVE[0], WAVE[-1], _PIXELS) - WAVE[0]) / (WAVE[1] - WAVE[0])
    below = np.minimum(place.astype(int), WAVE.size - 2)
    share = (place - below).astype(np.float32)
    lines = lines[:, below] * (1 - share) + lines[:, below + 1] * share
    return lines - lines.mean(1, keepdims=True)


@functools.cache
def _templates():
    """Conjugate Fourier transforms of the templates, and the step of the grid in km/s."""
    lines = _in_velocity(sharp_templates()[_CLASSES])
    lines /= np.sqrt((lines**2).sum(1, keepdims=True))
    return np.conj(np.fft.rfft(lines, _PADDED)), LIGHT * np.log(WAVE[-1] / WAVE[0]) / (_PIXELS - 1)
