"""Quasars: a power law, broad lines, iron and Balmer bumps, and the Lyman alpha forest.

Widths and strengths are rounded from the composite of Vanden Berk et al. 2001 (AJ 122, 549, tables 2 and 5).
"""

import numpy as np
import pandas as pd

from obafgkm.simulate.redshifts import redshifts
from obafgkm.simulate.restframe import REST, add_lines

__all__ = ["draw_quasars", "quasar_spectra"]

# Vacuum wavelength, equivalent width in Angstrom, velocity dispersion relative to that of Mg II.
_BROAD = {
    "Ly_alpha": (1215.67, 75.0, 1.0),
    "N_V 1240": (1240.81, 15.0, 1.2),
    "Si_IV": (1399.8, 9.0, 1.2),
    "C_IV 1549": (1549.48, 28.0, 1.2),
    "He_II 1640": (1640.42, 6.0, 1.5),
    "C_III] 1908": (1908.73, 21.0, 1.3),
    "Mg_II 2799": (2800.32, 32.0, 1.0),
    "H_delta": (4102.89, 6.0, 0.9),
    "H_gamma": (4341.68, 13.0, 0.9),
    "H_beta": (4862.68, 46.0, 0.9),
    "H_alpha": (6564.61, 195.0, 0.8),
}
_NARROW = {"[O_II] 3727": (3728.5, 1.6), "[O_III] 4960": (4960.29, 4.5), "[O_III] 5007": (5008.24, 13.5)}
# Iron: centre and standard deviation in Angstrom, height above the power law; the last is the Balmer bump.
_BUMPS = ((2080, 90, 0.10), (2480, 110, 0.28), (4570, 90, 0.14), (5290, 130, 0.13), (3100, 420, 0.30))


def draw_quasars(n, rng):
    """Physical properties of quasars.

    Returns
    -------
    DataFrame
        ``z``, ``slope`` (of flux per unit wavelength below 5000 Angstrom), ``sigma`` (of Mg II, km/s),
        ``lines`` and ``narrow`` (factors to the equivalent widths), ``iron`` (factor to the bumps).
    """
    return pd.DataFrame(
        {
            "z": redshifts("QSO", rng.random(n)),
            "slope": rng.normal(-1.55, 0.35, n),
            "sigma": rng.normal(1900, 550, n).clip(800, 3800),
            "lines": 10 ** rng.normal(0, 0.14, n),
            "narrow": 10 ** rng.normal(0, 0.25, n),
            "iron": rng.uniform(0.4, 1.6, n),
        }
    )


def quasar_spectra(quasars, rng):
    """Spectra of quasars at rest.

    Parameters
    ----------
    quasars : DataFrame (n rows)
        From `draw_quasars`.
    rng : numpy.random.Generator
        Draws the clouds of the forest.

    Returns
    -------
    flux : array of float32 (n, 11001)
        On `REST`; the power law is normalised to one at 3000 Angstrom.
    lines : dict of arrays
        As from `obafgkm.simulate.galaxies.galaxy_spectra`.
    """
    slope = quasars["slope"].to_numpy()[:, np.newaxis]
    law = (REST / 3000) ** slope
    red = REST > 5000  # flattened by host light and hot dust
    law[:, red] = (5000 / 3000) ** slope * (REST[red] / 5000) ** (0.4 * slope)
    flux = law.copy()
    for centre, width, height in _BUMPS:
        bump = height * np.exp(-0.5 * ((REST - centre) / width) ** 2)
        flux += law * bump * quasars["iron"].to_numpy()[:, np.newaxis]
    waves, widths, speeds = np.array(list(_BROAD.values())).T
    narrow_waves, narrow_widths = np.array(list(_NARROW.values())).T
    all_waves = np.concatenate([waves, narrow_waves])
    continuum = np.stack([flux[:, np.abs(REST - wave) < 10].mean(1) for wave in all_waves], axis=1)
    factors = np.repeat(quasars[["lines", "narrow"]].to_numpy(), [waves.size, narrow_waves.size], axis=1)
    area = continuum * factors * np.concatenate([widths, narrow_widths])
    sigma = quasars["sigma"].to_numpy()[:, np.newaxis] * np.concatenate([speeds, np.zeros(narrow_waves.size)])
    sigma[:, waves.size :] = 220.0
    flux = flux.astype("f4")
    add_lines(flux, all_waves, area, sigma)
    _absorb_by_forest(flux, quasars["z"].to_numpy(), rng)
    lines = {"name": [*_BROAD, *_NARROW], "wave": all_waves, "area": area, "continuum": continuum}
    return flux, {**lines, "sigma": sigma}


def _absorb_by_forest(flux, z, rng):
    """Absorb blueward of Lyman alpha, in place.

    The effective optical depth is 0.0036 (1 + z)**3.46 at the redshift of absorption (Madau 1995, ApJ 441,
    18), in lines of random depth; little flux remains beyond the Lyman limit.
    """
    blue = np.searchsorted(REST, 1213.0)
    for row, redshift in zip(flux, z, strict=True):
        if redshift < 1.9:
            continue  # not in the survey's range
        depth = 0.0036 * (REST[:blue] / 1215.67 * (1 + redshift)) ** 3.46
        clumps = np.convolve(rng.exponential(1.0, blue), np.ones(3) / 3, mode="same")
        row[:blue] *= np.exp(-depth * clumps)
        row[: np.searchsorted(REST, 912.0)] *= 0.2
