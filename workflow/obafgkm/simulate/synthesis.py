"""One stellar spectrum by spectral synthesis: LTE, plane-parallel, no file but what the package carries."""

import contextlib
import functools
import tempfile

import numpy as np
import pandas as pd

from obafgkm.simulate.atmosphere import OpacityTable, structure
from obafgkm.simulate.engine import initialise_engine, load_model
from obafgkm.simulate.lines import atomic_lines, faint_lines, hydrogen_lines
from obafgkm.simulate.molecules import molecular_lines
from obafgkm.wavelengths import airtovac

__all__ = ["line_list", "microturbulence", "opacity_table", "synthesise"]

# The engine reads its He I Stark table one column too far above 20000 K. It finds the table by the air
# wavelength, so that a line list in vacuum passes it by and the damping constants of the list are used.
_VACUUM_FROM = 11000.0
# Molecules and the Teff below which they matter.
_MOLECULES = (
    (7500.0, {"CH 1"}),
    (6200.0, {"CN 1", "MgH 1"}),
    (4600.0, {"CaH 1", "TiO 1"}),
    (3600.0, {"VO 1"}),
)
# Lines this far outside a window still reach into it, Angstrom.
_REACH = 150.0
# Limit of the Balmer and Paschen series and the highest line in the list: between them the lines merge, and
# the continuum from beyond the limit, where the engine's coarse grid of it ends, is carried on to that line.
_SERIES = ((3646.0, 3668.0), (8204.0, 8361.0))
_JUMP_WIDTH = 8.0


@functools.lru_cache(maxsize=8)
def _lines(molecules, vacuum, forest, low, high):
    from pysme.linelist.linelist import LineList

    parts = [atomic_lines(), hydrogen_lines()]
    if forest:
        parts.append(faint_lines())
    if molecules:
        parts.append(molecular_lines(species=molecules))
    table = pd.concat(parts, ignore_index=True)
    table = table[table.wlcent.between(low - _REACH, high + _REACH)].sort_values("wlcent", ignore_index=True)
    if vacuum:
        table["wlcent"] = airtovac(table.wlcent)
    table["atom_number"] = 1.0
    table["ionization"] = table.species.str.split().str[1].astype(float)
    return LineList(table, medium="vac" if vacuum else "air")


def line_list(teff, low, high):
    """The lines that matter at a temperature (K) between two air wavelengths, as the engine's `LineList`."""
    initialise_engine()
    molecules = frozenset().union(*(names for limit, names in _MOLECULES if teff < limit))
    return _lines(molecules, teff > _VACUUM_FROM, teff < 12000.0, low, high)


@functools.lru_cache(maxsize=4)
def opacity_table(metallicity):
    """The `OpacityTable` of a metallicity, computed once a process (about 15 s)."""
    return OpacityTable(metallicity, line_list(10000.0, 5000.0, 5001.0))


def microturbulence(logg):
    """Microturbulence in km/s: 2 in dwarfs and giants, rising to 6 in the most luminous supergiants."""
    return float(2.0 + 1.8 * np.clip(2.2 - logg, 0.0, 2.2))


def synthesise(teff, logg, metallicity, wave, n_layers=32, threshold=1e-3):
    """Flux of one star.

    Parameters
    ----------
    teff, logg, metallicity : float
        K, log cm/s^2, [M/H].
    wave : array (n_pix,)
        Air wavelengths in Angstrom within 3450-9500; steps of at most 4 km/s where equivalent widths must be
        right to a per cent.
    n_layers : int
        Layers of the atmosphere.
    threshold : float
        Opacity ratio of line to continuum below which a line is passed over.

    Returns
    -------
    normalised : array (n_pix,)
        Flux over continuum.
    continuum : array (n_pix,)
        Surface flux of the continuum in erg/s/cm^2/Angstrom.
    stable : bool
        See `obafgkm.simulate.atmosphere.Structure`.
    """
    model = structure(opacity_table(metallicity), teff, logg, n_layers)
    lines = line_list(teff, wave[0], wave[-1])
    load_model(lines, teff, logg, metallicity, model, microturbulence(logg))
    normalised, continuum = _transfer(airtovac(wave) if teff > _VACUUM_FROM else wave, threshold)
    for limit, last in _SERIES:
        continuum[(wave > limit - _JUMP_WIDTH) & (wave < last)] = np.interp(
            limit - _JUMP_WIDTH, wave, continuum
        )
    return normalised, continuum, model.stable


def _transfer(wave, threshold):
    """Normalised flux and continuum of the model that is loaded."""
    library = initialise_engine()
    library.InputWaveRange(wave[0] - 2, wave[-1] + 2)
    mu, weight = _gauss_angles()
    # The engine notes the lines it leaves out in a file in its working directory.
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        library.Opacity()
        _, _, flux, continuum = library.Transf(
            mu, wave=np.ascontiguousarray(wave), accrt=threshold, accwi=3e-3
        )
    flux, continuum = weight @ flux, weight @ continuum
    return flux / continuum, np.pi * continuum


def _gauss_angles(n=4):
    """Cosines from the centre of the disc outwards, and the weights of the flux integral."""
    x, w = np.polynomial.legendre.leggauss(n)
    x, w = (x[::-1] + 1) / 2, w[::-1] / 2
    return np.ascontiguousarray(x), 2 * w * x
