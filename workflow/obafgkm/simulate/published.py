"""Node grids made from published grids, and simulated archives in the formats of the latter."""

from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from obafgkm.archives import atlas9, bosz, phoenix
from obafgkm.errors import ArchiveFileError, ObafgkmError
from obafgkm.simulate.synthesis import OWN_PHYSICS, simulate_atlas9

__all__ = ["ARCHIVES", "archive_files", "compute_published_part", "nodes", "write_archive"]

ARCHIVES = {"bosz": bosz, "phoenix": phoenix}

_SPEED_OF_LIGHT = 299792.458
_MARGIN = 50.0  # Angstrom of margin around a grid's wavelengths for the continuum fit
_STEP = 0.6  # km/s, pixels of simulated archives, as in PHOENIX


def nodes(description, archive):
    """The archive's nodes needed for a grid: those at its Teff and [M/H] that span its range of log g.

    Parameters
    ----------
    description : obafgkm.simulate.grids.GridDescription
    archive : {'bosz', 'phoenix'}

    Returns
    -------
    dict of (float, float) to array
        log g of the archive for each Teff and [M/H].

    Raises
    ------
    ObafgkmError
        If the archive lacks a Teff, a [M/H] or a range of log g; the message names it.
    """
    source = ARCHIVES[archive]
    _check_axis(archive, "teff", description.teff, source.TEFF)
    _check_axis(archive, "feh", description.feh, source.FEH)
    found = {}
    for teff in description.teff:
        own, logg = source.gravities(teff), description.gravities(teff)
        if logg[0] < own[0] or logg[-1] > own[-1]:
            raise ObafgkmError(
                f"{archive} has log g {own[0]:g} to {own[-1]:g} at {teff:g} K, the grid needs {logg[0]:.2f} "
                f"to {logg[-1]:.2f}: change lowest_logg or highest_logg in model_grids.grids"
            )
        first, last = own.searchsorted(logg[0], "right") - 1, own.searchsorted(logg[-1])
        found |= dict.fromkeys(((teff, feh) for feh in description.feh), own[first : last + 1])
    return found


def _check_axis(archive, name, wanted, there):
    for value in wanted:
        if not np.isclose(there, value).any():
            nearest = sorted(there[np.argsort(np.abs(there - value))[:2]])
            raise ObafgkmError(
                f"{archive} has no node at {name} {value:g}, nearest are {nearest[0]:g} and {nearest[1]:g} "
                f"(it spans {there.min():g} to {there.max():g}): change {name} in model_grids.grids, and "
                "the ranges of the stars if they extend beyond it"
            )


def archive_files(description, archive):
    """Files below the archive's address that a grid needs.

    Parameters
    ----------
    description : obafgkm.simulate.grids.GridDescription
    archive : {'bosz', 'phoenix', 'atlas9'}

    Returns
    -------
    list of str

    Raises
    ------
    ObafgkmError
        See `nodes`.
    """
    if archive == "atlas9":
        _check_axis(archive, "feh", description.feh, atlas9.FEH)
        return [atlas9.file_name(feh) for feh in description.feh]
    name, there = ARCHIVES[archive].file_name, nodes(description, archive)
    return [name(teff, logg, feh) for (teff, feh), own in there.items() for logg in own]


def compute_published_part(description, part, archive, directory, path, source):
    """Write the spectra of one metallicity, normalised, at the grid's nodes and pixels.

    A node between two gravities of the archive is interpolated by a cubic spline through all gravities at its
    Teff.

    Parameters
    ----------
    description : obafgkm.simulate.grids.GridDescription
    part : int
        Number of the metallicity.
    archive : {'bosz', 'phoenix'}
    directory : path-like
        The archive's files.
    path : path
        ``.npz`` file to write, as `obafgkm.simulate.grids.compute_part` does.
    source : str
        Source of the archive's files; for real ones the spectra are labelled with the archive's name.
    """
    feh, there = description.feh[part], nodes(description, archive)
    flux = []
    for teff in description.teff:
        own = there[teff, feh]
        spectra = [_normalised(description, archive, directory, teff, logg, feh) for logg in own]
        flux.append(CubicSpline(own, spectra)(description.gravities(teff)))
    flux = np.array(flux, "f4")
    made_of = source if source == OWN_PHYSICS.source else archive.upper()
    np.savez(path, flux=flux, stable=np.ones(flux.shape[:2], bool), source=made_of)


