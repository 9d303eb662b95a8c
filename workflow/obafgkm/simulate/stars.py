"""Random stars, and their spectra as recorded by a spectrograph."""

import numpy as np
import pandas as pd

from obafgkm.simulate.broadening import rotation_matrix
from obafgkm.simulate.calibration import stellar_parameters
from obafgkm.spectroscopy.extinction import extinction_curve
from obafgkm.spectroscopy.resolution import gaussian_matrix

__all__ = ["draw_stars", "observe", "signal_to_noise"]

# Rotation is drawn from these values, km/s, so that stars share broadening matrices.
_ROTATION = np.array([0, 5, 10, 20, 35, 50, 75, 100, 130, 170, 220, 280], float)
# Typical v sin i of dwarfs along the sequence, rounded after Glebocki & Gnacinski 2005 (ESA SP-560, 571);
# giants from F on rotate slowly.
_TYPICAL_ROTATION = ([5, 12, 22, 29, 32, 36, 40, 50, 67], [120, 150, 130, 110, 80, 30, 8, 4, 4])
_NORMALISED_AT = 5550.0


def draw_stars(number, luminosity, rng, metal_poor=0.06):
    """Physical properties of stars of given types.

    Parameters
    ----------
    number, luminosity : array-like (n,)
        Class number 0 ... 69 as catalogued and luminosity 0 ... 4.
    rng : numpy.random.Generator
    metal_poor : float
        Fraction of thick-disc and halo stars among those of F5 and later.

    Returns
    -------
    DataFrame
        ``number`` (the true position on the sequence, half a subclass rms from the catalogued one),
        ``luminosity``, ``teff`` (K), ``logg``, ``feh``, ``vsini`` (km/s), ``a_v`` (mag).
    """
    number, luminosity = np.asarray(number, float), np.asarray(luminosity)
    n = number.size
    true = np.clip(number + np.clip(rng.normal(0, 0.5, n), -1.2, 1.2), 5, 67)
    teff, logg = stellar_parameters(true, luminosity + np.clip(rng.normal(0, 0.25, n), -0.5, 0.5))
    feh = np.clip(rng.normal(-0.05, 0.17, n), -0.6, 0.45)
    poor = (rng.random(n) < metal_poor) & (true >= 35)
    feh = np.where(poor, rng.uniform(-2.2, -0.4, n), feh)
    rotation = np.interp(true, *_TYPICAL_ROTATION) * np.sqrt(rng.chisquare(3, n) / 3)
    rotation *= np.where((luminosity <= 2) & (true >= 30), 0.3, 1.0) * np.where(luminosity == 0, 0.5, 1.0)
    distant = (true < 20) | (luminosity <= 1)
    a_v = rng.exponential(np.where(distant, 0.6, 0.08)).clip(0, 2.5)
    return pd.DataFrame(
        {
            "number": true,
            "luminosity": luminosity,
            "teff": teff,
            "logg": logg,
            "feh": feh,
            "vsini": _ROTATION[np.abs(rotation[:, np.newaxis] - _ROTATION).argmin(1)],
            "a_v": a_v,
        }
    )


def signal_to_noise(n, median, rng):
    """Signal-to-noise ratios per pixel at 5550 Angstrom: log-normal, 0.7 wide, within 10-400."""
    return np.clip(median * np.exp(rng.normal(0, 0.7, n)), 10, 400)


def observe(grid, stars, wave, fwhm, snr, rng, continuum_stars=None, calibration_error=0.03, chunk=200):
    """Spectra of stars as a library would publish them.

    Parameters
    ----------
    grid : StellarGrid
    stars : DataFrame (n rows)
        Columns teff, logg, feh, vsini, a_v.
    wave : array (n_pix,)
        Pixels of the library, air wavelengths in Angstrom within 3450-9500.
    fwhm : float
        Resolution of the library in Angstrom, but not better than that of the grid.
    snr : array (n,)
        Signal-to-noise ratio per pixel at 5550 Angstrom.
    rng : numpy.random.Generator
    continuum_stars : DataFrame (n rows), optional
        Stars whose continua replace those of the stars.
    calibration_error : float
        Rms of the smooth, multiplicative error of the flux calibration.
    chunk : int
        Spectra at a time; 200 need about 200 MB.

    Returns
    -------
    flux, ivar : array of float32 (n, n_pix)
        Flux per unit wavelength, normalised to one at 5550 Angstrom, and its inverse variance.
    """
    inside = (grid.wave > wave[0] - 12) & (grid.wave < wave[-1] + 12)
    source, own = grid.wave[inside], grid.fwhm[inside]
    # Pixels of the grid that are already as coarse as required are only resampled.
    own_fwhm = np.interp(wave, source, own)
    missing = np.maximum(fwhm**2 - own_fwhm**2, (0.25 * own_fwhm) ** 2)
    degrade = gaussian_matrix(source, wave, np.sqrt(missing))
    reddening = -0.4 * np.log(10) * extinction_curve(source)
    flux = np.empty((len(stars), wave.size), "f4")
    errors = _calibration_errors(len(stars), wave, calibration_error, rng)
    order = np.argsort(stars["vsini"].to_numpy(), kind="stable")
    for speed in np.unique(stars["vsini"]):
        members = order[stars["vsini"].to_numpy()[order] == speed]
        rotate = degrade @ rotation_matrix(source, speed) if speed else degrade
        for i in range(0, members.size, chunk):
            rows = stars.iloc[members[i : i + chunk]]
            normalised, continuum = grid(rows["teff"], rows["logg"], rows["feh"])
            if continuum_stars is not None:
                other = continuum_stars.iloc[members[i : i + chunk]]
                continuum = grid.continuum(other["teff"], other["logg"], other["feh"])
            light = (normalised * continuum)[:, inside]
            light *= np.exp(rows["a_v"].to_numpy()[:, np.newaxis] * reddening).astype("f4")
            flux[members[i : i + chunk]] = (rotate @ light.T).T
    flux *= errors
    flux /= flux[:, np.abs(wave - _NORMALISED_AT) < 25].mean(1, keepdims=True)
    return _with_noise(flux, snr, rng)


def _calibration_errors(n, wave, rms, rng):
    """Factors (n, n_pix) that vary over the whole range: Legendre polynomials up to the fourth."""
    x = 2 * (wave - wave[0]) / (wave[-1] - wave[0]) - 1
    basis = np.polynomial.legendre.legvander(x, 4)[:, 1:]
    amplitude = rng.normal(0, rms, (n, 4)) * np.sqrt(2 * np.arange(1, 5) + 1) / 2
    return np.exp(amplitude @ basis.T).astype("f4")


def _with_noise(flux, snr, rng):
    """Photon noise, with a floor of a tenth of the light at 5550 Angstrom."""
    sigma = np.sqrt(np.maximum(flux, 0.1)) / np.asarray(snr, "f4")[:, np.newaxis]
    ivar = 1 / sigma**2
    flux += sigma * rng.standard_normal(flux.shape, dtype="f4")
    return flux, ivar
