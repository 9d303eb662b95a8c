"""SkyServer's answer to the photometric query, simulated: stars, their magnitudes, their templates.

Bands are top hats at the effective wavelengths and widths of Fukugita et al. 1996 (AJ 111, 1748). The stellar
grid ends at 3450 and 9500 Å; beyond, its flux there is carried on by the Planck function of the star's Teff,
with the line blanketing of the last 100 Å. A template's B - V is a black body's (Ballesteros 2012, EPL 97,
34008).
"""

import numpy as np
import pandas as pd

from obafgkm.archives.sdss_photometry import BANDS, COLUMNS, DEREDDENED, OBSERVED
from obafgkm.extinction import extinction_curve
from obafgkm.mk import LUMINOSITY_CLASSES, MAIN_CLASSES, class_name
from obafgkm.simulate.calibration import stellar_parameters
from obafgkm.simulate.stars import draw_stars

__all__ = ["simulate_photometry", "synthetic_magnitudes"]

_EFFECTIVE = np.array([3551.0, 4686.0, 6166.0, 7480.0, 8932.0])  # Angstrom
_WIDTH = np.array([599.0, 1379.0, 1382.0, 1535.0, 1198.0])
_FINE = np.arange(3200.0, 9700.0, 10.0)  # where bands are integrated
_R_V = 3.1
# Hot templates that BOSS reductions carry where nothing was fitted. Types and Teff are those of real files;
# log g, [Fe/H] and B - V are assumed.
_ARBITRARY = [("O9.5Vvar", 6537.0, 4.2, -0.2, -0.05), ("O9.5Ib...", 9899.0, 2.0, 0.0, -0.1)]
_UNFITTED = 0.05  # share of the BOSS era among the rows of the classes B to M; all rows of O are of it
_FAULTS = 0.004  # share of rows without a magnitude, and of rows whose type is no star's of O to M


def synthetic_magnitudes(grid, teff, logg, feh, chunk=500):
    """AB magnitudes of surface fluxes in u, g, r, i, z, (n, 5); only their differences mean something.

    Parameters
    ----------
    grid : StellarGrid
    teff, logg, feh : array (n,)
        K, log cm/s^2, [M/H].
    """
    teff = np.asarray(teff, float)
    inside = np.clip(_FINE, grid.wave[0] + 50, grid.wave[-1] - 50)
    edges = np.searchsorted(grid.wave, [inside - 50, inside + 50])
    bands = (np.abs(_FINE[:, None] - _EFFECTIVE) < _WIDTH / 2).astype(float)
    photons = bands * _FINE[:, None]  # detectors count photons
    reference = (bands / _FINE[:, None]).sum(axis=0)  # of a flux constant in frequency
    magnitudes = np.empty((teff.size, len(BANDS)))
    for i in range(0, teff.size, chunk):
        part = slice(i, i + chunk)
        normalised, continuum = grid(teff[part], logg[part], feh[part])
        total = np.cumsum(normalised * continuum, axis=1, dtype=float)
        flux = (total[:, edges[1] - 1] - total[:, edges[0]]) / (edges[1] - 1 - edges[0])
        flux *= _planck(_FINE, teff[part]) / _planck(inside, teff[part])
        magnitudes[part] = -2.5 * np.log10(flux @ photons / reference)
    return magnitudes


