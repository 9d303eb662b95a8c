"""Convert columns of any origin into spectra: wavelengths in Angstrom, flux per unit wavelength."""

import re
import warnings
from collections import Counter
from dataclasses import replace

import numpy as np

from obafgkm.classify.reading import medium as media
from obafgkm.classify.reading.axes import Wavelengths
from obafgkm.classify.reading.columns import Column
from obafgkm.classify.reading.joining import are_orders, are_stars, joined
from obafgkm.classify.reading.pixels import inverse_variances, lone, masked
from obafgkm.classify.reading.refusal import RefusedError, RefusedSpectrum
from obafgkm.classify.reading.roles import ERROR_WORDS, NO_STAR, Role, tokens
from obafgkm.classify.reading.units import flux_density, is_said, to_angstrom, unit_scale
from obafgkm.classify.reading.words import vocabulary
from obafgkm.classify.receipt import Receipt
from obafgkm.classify.spectrum import Spectrum

__all__ = ["settle"]

_AXES = ("wave", "frequency", "energy", "wavenumber")
_ERRORS = {"ivar": -2, "error": 1, "variance": 2}  # by preference, with the power of the flux unit in theirs
_EDGES = vocabulary("lo low lower min left start begin hi high upper max right stop end")  # of pixels
_PERCENT, _RELATIVE = {"%", "percent", "pct", "10**-2"}, {"relative", "rel", "fractional", "frac"}
_MOST_MARKED = 0.95  # maximum fraction of the pixels that a mask may exclude


def settle(part, name):
    """The spectra of a part.

    Parameters
    ----------
    part : obafgkm.classify.reading.columns.Part
    name : str
        Name of the object, if the part does not state it.

    Yields
    ------
    Spectrum
        A `RefusedSpectrum` for one of several that is not understood.

    Raises
    ------
    RefusedError
        If the columns include no wavelengths or no flux, or none of the spectra is understood.
    """
    by_kind = {}
    for column in part.columns:
        by_kind.setdefault(column.settled_role().kind, []).append(column)
    fluxes = _fluxes(by_kind)
    waves = _waves(part, by_kind)
    used = {id(column) for column in (*fluxes, *waves)}
    spectra = []
    for flux in fluxes:
        error, masks = (
            _error(flux, by_kind, len(fluxes) > 1),
            [*by_kind.get("mask", []), *by_kind.get("good", [])],
        )
        used |= {id(column) for column in (*masks, *([error] if error else []))}
        spectra.append((flux, error, masks))
    others = [c for c in part.columns if id(c) not in used and c.settled_role().kind != "name"]
    left = [column.label for column in others if column.name]
    several = len(spectra) > 1
    rows = (
        spectrum
        for flux, error, masks in spectra
        for spectrum in _rows(
            part,
            f"{name} {flux.name}" if several else name,
            flux,
            _waves_of(flux, waves, part.columns),
            error,
            masks,
            left,
        )
    )
    are_plain = all(flux.values.ndim == 1 and flux.values.dtype != object for flux in fluxes)
    if several and are_plain and not are_stars(flux.settled_role().tag for flux in fluxes):
        rows = list(rows)
        if are_orders([_span(spectrum.wave) for spectrum in rows]):
            rows = [joined(rows, name, "arms")]
    waiting, is_any = [], False  # those refused wait for one that is understood
    for spectrum in rows:
        waiting.append(spectrum)
        is_any |= not isinstance(spectrum, RefusedSpectrum)
        if is_any:
            yield from waiting
            waiting.clear()
    if waiting:
        raise RefusedError(waiting[0].problem)


def _waves_of(flux, waves, columns):
    """Of columns of wavelengths those that share the words of a flux, or else those without any.

    Of several with one name, it is the one before the flux.
    """
    tag = flux.settled_role().tag
    own = next(
        (own for wanted in (tag, "") if (own := [c for c in waves if c.settled_role().tag == wanted])), waves
    )
    if len(own) > 1 and len({column.name for column in own}) == 1:
        place = {id(column): i for i, column in enumerate(columns)}
        before = [column for column in own if place[id(column)] < place[id(flux)]]
        return sorted(before, key=lambda column: place[id(column)])[-1:] or own
    return own


