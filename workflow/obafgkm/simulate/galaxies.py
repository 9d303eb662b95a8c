"""Galaxies: light of an old, an intermediate and a young population, and the emission lines of their gas.

Line ratios are drawn in the diagram of Baldwin, Phillips & Terlevich 1981 (PASP 93, 5): star-forming galaxies
around the curve of Kauffmann et al. 2003 (MNRAS 346, 1055, eq. 1), Seyfert nuclei and LINERs beyond it.
"""

import numpy as np
import pandas as pd
from scipy.special import ndtr

from obafgkm.simulate.redshifts import redshifts
from obafgkm.simulate.restframe import REST, add_lines, broadened, starlight
from obafgkm.spectroscopy.extinction import extinction_curve

__all__ = ["LINES", "draw_galaxies", "galaxy_spectra"]

# Emission lines of the pipeline's table SPZLINE, vacuum Angstrom.
LINES = {
    "[O_II] 3727": 3727.09,
    "[O_II] 3730": 3729.88,
    "[Ne_III] 3870": 3869.86,
    "H_delta": 4102.89,
    "H_gamma": 4341.68,
    "H_beta": 4862.68,
    "[O_III] 4960": 4960.29,
    "[O_III] 5007": 5008.24,
    "He_I 5877": 5877.31,
    "[O_I] 6302": 6302.05,
    "[N_II] 6550": 6549.86,
    "H_alpha": 6564.61,
    "[N_II] 6585": 6585.27,
    "[S_II] 6718": 6718.29,
    "[S_II] 6732": 6732.68,
}
# Stars of each population: Teff, log g and fraction of its light at 5500 Angstrom.
_POPULATIONS = {
    "old": [(3700, 0.9, 0.07), (4300, 1.9, 0.3), (4800, 2.6, 0.25), (5600, 4.3, 0.28), (6100, 4.2, 0.1)],
    "intermediate": [(4600, 2.2, 0.25), (6600, 4.2, 0.2), (7800, 4.1, 0.3), (9300, 4.0, 0.25)],
    "young": [(4000, 0.7, 0.1), (10500, 4.1, 0.25), (15000, 4.0, 0.3), (24000, 4.0, 0.25), (38000, 4.1, 0.1)],
}
_METALLICITIES = np.array([-0.7, -0.3, 0.0, 0.3])
# Properties of galaxies by type of emission: fraction of all galaxies; young and intermediate light, mean and
# scatter; median equivalent width of H alpha in Angstrom and its scatter in dex; A_V; rank in redshift, as
# the median and the scatter in dex of a log-normal distribution.
_KINDS = {
    "passive": (0.48, (0.01, 0.01), (0.10, 0.08), (0.15, 0.3), 0.1, (0.14, 0.25)),
    "starforming": (0.25, (0.20, 0.10), (0.35, 0.12), (20, 0.18), 0.8, (0.08, 0.2)),
    "starburst": (0.11, (0.45, 0.15), (0.35, 0.12), (85, 0.16), 0.5, (0.07, 0.2)),
    "agn": (0.10, (0.04, 0.04), (0.22, 0.12), (12, 0.22), 0.4, (0.09, 0.2)),
    "broadline": (0.06, (0.02, 0.02), (0.20, 0.10), (0.4, 0.3), 0.3, (0.12, 0.2)),
}
_BROAD = {"H_alpha": 1.0, "H_beta": 0.31, "H_gamma": 0.14}