def simulate_photometry(counts, fraction, grid, rng):
    """A table as the query gives it, with `COLUMNS`.

    Parameters
    ----------
    counts : dict of str to int
        Rows a main class of the template, at full scale.
    fraction : float
        Share of them that is made.
    grid : StellarGrid
    rng : numpy.random.Generator
    """
    sizes = np.array([max(8, round(fraction * counts[name])) for name in MAIN_CLASSES])
    label = np.repeat(np.arange(len(MAIN_CLASSES)), sizes)
    n = label.size
    first, last = np.where(label == 0, 5, 10 * label), np.where(label == 6, 67, 10 * label + 9)
    number = rng.integers(first, last + 1)
    luminosity = np.where(rng.random(n) < 0.12, 2, 4)
    teff, logg = stellar_parameters(number, luminosity)
    feh = np.round(np.clip(rng.normal(-0.4, 0.5, n), -2.5, 0.5), 1)
    types = [f"{class_name(a)}{LUMINOSITY_CLASSES[b]}" for a, b in zip(number, luminosity, strict=True)]
    template = pd.DataFrame({"elodieSpType": types, "elodieTEff": teff.round(), "elodieLogG": logg.round(1)})
    template["elodieFeH"], template["elodieBV"] = feh, _blackbody_colour(teff)
    # The star itself is near its template, where one was fitted, and any star where none was.
    unfitted = (rng.random(n) < _UNFITTED) | (label == 0)
    stars = draw_stars(number, luminosity, rng)
    others = rng.choice(np.flatnonzero(~unfitted & (label >= 3)), n)
    columns = list(stars)
    stars.loc[unfitted, columns] = stars.iloc[others[unfitted]].to_numpy()
    which = rng.choice(2, n, p=[0.9, 0.1])
    hot = np.flatnonzero(label == 0)
    template.loc[hot, ["elodieSpType", "elodieTEff", "elodieLogG", "elodieFeH", "elodieBV"]] = [
        _ARBITRARY[i] for i in which[hot]
    ]
    true_feh = np.where(unfitted, stars["feh"], feh + rng.normal(0, 0.15, n))
    intrinsic = synthetic_magnitudes(grid, stars["teff"], stars["logg"], true_feh)
    intrinsic += (rng.uniform(14.5, 19.5, n) - intrinsic[:, 2])[:, np.newaxis]
    a_v = _R_V * rng.gamma(1.5, 0.04, n)
    extinction = a_v[:, np.newaxis] * extinction_curve(_EFFECTIVE)
    sigma = np.hypot(0.015, 0.02 * 10 ** (0.4 * (intrinsic - [20.0, 21.0, 20.6, 20.1, 18.6])))
    observed = intrinsic + extinction + rng.normal(0, sigma)
    # The dust map gives the whole column with a tenth of error.
    dereddened = observed - extinction * rng.normal(1, 0.1, (n, 1))
    table = pd.DataFrame({"specObjID": [str(299489677444933632 + 1024 * i) for i in range(n)]})
    repeated = np.where(rng.random(n) < 0.03, np.maximum(np.arange(n) - 1, 0), np.arange(n))
    table["bestObjID"] = [str(1237645879551000000 + int(i)) for i in repeated]
    table["ra"], table["dec"] = rng.uniform(0, 360, n), np.degrees(np.arcsin(rng.uniform(-0.2, 0.95, n)))
    table[OBSERVED], table[DEREDDENED] = observed, dereddened
    table = pd.concat([table, template], axis=1)
    table["elodieDOF"] = np.where(unfitted, 0, rng.integers(2100, 2166, n))
    table["z"] = rng.normal(0, 1e-4, n)
    again = repeated != np.arange(n)  # a second spectrum of a star has the star's place and photometry
    shared = ["ra", "dec", *OBSERVED, *DEREDDENED]
    table.loc[again, shared] = table.loc[repeated[again], shared].to_numpy()
    table.loc[rng.random(n) < _FAULTS, "u"] = -9999.0
    table.loc[rng.random(n) < _FAULTS, "elodieSpType"] = "sd:F0"
    return table[COLUMNS]


def _planck(wave, teff):
    """Planck function (n, n_pix) a unit wavelength, without its constants."""
    return wave**-5.0 / np.expm1(1.4388e8 / wave / np.atleast_1d(teff)[:, np.newaxis])


def _blackbody_colour(teff):
    """B - V of a black body."""
    colour = np.linspace(2.5, -0.45, 500)
    temperature = 4600 * (1 / (0.92 * colour + 1.7) + 1 / (0.92 * colour + 0.62))
    return np.interp(teff, temperature, colour).round(3)
