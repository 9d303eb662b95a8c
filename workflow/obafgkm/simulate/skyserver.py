"""SkyServer's answer to the photometric query, simulated: stars, their magnitudes, their templates.

How much a classifier gains from the template's columns, and loses through rows without a fit, depends on the
assumptions made here; numbers from simulated rows show the possible effect of the defect, not its size in
SDSS.

Measured. A template is an entry of a finite library shared by many spectra: there are as many templates per
class as ELODIE 3.1 has stars, with the scatter of their Teff about that of their type (CDS III/251; 1.48
times the median absolute deviation). The dummy rule's published accuracy equals the fraction of O, G and M to
0.03 %: hardly a G template lies outside 4000-6000 K, or an M template above. The two templates of type O, and
their parameters, are those of SDSS's files. Spectra from the BOSS spectrograph have no fitted template
(elodieDOF = 0 in nine of nine files), and list one of arbitrary class: type O in four of the nine.

Assumed. These nine are typical, hence for each unfitted row of type O there are 5/4 of other types (95 %
confidence from nine files: 0.3 to 6.3), distributed like the classes. One fiftieth of the O rows is fitted,
to hot stars. Unfitted stars resemble fitted ones of types F to M. A fitted template differs from the star's
type by 1.5 subclasses (standard deviation). Seven of eight templates are dwarfs; [Fe/H] is -0.4 +- 0.5. The
mean extinction is A_V = 0.19, and magnitudes have SDSS's noise with a floor of 0.015.

Bands are top hats at the effective wavelengths and widths of Fukugita et al. 1996 (AJ 111, 1748). The stellar
grid ends at 3450 and 9500 Å; beyond, the flux is continued by the Planck function at the star's Teff, with
the line blanketing of the last 100 Å. A template's B - V is a black body's (Ballesteros 2012, EPL 97, 34008).
"""

import numpy as np
import pandas as pd

from obafgkm.archives.sdss.photometry import BANDS, COLUMNS, DEREDDENED, OBSERVED
from obafgkm.mk import LUMINOSITY_CLASSES, MAIN_CLASSES, class_name
from obafgkm.simulate.calibration import stellar_parameters
from obafgkm.simulate.stars import draw_stars
from obafgkm.spectroscopy.extinction import extinction_curve

__all__ = ["simulate_photometry", "synthetic_magnitudes"]

_EFFECTIVE = np.array([3551.0, 4686.0, 6166.0, 7480.0, 8932.0])  # Angstrom
_WIDTH = np.array([599.0, 1379.0, 1382.0, 1535.0, 1198.0])
_FINE = np.arange(3200.0, 9700.0, 10.0)  # where bands are integrated
_R_V = 3.1
# Number of templates of a class, scatter of log Teff about their type, and limits of Teff in K.
_LIBRARY = {
    "B": (105, 0.052, 8000, np.inf),
    "A": (158, 0.034, 0, np.inf),
    "F": (343, 0.016, 0, np.inf),
    "G": (404, 0.013, 4000, 6000),
    "K": (273, 0.024, 0, 6000),
    "M": (30, 0.025, 0, 3999),
}
_TEMPLATE = ["elodieSpType", "elodieTEff", "elodieLogG", "elodieFeH", "elodieBV"]
# HD 34078 and HD 37742 as in SDSS's files; both are hotter than 30,000 K.
_HOT = [("O9.5Vvar", 6537.0, 2.497, -2.09, 0.18), ("O9.5Ib...", 9899.0, 2.924, 0.09, -0.199)]
_HOT_SHARE = [0.8, 0.2]
_OTHERS_A_HOT_ONE = 5 / 4  # unfitted rows of other types for each of type O
_FITTED_HOT = 0.02
_MISMATCH = 1.5  # subclasses
_FAULTS = 0.004  # fractions of rows without a magnitude, and of rows with a type outside O to M