def draw_galaxies(n, rng):
    """Physical properties of galaxies.

    Parameters
    ----------
    n : int
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        ``kind``, ``z``, ``young`` and ``intermediate`` (shares of the light at 5500 Angstrom), ``feh``,
        ``a_v``, ``sigma`` (stars, km/s), ``ew_alpha`` (of narrow H alpha, rest frame, Angstrom), ``n2`` and
        ``o3`` (log [N II] 6585 / H alpha and log [O III] 5008 / H beta), ``sigma_gas`` (km/s), ``ew_broad``
        (equivalent width of broad H alpha, Angstrom) and ``sigma_broad`` (km/s).
    """
    shares = np.array([kind[0] for kind in _KINDS.values()])
    kind = rng.choice(list(_KINDS), n, p=shares / shares.sum())
    columns = np.array([(*y, *i, *w, a, *z) for _, y, i, w, a, z in map(_KINDS.get, kind)]).T
    young, young_rms, middle, middle_rms, width, width_rms, a_v, z, z_rms = columns
    table = pd.DataFrame({"kind": kind, "z": redshifts("GALAXY", _rank(np.log10(z) + rng.normal(0, z_rms)))})
    table["young"] = np.clip(rng.normal(young, young_rms), 0, 0.8)
    table["intermediate"] = np.clip(rng.normal(middle, middle_rms), 0, 1 - table["young"])
    table["feh"] = np.clip(rng.normal(np.where(kind == "passive", 0.05, -0.2), 0.2), -0.7, 0.3)
    table["a_v"] = rng.exponential(a_v).clip(0, 2.5)
    table["sigma"] = rng.normal(np.where(kind == "passive", 190, 110), 40).clip(50, 330)
    table["ew_alpha"] = width * 10 ** rng.normal(0, width_rms)
    ionised = np.isin(kind, ["starforming", "starburst"])
    n2_sf, n2_agn = rng.uniform(-1.3, -0.4, n), rng.uniform(-0.3, 0.25, n)
    table["n2"] = np.where(ionised, n2_sf, n2_agn)
    o3_sf = 0.61 / (n2_sf - 0.05) + 1.3 - 0.1 - np.abs(rng.normal(0, 0.15, n))
    seyfert = rng.random(n) < 0.6
    o3_agn = np.where(seyfert, rng.uniform(0.5, 1.1, n), rng.uniform(0.1, 0.5, n))
    table["o3"] = np.where(ionised, o3_sf, np.maximum(o3_agn, 0.3 - 1.2 * n2_agn))
    table["sigma_gas"] = rng.normal(np.where(ionised, 80, 160), np.where(ionised, 25, 50)).clip(40, 320)
    active = (kind == "broadline") | ((kind != "passive") & (rng.random(n) < 0.06))
    table["ew_broad"] = active * np.where(kind == "broadline", 45, 12) * 10 ** rng.normal(0, 0.15, n)
    table["sigma_broad"] = rng.uniform(700, 2200, n)
    return table


def _rank(log_distance):
    """Fraction (n,) of all galaxies that are nearer, from the distribution of the mixture of types."""
    kinds = ((kind[0], *kind[-1]) for kind in _KINDS.values())
    return sum(share * ndtr((log_distance - np.log10(median)) / rms) for share, median, rms in kinds)


def _population(grid, stars):
    """Light of a population at each metallicity, (n_metallicity, 11001), normalised at 5500 Angstrom."""
    teff, logg, share = np.array(stars).T
    n = _METALLICITIES.size
    flux = starlight(grid, np.tile(teff, n), np.tile(logg, n), np.repeat(_METALLICITIES, teff.size))
    flux /= _at_5500(flux)
    return np.einsum("s,msp->mp", share / share.sum(), flux.reshape(n, teff.size, -1)).astype("f4")


def _at_5500(flux):
    return flux[:, np.abs(REST - 5500) < 60].mean(1, keepdims=True)


