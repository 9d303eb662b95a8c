"""Objects other than stars of types O to M, simulated: from these the classifier learns to tell stars."""

import numpy as np

from obafgkm.classify.conditions import FINE
from obafgkm.classify.kinds import KINDS

__all__ = ["FWHM", "other_objects"]

FWHM = 2.5  # Angstrom; resolution of the simulated spectra

# Frequent kinds are named several times.
_STARS = {
    "white dwarf": ["WD", "WD", "WD", "WDhotter", "WDcooler", "WDmagnetic", "CarbonWD", "CalciumWD"],
    "carbon star": ["Carbon", "Carbon_lines"],
    "L or T dwarf": ["L", "L", "T2"],
    "cataclysmic variable": ["CV"],
}
_SUBDWARFS = {"white dwarf": ["DO"], "hot subdwarf": ["sdB", "sdB", "sdO"]}
_SPEED = 1e-3  # standard deviation of the stars' redshifts
_FARTHEST = 5.0  # redshift of quasars


def other_objects(number, rng):
    """Simulated spectra of every kind but stars of types O to M.

    Parameters
    ----------
    number : int
        Spectra of each kind.
    rng : numpy.random.Generator

    Returns
    -------
    flux : array of float32 (8 * number, n_fine)
        On `obafgkm.classify.conditions.FINE`.
    kinds : array of int (8 * number,)
        Indices of `KINDS`.
    """
    from obafgkm.simulate.galaxies import draw_galaxies, galaxy_spectra
    from obafgkm.simulate.nodes import StellarGrid
    from obafgkm.simulate.peculiar import peculiar_spectra
    from obafgkm.simulate.quasars import draw_quasars, quasar_spectra
    from obafgkm.simulate.subdwarfs import subdwarf_spectra

    grid, parts, kinds = StellarGrid.load(), [], []

    def add(kind, rest, redshift):
        parts.append(_observed(rest, redshift))
        kinds.extend([KINDS.index(kind)] * len(rest))

    for kind in (*_STARS, "hot subdwarf"):
        common, hot = _STARS.get(kind, []), _SUBDWARFS.get(kind, [])
        names = rng.choice([*common, *hot], number)
        is_hot = np.isin(names, hot)
        for own, rest in (
            (names[~is_hot], lambda own: peculiar_spectra(grid, own, rng)),
            (names[is_hot], lambda own: subdwarf_spectra(own, rng)),
        ):
            add(kind, rest(own), rng.normal(0, _SPEED, len(own)))
    galaxies = draw_galaxies(number, rng)
    add("galaxy", galaxy_spectra(grid, galaxies)[0], galaxies["z"])
    quasars = draw_quasars(number, rng)
    # As many at high as at low redshift, and as many more as a survey finds them.
    evenly = rng.random(number) < 0.5
    quasars["z"] = np.where(evenly, rng.uniform(0, _FARTHEST, number), quasars["z"])
    add("quasar", quasar_spectra(quasars, rng)[0], quasars["z"])
    add("featureless", _featureless(number, rng), np.zeros(number))
    return np.concatenate(parts), np.array(kinds)


def _observed(rest, redshift):
    """Spectra on the simulation's rest-frame grid, shifted and on `FINE`."""
    from obafgkm.simulate.restframe import REST
    from obafgkm.spectroscopy.wavelengths import airtovac

    wave = airtovac(FINE)
    # No flux is left beyond the Lyman limit, where the grid begins.
    shifted = [np.interp(wave, REST * (1 + z), own, left=0) for z, own in zip(redshift, rest, strict=True)]
    return np.array(shifted, np.float32).reshape(-1, FINE.size)


def _featureless(number, rng):
    """Black bodies, half of them with the fringes of a detector."""
    from obafgkm.simulate.restframe import REST, planck

    flux = planck(REST, np.exp(rng.uniform(*np.log([2500, 60000]), number)))
    period, phase = (rng.uniform(*limits, (number, 1)) for limits in ((15, 300), (0, 2 * np.pi)))
    height = rng.uniform(0, 0.1, (number, 1)) * (rng.random((number, 1)) < 0.5)
    return flux * (1 + height * np.sin(2 * np.pi * REST / period + phase))