def _fluxes(by_kind):
    """The columns of flux: the best one, or all that are distinguished by a number or a name."""
    found = [*by_kind.get("flux", []), *by_kind.get("magnitude", [])]
    if not found:
        others = [f"{kind} ({column.label})" for kind in sorted(NO_STAR & by_kind.keys())
                  for column in by_kind[kind][:1]]  # fmt: skip
        if others:
            raise RefusedError(f"holds {', '.join(others)}, no flux of a star")
        others = [*by_kind.get("", []), *by_kind.get("name", [])]
        names = [column.name for column in others if re.search("[A-Za-z]", column.name)]
        unknown = f": {', '.join(names)} {'are' if names[1:] else 'is'} not understood" if names else ""
        unknown += "; call the flux 'flux'" if names else ""
        unknown += f", or that of each of several stars 'flux {names[0]}' ..." if names[1:] else ""
        raise RefusedError(f"no column of flux{unknown}")
    ranked = sorted(found, key=lambda c: (c.settled_role().rank, c.settled_role().kind == "magnitude"))
    best = ranked[0].settled_role()
    same = [c for c in ranked if (c.settled_role().rank, c.settled_role().kind) == (best.rank, best.kind)]
    plain = [c for c in same if not c.settled_role().tag]
    if plain:
        return plain[:1] if len({c.name.lower() for c in plain}) > 1 else plain
    return same


def _waves(part, by_kind):
    """Columns of wavelengths, best first: those that name their medium, then other wavelengths."""
    found = [column for kind in _AXES for column in by_kind.get(kind, [])]
    if not found and part.axis is None:
        for kind, meaning in (("velocity", "velocities"), ("pixel", "pixel numbers"), ("time", "times")):
            if kind in by_kind:
                raise RefusedError(f"the {by_kind[kind][0].label} holds {meaning}; there are no wavelengths")
        if "axis" in by_kind:
            raise RefusedError(
                f"the {by_kind['axis'][0].label} holds no wavelengths, and no other column does"
            )
        raise RefusedError("no column of wavelengths")
    centres = [c for c in found if not _EDGES & set(c.settled_role().tag.split("_"))]
    if found and not centres and part.axis is None:
        raise RefusedError(
            f"the {found[0].label} holds edges of pixels; add a column 'wavelength' of their centres"
        )
    return sorted(centres, key=lambda c: (c.settled_role().rank, _AXES.index(c.settled_role().kind)))


def _error(flux, by_kind, several):
    """The column of errors of a flux: the one whose name shares its words, else the one without any."""
    tag, own = flux.settled_role().tag, set(tokens(flux.name))
    for kind in _ERRORS:
        for column in by_kind.get(kind, []):
            further = set(tokens(column.name)) - own
            if own < set(tokens(column.name)) and further <= ERROR_WORDS and _is_like(column, flux):
                return column
    for wanted in dict.fromkeys([tag, ""]):
        for kind in _ERRORS:
            for column in by_kind.get(kind, []):
                if column.settled_role().tag == wanted and _is_like(column, flux):
                    return column
    alone = [column for kind in _ERRORS for column in by_kind.get(kind, [])]
    return (
        alone[0] if len(alone) == 1 and not several and "reduced" not in alone[0].settled_role().tag else None
    )


def _is_like(column, flux):
    return column.values.shape == flux.values.shape


def _wavelengths(part, waves):
    """Common wavelengths of all spectra of a part, or a list with those of each."""
    problem = None
    for column in waves:
        try:
            return _of_column(part, column)
        except RefusedError as error:
            problem = problem or error
    if part.axis is None:
        raise problem
    return part.axis


def _of_column(part, column):
    role = column.settled_role()
    unit, in_unit = media.within_unit(column.unit if is_said(column.unit) else role.unit)
    label = f"the {column.label}"
    if column.values.dtype == object:
        rows = [_converted(values, unit, role, label) for values in column.values]
        good = [row for row in rows if not isinstance(row, RefusedError)]
        if not good:
            raise rows[0]
        _, said, is_guessed, is_vacuum = good[0]
        wave = [row if isinstance(row, RefusedError) else row[0] for row in rows]
    else:
        wave, said, is_guessed, is_vacuum = to_angstrom(column.values, unit, role.kind, role.log, label)
    medium, source = _medium(part, column, role.medium or in_unit, is_vacuum)
    return Wavelengths(wave, f"{column.label} ({said})", medium, source, is_guessed)