def galaxy_spectra(grid, galaxies):
    """Spectra of galaxies at rest.

    Parameters
    ----------
    grid : obafgkm.simulate.nodes.StellarGrid
    galaxies : DataFrame (n rows)
        From `draw_galaxies`.

    Returns
    -------
    flux : array of float32 (n, 11001)
        On `REST`, with stellar light normalised to one at 5500 Angstrom.
    lines : dict of arrays
        ``name`` and ``wave`` (n_lines,), and (n, n_lines): ``area`` (Angstrom times the flux's unit),
        ``sigma`` (km/s) and ``continuum`` under the line; a broad component is included in its line.
    """
    feh = np.interp(galaxies["feh"], _METALLICITIES, np.arange(_METALLICITIES.size))
    lower = np.minimum(feh.astype(int), _METALLICITIES.size - 2)
    u = (feh - lower)[:, np.newaxis].astype("f4")
    shares = {"young": galaxies["young"], "intermediate": galaxies["intermediate"]}
    shares["old"] = 1 - galaxies["young"] - galaxies["intermediate"]
    flux = np.zeros((len(galaxies), REST.size), "f4")
    for name, stars in _POPULATIONS.items():
        light = _population(grid, stars)
        flux += shares[name].to_numpy("f4")[:, np.newaxis] * (light[lower] * (1 - u) + light[lower + 1] * u)
    dust = -0.4 * np.log(10) * extinction_curve(REST)
    flux *= np.exp(galaxies["a_v"].to_numpy()[:, np.newaxis] * dust).astype("f4")
    flux = broadened(flux / _at_5500(flux), galaxies["sigma"])
    waves = np.array(list(LINES.values()))
    continuum = np.stack([flux[:, np.abs(REST - wave) < 15].mean(1) for wave in waves], axis=1)
    a_v = galaxies["a_v"].to_numpy()[:, np.newaxis]
    narrow = _narrow_areas(galaxies, continuum) * np.exp(a_v * _dust(waves))
    broad = np.zeros_like(narrow)
    for name, ratio in _BROAD.items():
        alpha = galaxies["ew_broad"] * continuum[:, list(LINES).index("H_alpha")]
        broad[:, list(LINES).index(name)] = ratio * alpha
    speeds = galaxies[["sigma_gas", "sigma_broad"]].to_numpy()[:, :, np.newaxis]
    add_lines(flux, waves, narrow, speeds[:, 0])
    add_lines(flux, waves, broad, speeds[:, 1])
    lines = {"name": list(LINES), "wave": waves, "area": narrow + broad, "continuum": continuum}
    return flux, {**lines, "sigma": np.where(broad > narrow, speeds[:, 1], speeds[:, 0])}


def _dust(waves):
    """Logarithm of the transmission of lines per magnitude of extinction, relative to H alpha."""
    return -0.4 * np.log(10) * (extinction_curve(waves) - extinction_curve([LINES["H_alpha"]]))


def _narrow_areas(galaxies, continuum):
    """Flux of the narrow lines (n, n_lines) without dust: recombination case B, and the drawn ratios."""
    names = list(LINES)
    alpha = (galaxies["ew_alpha"] * continuum[:, names.index("H_alpha")]).to_numpy()
    beta = alpha / 2.86
    o3, n2 = beta * 10 ** galaxies["o3"].to_numpy(), alpha * 10 ** galaxies["n2"].to_numpy()
    ionised = np.isin(galaxies["kind"], ["starforming", "starburst"])
    sulphur = alpha * np.where(ionised, 0.16, 0.3)
    oxygen = beta * np.where(ionised, 1.5, 2.0)
    areas = {
        "[O_II] 3727": oxygen,
        "[O_II] 3730": 1.2 * oxygen,
        "[Ne_III] 3870": 0.1 * o3,
        "H_delta": 0.259 * beta,
        "H_gamma": 0.468 * beta,
        "H_beta": beta,
        "[O_III] 4960": o3 / 2.98,
        "[O_III] 5007": o3,
        "He_I 5877": 0.12 * beta,
        "[O_I] 6302": alpha * np.where(ionised, 0.03, 0.12),
        "[N_II] 6550": n2 / 3.05,
        "H_alpha": alpha,
        "[N_II] 6585": n2,
        "[S_II] 6718": 1.3 * sulphur,
        "[S_II] 6732": sulphur,
    }
    return np.stack([areas[name] for name in names], axis=1)
