"""Stars as somebody may have observed them: reddened, badly calibrated, normalised, noisy, shifted, cut."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.polynomial import legendre

from obafgkm.classify.inputs import WAVE
from obafgkm.classify.spectrum import Spectrum
from obafgkm.errors import ArchiveFileError
from obafgkm.spectroscopy.continuum import normalise
from obafgkm.spectroscopy.extinction import extinction_curve

__all__ = ["FINE", "Conditions", "observe", "on_fine_grid"]

_MARGIN = 10  # pixels beyond `WAVE` that velocities and blurring reach
FINE = WAVE[0] + (WAVE[1] - WAVE[0]) * np.arange(-_MARGIN, WAVE.size + _MARGIN)
_LIGHT = 299792.458  # km/s
_DEGREE = 5  # of the polynomial that perturbs the flux calibration
_FWHM_PER_SIGMA = np.sqrt(8 * np.log(2))


@dataclass
class Conditions:
    """Observing conditions of n spectra; the defaults are those of the libraries.

    Attributes
    ----------
    a_v : array (n,)
        Extinction in V, magnitudes, by the curve of Fitzpatrick & Massa 2007.
    calibration : array (n, 5)
        Coefficients of the Legendre polynomials whose exponential multiplies the flux.
    fwhm : array (n,)
        Resolution in Angstrom; spectra of lower resolution keep their own.
    velocity : array (n,)
        Radial velocity in km/s.
    snr : array (n,)
        Signal-to-noise ratio of the median flux, per pixel of `WAVE`.
    is_normalised : array of bool (n,)
    first, last : array (n,)
        First and last wavelength with pixels, Angstrom.
    missing : array (n,)
        Fraction of these pixels that are missing individually.
    """

    a_v: np.ndarray
    calibration: np.ndarray
    fwhm: np.ndarray
    velocity: np.ndarray
    snr: np.ndarray
    is_normalised: np.ndarray
    first: np.ndarray
    last: np.ndarray
    missing: np.ndarray

    @classmethod
    def fixed(cls, n, **given):
        """Conditions of n spectra: those of the libraries, except for values given, common or individual."""
        values = {
            "a_v": 0.0,
            "calibration": np.zeros((1, _DEGREE)),
            "fwhm": 0.0,
            "velocity": 0.0,
            "snr": np.inf,
            "is_normalised": False,
            "first": WAVE[0],
            "last": WAVE[-1],
            "missing": 0.0,
        } | given
        return cls(
            **{name: np.broadcast_to(value, (n, *np.shape(value)[1:])) for name, value in values.items()}
        )

    @classmethod
    def draw(cls, n, rng):
        """Random conditions for training: A_V to 2, S/N from 5, 1-8 Angstrom, 300 km/s, partial coverage."""
        is_cut, length = rng.random(n) < 0.3, rng.uniform(600, WAVE[-1] - WAVE[0], n)
        first = WAVE[0] + rng.random(n) * (WAVE[-1] - WAVE[0] - length)
        return cls(
            a_v=rng.uniform(0, 2, n) * (rng.random(n) < 0.6),
            calibration=rng.normal(0, 0.1, (n, _DEGREE)) * (rng.random((n, 1)) < 0.6),
            fwhm=rng.uniform(1, 8, n),
            velocity=rng.uniform(-300, 300, n),
            snr=np.exp(rng.uniform(np.log(5), np.log(300), n)),
            is_normalised=rng.random(n) < 0.3,
            first=np.where(is_cut, first, WAVE[0]),
            last=np.where(is_cut, first + length, WAVE[-1]),
            missing=rng.uniform(0, 0.1, n) * (rng.random(n) < 0.3),
        )

    def of(self, which):
        """Conditions of a subset of the spectra."""
        return Conditions(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


def on_fine_grid(spectra):
    """Spectra of a library on `FINE`.

    Parameters
    ----------
    spectra : obafgkm.spectra.Spectra

    Returns
    -------
    flux : array of float32 (n, n_fine)
        NaN where there is none.
    problems : list of str (n,)
        Why a spectrum cannot be used; its flux is then all NaN. Empty for the others.
    """
    flux, problems = np.full((len(spectra), FINE.size), np.nan, np.float32), [""] * len(spectra)
    for i, name in enumerate(spectra.labels["file"]):
        own = Spectrum(name, spectra.wave, spectra.flux[i], spectra.ivar[i], spectra.medium)
        try:
            flux[i] = own.on_grid(FINE)[0]
        except ArchiveFileError as error:
            problems[i] = error.problem
    return flux, problems


def observe(flux, fwhm, conditions, rng):
    """Spectra as observed under given conditions.

    Parameters
    ----------
    flux : array (n, n_fine)
        On `FINE`, NaN where there is none.
    fwhm : array (n,)
        Their intrinsic resolution in Angstrom.
    conditions : Conditions
        Those of the n spectra.
    rng : numpy Generator
        Draws the noise and the missing pixels.

    Returns
    -------
    flux, ivar : array (n, n_pix)
        On `obafgkm.classify.inputs.WAVE`; NaN and 0 at missing pixels.
    """
    seen = np.isfinite(flux)
    flux = _filled(flux, seen)
    flux = _blurred(flux, np.sqrt(np.maximum(conditions.fwhm**2 - fwhm**2, 0)))
    flux = _shifted(flux, conditions.velocity)
    good = _shifted(seen.astype(float), conditions.velocity)
    flux, good = flux[:, _MARGIN:-_MARGIN], good[:, _MARGIN:-_MARGIN] > 0.99
    flux *= 10 ** (-0.4 * conditions.a_v[:, None] * extinction_curve(WAVE))
    scaled = 2 * (WAVE - WAVE[0]) / (WAVE[-1] - WAVE[0]) - 1
    flux *= np.exp(conditions.calibration @ legendre.legvander(scaled, _DEGREE)[:, 1:].T)

    noise = np.median(np.abs(flux), axis=1, keepdims=True) / conditions.snr[:, None]
    flux += noise * rng.standard_normal(flux.shape)
    ivar = np.broadcast_to(
        1 / np.maximum(noise, 1e-4 * np.median(np.abs(flux), axis=1, keepdims=True)) ** 2, flux.shape
    )
    ivar = ivar.copy()
    if (which := conditions.is_normalised & (flux.max(1) > 0)).any():
        continuum = flux[which] / normalise(WAVE, flux[which])
        flux[which] /= continuum
        ivar[which] *= continuum**2

    good &= (conditions.first[:, None] <= WAVE) & (conditions.last[:, None] >= WAVE)
    good &= rng.random(flux.shape) >= conditions.missing[:, None]
    return np.where(good, flux, np.nan), np.where(good, ivar, 0)


def _filled(flux, seen):
    """Fill gaps by linear interpolation, so that blurring does not spread them."""
    pixels, filled = np.arange(flux.shape[1]), np.array(flux, float)
    for i in np.flatnonzero(~seen.all(1) & seen.any(1)):
        filled[i] = np.interp(pixels, pixels[seen[i]], flux[i][seen[i]])
    return filled


def _blurred(flux, fwhm):
    sigma = fwhm[:, None] / _FWHM_PER_SIGMA / (FINE[1] - FINE[0])
    frequency = np.fft.rfftfreq(FINE.size)
    return np.fft.irfft(np.fft.rfft(flux) * np.exp(-2 * (np.pi * sigma * frequency) ** 2), FINE.size)


def _shifted(flux, velocity):
    if not velocity.any():
        return flux
    rest = FINE / (1 + velocity[:, None] / _LIGHT)
    return np.stack([np.interp(own, FINE, row) for own, row in zip(rest, flux, strict=True)])