def _normalised(description, archive, directory, teff, logg, feh):
    """One spectrum of the archive divided by its continuum, at the grid's pixels."""
    source = ARCHIVES[archive]
    wave, flux, continuum = source.read(directory, teff, logg, feh)
    low, high = description.wave[0] - _MARGIN, description.wave[1] + _MARGIN
    if wave.size < 2 or wave[0] > low or wave[-1] < high:
        raise ArchiveFileError(
            source.file_name(teff, logg, feh),
            f"does not cover {low:.0f}-{high:.0f} Å: change wave in model_grids.grids, or fetch it again",
        )
    near = (wave >= low) & (wave <= high)
    wave, flux = wave[near], flux[near]
    continuum = _upper_hull(wave, flux, teff) if continuum is None else continuum[near]
    # Values at the pixels, as from the synthesis: means over pixels would broaden the lines.
    return CubicSpline(wave, flux / continuum)(description.pixels)


def _upper_hull(wave, flux, teff):
    """Continuum of a noiseless spectrum: its upper convex hull after division by a black body.

    It bridges lines as broad as those of hydrogen; below 5000 K, where lines leave no continuum, it is too
    low.
    """
    body = planck(wave, teff)
    ratio, hull = flux / body, []
    for i in range(wave.size):
        while len(hull) > 1:
            a, b = hull[-2:]
            if (ratio[b] - ratio[a]) * (wave[i] - wave[a]) > (ratio[i] - ratio[a]) * (wave[b] - wave[a]):
                break
            hull.pop()
        hull.append(i)
    return body * np.interp(wave, wave[hull], ratio[hull])


def planck(wave, teff):
    """Surface flux of a black body in erg/s/cm^2/Angstrom, at wavelengths in Angstrom."""
    return 3.7417749e27 / wave**5 / np.expm1(1.4387769e8 / (wave * teff))


def write_archive(description, archive, directory, grid):
    """Write the files of `archive_files` in the archive's format, with the spectra of another grid.

    Parameters
    ----------
    description : obafgkm.simulate.grids.GridDescription
    archive : {'bosz', 'phoenix', 'atlas9'}
        The last consists of model atmospheres, here the package's own.
    directory : path-like
    grid : obafgkm.simulate.grids.SyntheticGrid
        Nodes outside it get the spectrum of the nearest point inside.
    """
    if archive == "atlas9":
        for feh, name in zip(description.feh, archive_files(description, archive), strict=True):
            gravities = {teff: _half_steps(description.gravities(teff)) for teff in description.teff}
            atlas9.write(Path(directory) / name, simulate_atlas9(gravities, feh))
        return
    first, last = description.wave[0] - 1.1 * _MARGIN, description.wave[1] + 1.1 * _MARGIN
    wave = first * np.exp(np.arange(0, np.log(last / first), _STEP / _SPEED_OF_LIGHT))
    inside = grid.description
    for (teff, feh), gravities in nodes(description, archive).items():
        warm, metals = (np.clip(x, axis[0], axis[-1]) for x, axis in ((teff, inside.teff), (feh, inside.feh)))
        for logg in gravities:
            nearest = np.clip(logg, inside.lowest(warm), inside.highest_logg)
            normalised = grid.spectra(warm, nearest, metals)[0]
            continuum = planck(wave, teff)
            spline = CubicSpline(grid.wave, normalised, extrapolate=False)
            flux = continuum * np.nan_to_num(spline(wave), nan=1)  # no lines beyond the grid
            ARCHIVES[archive].write(directory, teff, logg, feh, wave, flux, continuum)


def _half_steps(logg):
    """Gravities in steps of 0.5 dex that span the given ones."""
    return np.arange(np.floor(2 * logg[0]), np.ceil(2 * logg[-1]) + 1) / 2