def _converted(values, unit, role, label):
    """The result of `to_angstrom`, or the reason why there is none."""
    try:
        return to_angstrom(values, unit, role.kind, role.log, label)
    except RefusedError as error:
        return error


def _medium(part, column, by_name, is_vacuum):
    """The medium of a column and its source; the statement closest to the column takes precedence."""
    if by_name:
        return by_name, f"the name of the {column.label}"
    said = column.said.lower()
    if medium := media.by_ucd(said, part.header):
        return medium, f"the UCD of the {column.label}"
    if medium := media.by_words(said):
        return medium, f"the description of the {column.label}"
    if is_vacuum:
        return "vacuum", f"the {column.label} holds no lengths"
    if part.medium:
        return part.medium
    medium, source = media.by_header(part.header)
    if not medium and (medium := media.by_comments(part.header)):
        source = "the comments of the header"
    if not medium and part.axis is not None and not isinstance(part.axis, list):
        medium, source = part.axis.medium, part.axis.medium_from
    return (medium, source) if medium else (None, "")


def _rows(part, name, flux, waves, error, masks, left):
    """The spectra in one column of flux."""
    known = _wavelengths(part, waves)
    values = flux.values
    is_one = values.ndim == 1 and values.dtype != object
    rows = [values] if is_one else values
    count = len(rows)
    names = part.rows if part.rows is not None and len(part.rows) == count else None
    if count > 1 and names is not None and max(Counter(names).values()) > 1:
        names = [f"{own} {i + 1}" for i, own in enumerate(names)]

    def one(i):
        axis = known[i] if isinstance(known, list) else known
        own = names[i] if names is not None else name if count == 1 else f"{name} {i + 1}"
        own = str(own).strip() or name
        try:
            return _spectrum(part, own, _row(flux, i), axis, i, error, masks, left, is_only=count == 1)
        except RefusedError as problem:
            return RefusedSpectrum(own, str(problem))

    if count > 1 and names is None and are_orders([_range(known, i) for i in range(count)]):
        yield joined([one(i) for i in range(count)], name, "orders" if count > 2 else "parts")
        return
    for i in range(count):
        yield one(i)


def _range(known, i):
    axis = known[i] if isinstance(known, list) else known
    is_shared = isinstance(known, list) or (not isinstance(axis.wave, list) and np.ndim(axis.wave) == 1)
    wave = axis.wave if is_shared else axis.wave[i]
    if isinstance(wave, RefusedError):
        return np.nan, np.nan
    return _span(wave)


def _span(wave):
    wave = np.asarray(wave, float)
    good = wave[np.isfinite(wave) & (wave > 0)]
    return (good.min(), good.max()) if good.size else (np.nan, np.nan)


def _row(column, i):
    """Values of a column for one spectrum; the column may be common to all."""
    values = column.values
    if values.dtype != object and values.ndim == 1:
        return Column(column.name, values, column.unit, column.where, column.said, column.role)
    row = values[0] if len(values) == 1 else values[i]
    return Column(column.name, np.asarray(row), column.unit, column.where, column.said, column.role)


