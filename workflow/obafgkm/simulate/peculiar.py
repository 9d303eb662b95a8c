"""Stars outside the MK system: white dwarfs, carbon stars, cataclysmic variables and L dwarfs.

They show their defining features, for classification, and are not meant for measurements.
"""

import numpy as np

from obafgkm.simulate.restframe import REST, add_lines, broadened, lorentz_profiles, planck, starlight

__all__ = ["PECULIAR", "peculiar_spectra"]

_BALMER = np.array([6564.61, 4862.68, 4341.68, 4102.89, 3971.2, 3890.15])
_HELIUM = np.array([3889.7, 4027.3, 4472.7, 4922.9, 5017.1, 5877.3, 6680.0, 7067.2])
_SWAN = (
    (4383, 0.25),
    (4738, 0.7),
    (5166, 1.0),
    (5636, 0.7),
    (6122, 0.25),
)  # heads of C2, air; depth
_RED_CN = ((6955, 0.3), (7065, 0.35), (7876, 0.45), (8026, 0.5), (8270, 0.4))


def _bands(heads, length):
    """Molecular bands (n_pix,) that begin at their heads and fade to the blue within `length` Angstrom."""
    bands = np.zeros(REST.size)
    for head, depth in heads:
        bands += depth * np.exp((REST - head) / length) * (head > REST)
    return bands


def _at(flux, waves):
    """A spectrum's flux at some wavelengths."""
    return np.interp(waves, REST, flux)


def _white_dwarf(rng, lines, width, depth, teff):
    teff = np.exp(rng.uniform(*np.log(teff)))
    width = width * np.exp(rng.normal(0, 0.2))
    profile = lorentz_profiles(lines, width)
    return planck(REST, teff) * np.exp(-depth * rng.uniform(0.7, 1.2) * profile)


def _wd(rng, grid):
    if rng.random() < 0.25:  # helium in its atmosphere
        return _white_dwarf(rng, _HELIUM, 18, 0.45, (12000, 30000))
    return _white_dwarf(rng, _BALMER, 32, 0.75, (9000, 35000))


def _wd_hotter(rng, grid):
    return _white_dwarf(rng, _BALMER, 28, 0.5, (22000, 50000))


def _wd_cooler(rng, grid):
    return _white_dwarf(rng, _BALMER, 16, 0.25, (5000, 7500))


def _wd_magnetic(rng, grid):
    split = rng.uniform(60, 250)
    lines = np.concatenate([_BALMER - split, _BALMER, _BALMER + split])
    return _white_dwarf(rng, lines, 16, 0.3, (9000, 20000))


def _wd_carbon(rng, grid):
    bands = _bands(_SWAN, 150) * rng.uniform(0.4, 1.0)
    return planck(REST, rng.uniform(6500, 9000)) * np.exp(-bands)


def _wd_calcium(rng, grid):
    return _white_dwarf(rng, np.array([3934.8, 3969.6]), 22, 1.2, (6500, 9000))


def _carbon(rng, grid):
    teff = rng.uniform(3700, 4800)
    star = starlight(grid, [teff], [rng.uniform(1.0, 4.5)], [-0.8])[0]
    bands = _bands(_SWAN, 140) * rng.uniform(0.8, 1.8) + _bands(_RED_CN, 160) * rng.uniform(0.5, 1.3)
    return star * np.exp(-bands)


def _cataclysmic(rng, grid):
    disc = (REST / 5500) ** rng.uniform(-2.6, -1.2)
    donor = starlight(grid, [rng.uniform(3000, 3600)], [5.0], [0.0])[0]
    flux = disc + rng.uniform(0, 0.35) * donor / donor[np.abs(REST - 7500) < 100].mean()
    flux = flux[np.newaxis].astype("f4")
    waves = np.concatenate([_BALMER, _HELIUM[[2, 5, 6]], [4686.99]])
    widths = np.array([45, 30, 22, 16, 12, 10, 7, 10, 6, 8]) * np.exp(rng.normal(0, 0.4))
    if rng.random() < 0.5:  # seen edge-on, the disc has double-peaked lines
        shift = rng.uniform(350, 800) / 299792.458
        waves = np.concatenate([waves * (1 - shift), waves * (1 + shift)])
        widths = np.tile(widths / 2, 2)
    continuum = _at(flux[0], waves)
    add_lines(flux, waves, (widths * continuum)[np.newaxis], rng.uniform(250, 600))
    return flux[0]


def _l_dwarf(rng, grid):
    dwarf = starlight(grid, [2850], [5.2], [0.0])[0]
    steep = np.exp(rng.uniform(0.7, 2.2) * (REST - 8500) / 2000 * (REST < 9000))
    potassium = np.exp(-0.9 * lorentz_profiles([7667.0, 7701.0], rng.uniform(25, 80)))
    hydrides = np.exp(-0.5 * ((REST > 8611) & (REST < 8760)) - 0.4 * (REST > 9870))  # CrH, FeH
    return broadened((dwarf * steep * potassium * hydrides)[np.newaxis], [60.0])[0]


def _carbon_lines(rng, grid):
    flux = _carbon(rng, grid)[np.newaxis]
    areas = _at(flux[0], _BALMER[:3]) * rng.uniform(4, 12) * [1.0, 0.4, 0.2]
    add_lines(flux, _BALMER[:3], areas[np.newaxis], 60.0)
    return flux[0]


def _t_dwarf(rng, grid):
    methane = 0.8 * np.exp(-0.5 * ((REST - 8900) / 60) ** 2) + 1.5 * ((REST > 9250) & (REST < 9500))
    return _l_dwarf(rng, grid) * np.exp((REST - 9000) / 900 * (REST < 9500)) * np.exp(-methane)


PECULIAR = {
    "WD": _wd,
    "WDhotter": _wd_hotter,
    "WDcooler": _wd_cooler,
    "WDmagnetic": _wd_magnetic,
    "CarbonWD": _wd_carbon,
    "CalciumWD": _wd_calcium,
    "Carbon": _carbon,
    "Carbon_lines": _carbon_lines,
    "CV": _cataclysmic,
    "L": _l_dwarf,
    "T2": _t_dwarf,
}


def peculiar_spectra(grid, names, rng):
    """Spectra of peculiar stars at rest.

    Parameters
    ----------
    grid : obafgkm.simulate.nodes.StellarGrid
    names : sequence of str (n,)
        Members of `PECULIAR`.
    rng : numpy.random.Generator

    Returns
    -------
    array of float32 (n, 11001)
        On `REST`, in arbitrary units for each star.
    """
    return np.array([PECULIAR[name](rng, grid) for name in names], np.float32).reshape(-1, REST.size)
