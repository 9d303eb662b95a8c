"""One stellar spectrum by spectral synthesis: LTE, plane-parallel, with the package's own data.

Published atmospheres and lines may replace its own.
"""

import contextlib
import functools
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.archives import atlas9, vald
from obafgkm.simulate.atmosphere import OpacityTable, structure, structure_from_models
from obafgkm.simulate.engine import BOLTZMANN, initialise_engine, load_model
from obafgkm.simulate.lines import atomic_lines, faint_lines, hydrogen_lines
from obafgkm.simulate.molecules import molecular_lines
from obafgkm.spectroscopy.wavelengths import airtovac

__all__ = [
    "OWN_PHYSICS",
    "Physics",
    "line_list",
    "microturbulence",
    "opacity_table",
    "simulate_atlas9",
    "synthesise",
]

# Above 20000 K the engine reads its He I Stark table one column too far. It finds the table by air
# wavelength, so that with a line list in vacuum it uses the damping constants of the list instead.
_VACUUM_FROM = 11000.0
# Molecules and the Teff below which they are included.
_MOLECULES = (
    (7500.0, {"CH 1"}),
    (6200.0, {"CN 1", "MgH 1"}),
    (4600.0, {"CaH 1", "TiO 1"}),
    (3600.0, {"VO 1"}),
)
# Lines up to this far outside a window affect it, Angstrom.
_REACH = 150.0
# Limit of the Balmer and Paschen series and the highest line in the list: between them the lines merge, and
# the continuum from beyond the limit, where the engine's coarse continuum grid ends, is extended to that
# line.
_SERIES = ((3646.0, 3668.0), (8204.0, 8361.0))
_JUMP_WIDTH = 8.0


@dataclass(frozen=True)
class Physics:
    """Published data to be used instead of the package's own.

    Attributes
    ----------
    atmospheres : str or None
        Directory of the archive of ATLAS9 models.
    lines : str or None
        A VALD line list. Hydrogen lines remain the package's own, as the engine needs their quantum numbers.
    simulated : bool
        Whether the archive of ATLAS9 models is simulated.
    """

    atmospheres: str | None = None
    lines: str | None = None
    simulated: bool = False

    @property
    def source(self):
        """Name of the physics, for the column ``source`` of everything derived from its spectra."""
        if self.simulated or not (self.atmospheres or self.lines):
            return "simulated"
        atmospheres = "ATLAS9" if self.atmospheres else "own atmospheres"
        return f"{atmospheres} and {'VALD' if self.lines else 'own lines'}"

    def models(self, metallicity):
        """File of the models of one metallicity."""
        return Path(self.atmospheres) / atlas9.file_name(metallicity)

    def digest(self, metallicity):
        """Identification of the physics, to distinguish its spectra from others."""
        files = [self.models(metallicity)] if self.atmospheres else []
        files += [Path(self.lines)] if self.lines else []
        return hashlib.sha256(b"".join(path.read_bytes() for path in files if path.is_file())).hexdigest()[:8]


OWN_PHYSICS = Physics()


@functools.lru_cache(maxsize=8)
def _lines(molecules, vacuum, forest, low, high, extraction):
    from pysme.linelist.linelist import LineList

    parts = [hydrogen_lines()]
    if extraction:
        lines = vald.read(extraction, low, high)
        parts.append(lines[lines["species"] != "H 1"])
    else:
        parts.append(atomic_lines())
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


def line_list(teff, low, high, extraction=None):
    """The lines relevant at a temperature (K) between two air wavelengths, as the engine's `LineList`.

    From `extraction`, a VALD file, if given.
    """
    initialise_engine()
    molecules = frozenset().union(*(names for limit, names in _MOLECULES if teff < limit))
    return _lines(molecules, teff > _VACUUM_FROM, teff < 12000.0, low, high, extraction)


@functools.lru_cache(maxsize=4)
def opacity_table(metallicity):
    """The `OpacityTable` of a metallicity, computed once per process (about 15 s)."""
    return OpacityTable(metallicity, line_list(10000.0, 5000.0, 5001.0))


def microturbulence(logg):
    """Microturbulence in km/s: 2 in dwarfs and giants, rising to 6 in the most luminous supergiants."""
    return float(2.0 + 1.8 * np.clip(2.2 - logg, 0.0, 2.2))


_read_models = functools.lru_cache(maxsize=1)(atlas9.read)


def synthesise(teff, logg, metallicity, wave, physics=OWN_PHYSICS, n_layers=32, threshold=1e-3):
    """Flux of one star.

    Parameters
    ----------
    teff, logg, metallicity : float
        K, log cm/s^2, [M/H].
    wave : array (n_pix,)
        Air wavelengths in Angstrom within 3450-9500; steps of at most 4 km/s for equivalent widths accurate
        to one per cent.
    physics : Physics
    n_layers : int
        Layers of the atmosphere; published models have their own.
    threshold : float
        Opacity ratio of line to continuum below which a line is ignored.

    Returns
    -------
    normalised : array (n_pix,)
        Flux over continuum.
    continuum : array (n_pix,)
        Surface flux of the continuum in erg/s/cm^2/Angstrom.
    stable : bool
        See `obafgkm.simulate.atmosphere.Structure`.
    """
    if physics.atmospheres:
        model = structure_from_models(_read_models(physics.models(metallicity)), teff, logg)
    else:
        model = structure(opacity_table(metallicity), teff, logg, n_layers)
    lines = line_list(teff, wave[0], wave[-1], physics.lines)
    load_model(lines, teff, logg, metallicity, model, microturbulence(logg))
    normalised, continuum = _transfer(airtovac(wave) if teff > _VACUUM_FROM else wave, threshold)
    for limit, last in _SERIES:
        continuum[(wave > limit - _JUMP_WIDTH) & (wave < last)] = np.interp(
            limit - _JUMP_WIDTH, wave, continuum
        )
    return normalised, continuum, model.stable


def _transfer(wave, threshold):
    """Normalised flux and continuum of the loaded model."""
    library = initialise_engine()
    library.InputWaveRange(wave[0] - 2, wave[-1] + 2)
    mu, weight = _gauss_angles()
    # The engine lists omitted lines in a file in its working directory.
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


def simulate_atlas9(gravities, metallicity):
    """Own model atmospheres for `obafgkm.archives.atlas9.write`, from a coarse opacity table.

    Parameters
    ----------
    gravities : dict of float to array
        log g for each Teff.
    metallicity : float
        [M/H].
    """
    table = OpacityTable(metallicity, line_list(10000.0, 5000.0, 5001.0), n_temperature=20, n_pressure=12)
    models = {}
    for teff, own in gravities.items():
        for logg in own:
            model = structure(table, teff, logg, n_layers=72)
            electrons = model.electrons * model.pressure / (BOLTZMANN * model.temperature)
            layers = np.transpose([model.column, model.temperature, model.pressure, electrons])
            models[float(teff), float(logg)] = layers
    return models
