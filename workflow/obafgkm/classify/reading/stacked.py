"""Tables in which several spectra stand one below the other."""

from dataclasses import replace

import numpy as np

from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import SPECTRAL

__all__ = ["stacked"]

_FEWEST = 5  # lines per spectrum, on average, by which a name or a number denotes a spectrum and not a line
_RESTART = 0.02  # of the range of the wavelengths, by which they fall where the next spectrum begins
_LINES = 20  # of a spectrum, at least
_MOST_SHUFFLED = 4  # spectra whose different wavelengths alternate
_UNLIKE = 3.0  # ratio of the differences of neighbours to those between every second, third ... line
_TWICE = 0.9  # of the wavelengths occur several times where spectra are shuffled into one another


def stacked(part):
    """The spectra of a table, divided by their names, or where the wavelengths restart.

    Parameters
    ----------
    part : obafgkm.classify.reading.columns.Part
        Its `rows` may name the spectrum of each line.

    Returns
    -------
    list of Part
        The part itself if it is of one spectrum, or its columns have one row per spectrum.

    Raises
    ------
    RefusedError
        If most wavelengths occur several times and nothing says to which spectrum each line belongs.
    """
    by_kind = {}
    for column in part.columns:
        if column.values.ndim == 1 and column.values.dtype != object:
            by_kind.setdefault(column.settled_role().kind, column)
    wave = next((by_kind[kind] for kind in by_kind if kind in SPECTRAL), None)
    flux = by_kind.get("flux", by_kind.get("magnitude"))
    if wave is None or flux is None or wave.values.shape != flux.values.shape:
        return [part]
    if wave.values.size < _LINES or not np.isfinite(wave.values).any():
        return [part]
    names = part.rows if part.rows is not None and len(part.rows) == flux.values.size else None
    if names is not None:
        part = replace(part, rows=None)
        own, first = np.unique(names, return_index=True)
        if 1 < own.size <= flux.values.size / _FEWEST:
            names = np.asarray(names)
            return [
                _of_lines(part, names == name, f"{part.name} {name}", str(name))
                for name in own[np.argsort(first)]
            ]
    breaks = _breaks(wave.values)
    if not breaks.size:
        _refuse_shuffled(wave.values, flux.values)
        return [part]
    lines = np.split(np.arange(wave.values.size), breaks)
    return [_of_lines(part, own, f"{part.name} {i + 1}", part.object) for i, own in enumerate(lines)]


def _of_lines(part, lines, name, target):
    """The part of some lines of a table."""
    count = max(column.values.shape[0] for column in part.columns)
    columns = [replace(c, values=c.values[lines]) if len(c.values) == count else c for c in part.columns]
    return replace(part, name=name.strip(), object=target, columns=columns, left_out=list(part.left_out))


def _breaks(wave):
    """Where the wavelengths restart: the first line of each further spectrum."""
    waves = np.array(wave, float)
    steps = np.diff(waves)
    sign = np.sign(np.nanmedian(steps)) if steps.size else 1
    before, own, after = sign * waves[:-2], sign * waves[1:-1], sign * waves[2:]
    # A single absurd wavelength, such as a sentinel of missing values, is no restart.
    waves[1:-1][(before < after) & ((own < before) | (own > after))] = np.nan
    known = np.flatnonzero(np.isfinite(waves))  # lines without wavelengths may stand between two spectra
    steps, span = np.diff(waves[known]), np.nanmax(waves) - np.nanmin(waves)
    breaks = known[np.flatnonzero(sign * steps < -_RESTART * span) + 1]
    return breaks if breaks.size <= waves.size / _LINES else breaks[:0]


def _refuse_shuffled(wave, flux):
    """Refuse lines of several spectra whose order does not say to which of them each belongs."""
    way = "add a column 'name' that says to which star each line belongs, or sort the lines by star"
    _, place, counts = np.unique(wave, return_inverse=True, return_counts=True)
    again = counts[place] > 1
    if again.mean() >= _TWICE:
        pairs = np.unique(np.stack([wave, flux])[:, again], axis=1).shape[1]
        if pairs > (counts > 1).sum():
            raise RefusedError(f"most wavelengths occur several times, with different fluxes: {way}")
        return
    known = np.isfinite(wave) & np.isfinite(flux)
    sorted_flux = flux[known][np.argsort(wave[known])]
    adjacent, *further = (
        np.median(np.abs(sorted_flux[lag:] - sorted_flux[:-lag])) if sorted_flux.size > lag else np.inf
        for lag in range(1, _MOST_SHUFFLED + 1)
    )
    if min(further) < adjacent / _UNLIKE:
        raise RefusedError(f"the flux of adjacent wavelengths jumps to and fro, as of several stars: {way}")
