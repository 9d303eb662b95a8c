"""Rest-frame spectra in the survey's sampling, and starlight in it.

All simulated objects are computed on `REST`, vacuum wavelengths in steps of 1e-4 in log10: there a redshift
is a shift, and a velocity dispersion is the same Gaussian along the whole spectrum.
"""

import functools

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.special import erf

from obafgkm.simulate.broadening import rotation_matrix
from obafgkm.spectroscopy.resolution import gaussian_matrix
from obafgkm.spectroscopy.wavelengths import airtovac

__all__ = ["REST", "add_lines", "broadened", "lorentz_profiles", "planck", "smooth_field", "starlight"]

FIRST = 29500  # of log10 wavelength in 1e-4: 891 Angstrom
REST = 10 ** (1e-4 * (FIRST + np.arange(11001)))  # to 11220 Angstrom
PIXEL = 1e-4 * np.log(10) * 299792.458  # km/s, 69
_RESOLUTION = 2000.0  # R of both spectrographs
INSTRUMENT = 299792.458 / _RESOLUTION / np.sqrt(8 * np.log(2))  # sigma, km/s
_STARS = (3465.0, 9485.0)  # range of the stellar grid, Angstrom in vacuum


def planck(wave, teff):
    """Black body per unit wavelength, in arbitrary units: (n, n_pix) for temperatures (n,) in K."""
    teff = np.asarray(teff, float)[..., np.newaxis]
    return (1e16 / wave**5 / np.expm1(1.43877e8 / (wave * teff)) * 1e4).astype("f4")


@functools.lru_cache(maxsize=2)
def _sampling(source, fwhm):
    """Matrix from the stellar grid's pixels (bytes of their air wavelengths and FWHM) to those of `REST`."""
    vacuum = airtovac(np.frombuffer(source))
    inside = (_STARS[0] < REST) & (_STARS[1] > REST)
    own = np.interp(REST[inside], vacuum, np.frombuffer(fwhm))
    missing = np.sqrt(np.maximum((REST[inside] / _RESOLUTION) ** 2 - own**2, (0.25 * own) ** 2))
    return inside, gaussian_matrix(vacuum, REST[inside], missing)


def starlight(grid, teff, logg, feh, vsini=None):
    """Surface flux of stars on `REST`, at the resolution of the survey.

    Beyond the stellar grid the flux is continued by a black body, dimmed in the ultraviolet for cool stars,
    whose metal lines absorb one magnitude at 3000 Angstrom and two at 2600.

    Parameters
    ----------
    grid : obafgkm.simulate.nodes.StellarGrid
    teff, logg, feh : array-like (n,)
        K, log cm/s^2, [M/H].
    vsini : array-like (n,), optional
        km/s; ignored below half a pixel.

    Returns
    -------
    array of float32 (n, 11001)
        erg/s/cm2/Angstrom.
    """
    teff = np.atleast_1d(np.asarray(teff, float))
    inside, sampling = _sampling(grid.wave.tobytes(), grid.fwhm.tobytes())
    normalised, continuum = grid(teff, logg, feh)
    flux = planck(REST, teff)
    core = (sampling @ (normalised * continuum).T).T
    first, last = np.flatnonzero(inside)[[0, -1]]
    flux[:, :first] *= (core[:, :60].mean(1) / flux[:, first : first + 60].mean(1))[:, np.newaxis]
    flux[:, last + 1 :] *= (core[:, -60:].mean(1) / flux[:, last - 59 : last + 1].mean(1))[:, np.newaxis]
    flux[:, inside] = core
    cool = np.clip((10000 - teff) / 3000, 0, 1)[:, np.newaxis]
    flux[:, :first] *= np.exp(-cool * (REST[first] - REST[:first]) / 450)
    if vsini is not None:
        for speed in np.unique(np.asarray(vsini)[np.asarray(vsini) > PIXEL / 2]):
            rows = np.flatnonzero(np.asarray(vsini) == speed)
            flux[rows] = (_rotation(float(speed)) @ flux[rows].T).T
    return flux


@functools.lru_cache(maxsize=16)
def _rotation(speed):
    return rotation_matrix(REST, speed)


def broadened(flux, sigma):
    """Spectra (n, n_pix) broadened by velocity dispersions (n,) in km/s."""
    return np.stack([gaussian_filter1d(row, s / PIXEL) for row, s in zip(flux, sigma, strict=True)])


def add_lines(flux, waves, areas, sigma):
    """Add Gaussian lines to spectra, in place.

    Parameters
    ----------
    flux : array (n, 11001)
        On `REST`.
    waves : array (n_lines,)
        Vacuum wavelengths in Angstrom.
    areas : array (n, n_lines)
        Flux in the line, Angstrom times the unit of flux; negative for absorption.
    sigma : array (n,) or (n, n_lines)
        Intrinsic velocity dispersion, km/s.
    """
    waves = np.asarray(waves, float)
    sigma = np.broadcast_to(np.reshape(sigma, (len(flux), -1)), areas.shape)
    total = np.sqrt(sigma**2 + INSTRUMENT**2) / PIXEL
    centres = np.log10(waves) * 1e4 - FIRST
    for i, j in np.argwhere(areas != 0):
        reach = int(5 * total[i, j]) + 2
        low = max(0, int(centres[j]) - reach)
        pixels = slice(low, max(low, min(REST.size, int(centres[j]) + reach)))
        edges = np.arange(pixels.start, pixels.stop + 1) - 0.5 - centres[j]
        share = np.diff(erf(edges / (np.sqrt(2) * total[i, j]))) / 2
        flux[i, pixels] += areas[i, j] * share / (1e-4 * np.log(10) * waves[j])


def lorentz_profiles(waves, width):
    """Sum of Lorentz profiles on `REST` (11001,): central depth one, half width `width` in Angstrom."""
    return sum(1 / (1 + ((REST - wave) / width) ** 2) for wave in waves)


def smooth_field(n, wave, rms, rng):
    """Factors (n, n_pix) that vary smoothly over the whole range, with mean one and relative rms `rms`."""
    x = 2 * (np.log(wave) - np.log(wave[0])) / np.log(wave[-1] / wave[0]) - 1
    basis = np.polynomial.legendre.legvander(x, 4)[:, 1:]
    amplitude = rng.normal(0, rms, (n, 4)) * np.sqrt(2 * np.arange(1, 5) + 1) / 2
    return np.exp(amplitude @ basis.T).astype("f4")