def synthetic_magnitudes(grid, teff, logg, feh, chunk=500):
    """AB magnitudes of surface fluxes in u, g, r, i, z, (n, 5); only differences are meaningful.

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
    """A table as returned by the query, with `COLUMNS`.

    Parameters
    ----------
    counts : dict of str to int
        Rows per main class of the template, at full scale.
    fraction : float
        Fraction of them to simulate.
    grid : StellarGrid
    rng : numpy.random.Generator
    """
    sizes = np.array([max(8, round(fraction * counts[name])) for name in MAIN_CLASSES])
    label = np.repeat(np.arange(len(MAIN_CLASSES)), sizes)
    n, hot = label.size, label == 0
    library = _library(rng)
    first = np.searchsorted(library["label"], np.arange(len(MAIN_CLASSES) + 1))
    template = library.iloc[rng.integers(first[label], first[label + 1])].reset_index(drop=True)
    template[hot] = library.iloc[rng.choice(len(_HOT), hot.sum(), p=_HOT_SHARE)].to_numpy()
    share = min(1.0, (1 - _FITTED_HOT) * _OTHERS_A_HOT_ONE * hot.sum() / (~hot).sum())
    unfitted = rng.random(n) < np.where(hot, 1 - _FITTED_HOT, share)
    # A fitted star resembles its template; the template of an unfitted row is unrelated to the star.
    number = np.clip(template["number"].to_numpy(float) + rng.normal(0, _MISMATCH, n), 5, 67)
    stars = draw_stars(number, template["luminosity"].to_numpy(int), rng)
    true_feh = template["elodieFeH"].to_numpy(float) + rng.normal(0, 0.15, n)
    others = rng.choice(np.flatnonzero(~unfitted & (label >= 3)), n)
    stars.loc[unfitted, list(stars)] = stars.iloc[others[unfitted]].to_numpy()
    true_feh[unfitted] = true_feh[others[unfitted]]
    intrinsic = synthetic_magnitudes(grid, stars["teff"], stars["logg"], true_feh)
    intrinsic += (rng.uniform(14.5, 19.5, n) - intrinsic[:, 2])[:, np.newaxis]
    a_v = _R_V * rng.gamma(1.5, 0.04, n)
    extinction = a_v[:, np.newaxis] * extinction_curve(_EFFECTIVE)
    sigma = np.hypot(0.015, 0.02 * 10 ** (0.4 * (intrinsic - [20.0, 21.0, 20.6, 20.1, 18.6])))
    observed = intrinsic + extinction + rng.normal(0, sigma)
    # The dust map gives the total column with an error of one tenth.
    dereddened = observed - extinction * rng.normal(1, 0.1, (n, 1))
    table = pd.DataFrame({"specObjID": [str(299489677444933632 + 1024 * i) for i in range(n)]})
    repeated = np.where(rng.random(n) < 0.03, np.maximum(np.arange(n) - 1, 0), np.arange(n))
    table["bestObjID"] = [str(1237645879551000000 + int(i)) for i in repeated]
    table["ra"], table["dec"] = rng.uniform(0, 360, n), np.degrees(np.arcsin(rng.uniform(-0.2, 0.95, n)))
    table[OBSERVED], table[DEREDDENED] = observed, dereddened
    table[_TEMPLATE] = template[_TEMPLATE]
    table["elodieDOF"] = np.where(unfitted, 0, rng.integers(2100, 2166, n))
    table["z"] = rng.normal(0, 1e-4, n)
    again = repeated != np.arange(n)  # a second spectrum of a star shares its position and photometry
    shared = ["ra", "dec", *OBSERVED, *DEREDDENED]
    table.loc[again, shared] = table.loc[repeated[again], shared].to_numpy()
    table.loc[rng.random(n) < _FAULTS, "u"] = -9999.0
    table.loc[rng.random(n) < _FAULTS, "elodieSpType"] = "unknown"  # a theoretical template
    return table[COLUMNS]


def _library(rng):
    """Templates by class, those of type O first: columns `_TEMPLATE`, label, number and luminosity."""
    hot = pd.DataFrame(_HOT, columns=_TEMPLATE).assign(label=0, number=9, luminosity=[4, 0])
    tables = [hot]
    for name, (n, scatter, coolest, hottest) in _LIBRARY.items():
        label = MAIN_CLASSES.index(name)
        number = rng.integers(10 * label, min(10 * label + 9, 67) + 1, n)
        luminosity = np.where(rng.random(n) < 0.12, 2, 4)
        teff, logg = stellar_parameters(number, luminosity)
        teff = np.clip(teff * 10 ** rng.normal(0, scatter, n), coolest, hottest).round()
        tables.append(
            pd.DataFrame(
                {
                    "elodieSpType": [
                        f"{class_name(a)}{LUMINOSITY_CLASSES[b]}"
                        for a, b in zip(number, luminosity, strict=True)
                    ],
                    "elodieTEff": teff,
                    "elodieLogG": (logg + rng.normal(0, 0.25, n)).round(3),
                    "elodieFeH": np.clip(rng.normal(-0.4, 0.5, n), -2.5, 0.5).round(2),
                    "elodieBV": (_blackbody_colour(teff) + rng.normal(0, 0.05, n)).round(3),
                    "label": label,
                    "number": number,
                    "luminosity": luminosity,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _planck(wave, teff):
    """Planck function (n, n_pix) per unit wavelength, without its constants."""
    return wave**-5.0 / np.expm1(1.4388e8 / wave / np.atleast_1d(teff)[:, np.newaxis])


def _blackbody_colour(teff):
    """B - V of a black body."""
    colour = np.linspace(2.5, -0.45, 500)
    temperature = 4600 * (1 / (0.92 * colour + 1.7) + 1 / (0.92 * colour + 0.62))
    return np.interp(teff, temperature, colour).round(3)