def _spectrum(part, name, flux, axis, i, error, masks, left, is_only):
    """One spectrum with its errors and masks.

    A mask of nearly all pixels of the only spectrum may mean the opposite; of several, some may have no valid
    pixel, as those of broken fibres.
    """
    wave = axis.wave
    if isinstance(wave, list) or np.ndim(wave) > 1:
        wave = wave[0] if len(wave) == 1 else wave[i]
    if isinstance(wave, RefusedError):
        raise wave
    role, values = flux.settled_role(), np.ma.filled(np.ma.asarray(flux.values, float), np.nan).ravel()
    if np.size(wave) != values.size:
        raise RefusedError(f"{np.size(wave)} wavelengths for {values.size} values of flux")
    bad = masked(values)
    values = np.where(bad, np.nan, values) if bad.any() else values
    unit = flux.unit if is_said(flux.unit) else role.unit
    values, factor, said, assumed = flux_density(values, unit, wave, f"the {flux.label}")
    receipt = Receipt(part.name, axis.said, f"{flux.label} ({said})", medium=axis.medium_from)
    receipt.assumed |= {assumed} - {""}
    if axis.is_guessed:
        receipt.assumed.add("unit_assumed")
    ivar = None
    error = None if error is None else _row(error, i)
    if error is not None and _is_mask(error):
        masks = [*masks, replace(error, role=Role("good"))]
        error, receipt.error = None, f"{error.label} holds only 0 and 1; estimated from the scatter"
    elif error is not None:
        ivar, receipt.error = _ivar(error, flux, values, unit, factor)
    else:
        receipt.error = "none; estimated from the scatter"
    heard = []
    for mask in masks:
        own = _row(mask, i)
        if own.values.shape == values.shape:
            marked, meaning = _marked(own, values)
            if is_only and marked.mean() > _MOST_MARKED:
                raise RefusedError(f"the {mask.label} marks {marked.mean():.1%} of the pixels as bad")
            values = np.where(marked, np.nan, values)
            heard += [f"{mask.label}{meaning}"] if mask.label else []
    if (alone := lone(values, ivar)).any():
        values = np.where(alone, np.nan, values)
        heard.append(f"{np.count_nonzero(alone)} lone pixels far from all around them, as from cosmic rays")
    receipt.mask = ", ".join(heard)
    receipt.leave_out(*part.left_out, *left)
    return Spectrum(name, wave, values, ivar, axis.medium, receipt)


def _is_mask(error):
    """Whether weights are a mask (1 valid, 0 not) rather than inverse variances."""
    values = error.values
    return error.settled_role().kind == "ivar" and bool(((values == 0) | (values == 1)).all())


def _marked(mask, flux):
    """Pixels that a mask excludes, and a remark if it marks valid pixels instead of bad ones.

    Programs differ in which of the two a mask marks. A mask of zeros and ones is taken to mark valid pixels
    if it marks most of them and the few others deviate from the spectrum.
    """
    marked = mask.values.astype(float) != 0
    if mask.settled_role().kind == "good":
        return ~marked, ", which marks valid pixels"
    if 0.5 < marked.mean() < 1 and np.isin(mask.values, (0, 1)).all():
        off = np.abs(flux - _running_median(flux))
        if not np.isfinite(off[~marked]).any() or np.nanmedian(off[~marked]) > 3 * np.nanmedian(off[marked]):
            return ~marked, ", which marks valid pixels, as the unmarked ones deviate from the spectrum"
    return marked, ""


def _running_median(values):
    padded = np.pad(values, 5, mode="edge")
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # for all-NaN windows
        return np.nanmedian(np.lib.stride_tricks.sliding_window_view(padded, 11), axis=-1)


def _share(name, unit):
    """The unit of errors relative to the flux, 1 or 0.01; 0 for others."""
    words = set(tokens(name))
    if unit.strip().lower() in _PERCENT or words & _PERCENT:
        return 0.01
    return 1.0 if words & _RELATIVE else 0.0


def _ivar(error, flux, converted, unit, factor):
    """Inverse variances in the unit of the converted flux, and their source."""
    kind = error.settled_role().kind
    own_unit = error.unit if is_said(error.unit) else error.settled_role().unit
    values = np.ma.filled(np.ma.asarray(error.values, float), np.nan).ravel()
    if kind == "error" and (share := _share(error.name, own_unit)):
        values = values * share * np.abs(np.asarray(flux.values, float).ravel())
        own_unit = ""
    ivar = inverse_variances(values, kind, np.isfinite(converted))
    if ivar is None or ivar.shape != np.shape(flux.values):
        return None, f"{error.label} holds no valid errors; estimated from the scatter"
    if (scale := unit_scale(own_unit, unit, _ERRORS[kind])) is None:
        reason = f"its unit {own_unit!r} does not fit that of the flux, {unit!r}"
        return None, f"{error.label} is not used: {reason}; estimated from the scatter"
    scale = scale if kind == "ivar" else scale ** (-2 if kind == "error" else -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ivar = ivar * scale / np.asarray(factor) ** 2 if np.ndim(factor) or scale != 1 else ivar
    words = {"ivar": "inverse variance", "error": "errors", "variance": "variance"}
    return np.where(np.isfinite(ivar), ivar, 0), f"{error.label} ({words[kind]})"
