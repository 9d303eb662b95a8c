"""Spectra in plain text: names, units and roles of the columns of numbers."""

import csv
import re

import numpy as np

from obafgkm.classify.reading import medium as media
from obafgkm.classify.reading.columns import Column, Part
from obafgkm.classify.reading.pixels import errors_fit, has_own_noise
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import NO_STAR, Role, role_of
from obafgkm.classify.reading.stacked import stacked
from obafgkm.classify.reading.text_numbers import numbers_of
from obafgkm.classify.reading.units import are_like_wavelengths, counts_pixels, is_said, is_unit

__all__ = ["text_parts"]


_KEYWORD = re.compile(r"[A-Z][A-Z0-9_-]{0,7}\s*=\s*\S.*")  # line of a FITS header above the numbers
_FEW = 6  # up to so many lines may be wavelengths, flux and errors
_SENTENCE = 3  # words, of which no name of a column has so many
_FEW_BAD = 0.2  # of the pixels
_AXES = {"wave", "frequency", "energy", "wavenumber", "pixel", "time"}
_NO_AXES = {"velocity", "axis"}
_NUMBERED = re.compile(r"(?:col(?:umn)?)?\s*#?(\d+)\s*[:=.)-]\s*(\D.*)", re.IGNORECASE)
_STAR = re.compile(r"[A-Za-z].*(?:\d|\s[A-Z]$)|^\d{4}-\d\d-\d\d")
_TYPE_OF_COLUMN = re.compile(r"\d*[NSMD]|-+")  # in RDB, below the names
_UNITS = {  # words that name a unit in the lines above a table
    "wave": r"angstroms?|å|nm|nanomet(?:er|re)s?|microns?|µm|um|hz|km/s|pixels?|cm-1",
    "flux": r"[mµu]?jy|ab ?mag(?:nitudes?)?|st ?mag(?:nitudes?)?|mag(?:nitudes?)?|counts?|adu|electrons|"
    r"(?:\d\S* ?)?ergs?[^;,)\]\n]*|(?:\d\S* ?)?w ?[/ ]?m\S*",
}


def text_parts(text, name):
    """Split a text into columns.

    Parameters
    ----------
    text : str
    name : str
        Of the file.

    Returns
    -------
    list of Part
        Several if spectra are arranged one below the other or side by side.

    Raises
    ------
    RefusedError
        If it contains no columns of numbers that can be a spectrum.
    """
    header, rows, separator, left, lines = numbers_of(text)
    named = None
    table = np.array(rows, float).T
    if len(rows) <= _FEW < len(table):  # rows in place of columns
        table, header, named, lines = table.T, [], lines, None
    if len(table) < 2:
        raise RefusedError("one column only: wavelength and flux are needed")
    words = "\n".join(line.lower() for line in header)
    names, units = _names(header, len(table), separator)
    columns = _named(table, names, units) if names else []
    if columns and _is_contradicted(columns):
        if all(len(name.split()) < _SENTENCE for name in names):
            raise RefusedError(
                f"the names {', '.join(names)} contradict the numbers: the flux holds wavelengths, and the "
                "wavelengths do not; exchange the names"
            )
        columns = []
    columns = columns or (_of_rows(table, named) if named else _unnamed(table))
    for column in columns:
        kind = column.settled_role().kind
        if (
            kind in ("wave", "flux", "magnitude")
            and not is_said(column.unit)
            and not column.settled_role().unit
        ):
            column.unit = _unit_in_words(words, "wave" if kind == "wave" else "flux")
    naming = next((c.values for c in columns if c.settled_role().kind == "name"), ())
    lines = lines or [f"{value:g}" for value in naming] or None
    medium = media.by_lines(header)
    medium = medium if medium[0] else None
    if "bestfit" in words and names:
        medium = ("vacuum", "the layout of SkyServer")
        for column in columns:
            if column.settled_role().kind == "flux":
                column.unit = column.unit or "1e-17 erg/s/cm2/Angstrom"
    parts = [Part("", own, rows=lines, medium=medium, left_out=list(left)) for own in _side_by_side(columns)]
    return [own for part in parts for own in stacked(part)]


def _names(header, count, separator):
    """Names and units of the columns, from the last lines above the numbers with as many words."""
    units = None
    numbered = dict(found.groups() for line in header if (found := _NUMBERED.fullmatch(line)))
    listed = [numbered.get(str(i + 1), "").strip() for i in range(count)]
    if all(listed) and {role_of(word).kind for word in listed} & (_AXES | _NO_AXES):
        return listed, [""] * count
    for line in reversed([line for line in header if not _KEYWORD.fullmatch(line)][-12:]):
        if all(_TYPE_OF_COLUMN.fullmatch(word) for word in line.split()):
            continue
        for own, words in _split(line, separator):
            if len(words) != count:
                continue
            kinds = {role_of(word).kind for word in words}
            unknown = sum(role_of(word).kind in ("", "name") for word in words)
            has_light = kinds & {"flux", "magnitude"} and (kinds & _AXES or unknown == 1)
            # Names between separators, none of which is understood as the flux: that is said then.
            are_named = own and count > 2 and role_of(words[0]).kind == "wave"
            are_named = are_named and not kinds & {"flux", "magnitude"}
            are_stars = "wave" in kinds and unknown == count - 1 and (
                _are_names(words) or _are_words(words, own)
            )  # fmt: skip
            is_refused = kinds & _NO_AXES and (kinds & {"flux", "magnitude"} or "velocity" in kinds)
            if is_refused or are_stars or are_named or has_light or ("wave" in kinds and kinds & NO_STAR):
                return words, units or [""] * count
            if units is None and all(is_unit(word.strip("()[] ")) for word in words):
                units = [word.strip("()[] ") for word in words]
                break
    return None, None


def _split(line, separator):
    """Possible readings of a line of names: the separator, None for blanks, and the names."""
    for own in dict.fromkeys([separator, ",", ";", "\t", "|", None]):
        if own is None:
            yield None, re.findall(r"[^\s\[(]+(?:\s*[\[(][^\])]*[\])])?|[\[(][^\])]*[\])]", line)
            yield None, re.split(r"\s{2,}", line.strip())
            yield None, line.split()
        elif own in line:
            rows = csv.reader([line], delimiter=own, skipinitialspace=True)
            words = next(rows) if line.count('"') % 2 == 0 else line.split(own)
            yield own, [word.strip().strip("\"'").strip() for word in words]


def _are_words(words, separator):
    """Whether the names of a table, except that of the wavelengths, are words that carry a meaning.

    Between blanks they may as well be a sentence, of which not all words have a capital letter or a number.
    """
    own = [word for word in words if role_of(word).kind in ("", "name")]
    axis = [role_of(word) for word in words if role_of(word).kind == "wave"]
    if axis[0].tag or all(is_unit(word) for word in own) or (not separator and len(own) == 1):
        return False
    form = r"[A-Za-z]{2}|[A-Za-z].*\d" if separator else r"^(?:[A-Z].*[a-z\d]|[a-z]+\d)"
    return all(re.search(form, word) for word in own)


def _are_names(words):
    """Whether all words are names of stars, such as HD123 or star A, or dates, and none can be a quantity."""
    own = [word for word in words if role_of(word).kind in ("", "name")]
    return all(_STAR.search(word) for word in own) and len(set(own)) == len(own)


def _named(table, names, units):
    columns = [Column(name, values, unit) for name, values, unit in zip(names, table, units, strict=True)]
    if not {column.settled_role().kind for column in columns} & (_AXES | _NO_AXES):
        axis = next(column for column in columns if not column.settled_role().kind)
        found = re.search(r"[\[(](.*)[\])]", axis.name)
        axis.role = Role("wave", unit=found[1] if found else "")
    kinds = {column.settled_role().kind for column in columns}
    if "wave" in kinds <= {"wave", "", "name"} and _are_names(names):
        for column in columns:
            is_star = column.settled_role().kind != "wave"
            column.role = Role("flux", tag=column.name) if is_star else column.settled_role()
    return columns


def _of_rows(table, names):
    """Columns of rows whose first cells are names: of a star, or of what the row holds."""
    columns = []
    for name, values in zip(names, table, strict=True):
        known = role_of(name).kind not in ("", "name")
        role = Role("wave") if are_like_wavelengths(values) else None if known else Role("flux", tag=name)
        columns.append(Column(name, values, role=role))
    return columns


def _is_contradicted(columns):
    """Whether the column named flux holds the wavelengths: the line of names was a sentence."""
    by_kind = {column.settled_role().kind: column.values for column in columns}
    if not {"wave", "flux"} <= by_kind.keys():
        return False
    return are_like_wavelengths(by_kind["flux"]) and not are_like_wavelengths(by_kind["wave"])


def _unnamed(table):
    """Unnamed columns: the rising one is the wavelength, the next the flux; errors must fit as such."""
    table = _unwrapped(table)
    waves = [i for i, values in enumerate(table) if are_like_wavelengths(values)]
    if len(waves) > 1 and waves[1] == waves[0] + 1 and (np.diff(table[waves[0]]) == 1).all():
        waves = waves[1:]  # the first column numbers the lines
    sizes = np.nanmedian(table, axis=1)
    waves = [i for i in waves if sizes[waves[0]] / 3 < sizes[i] < sizes[waves[0]] * 3]
    if not waves:
        if counts_pixels(table[0]):
            raise RefusedError("its first column is a running number, and no other holds wavelengths")
        waves = [0]  # of several spectra, one below the other
    columns = [Column(str(i + 1), table[i]) for i in range(len(table))]
    for number, wave in enumerate(waves):
        columns[wave].role = Role("wave", tag=str(number))
        last = waves[number + 1] if number + 1 < len(waves) else len(table)
        following = list(range(wave + 1, last)) or [i for i in range(len(table)) if i not in waves][:1]
        if not following:
            raise RefusedError("no column of flux beside the wavelengths")
        flux = following[0]
        columns[flux].role = Role("flux", tag=str(number))
        for i in following[1:]:
            kind = ""
            if set(np.unique(table[i])) == {0, 1}:
                kind = _mask_of_few(table[i])
            elif i == following[1] and not np.isfinite(table[i]).any():
                kind = "error"
            elif i == following[1] and not has_own_noise(table[i], table[flux]):
                kind = errors_fit(table[i], table[flux])
            columns[i].role = Role(kind, tag=str(number))
    for column in columns:
        column.role = column.role or Role("pixel")
    return columns


def _mask_of_few(values):
    """The role of unnamed zeros and ones: whichever are few mark bad pixels; '' if neither are."""
    ones = values.mean()
    return "mask" if ones < _FEW_BAD else "good" if ones > 1 - _FEW_BAD else ""


def _unwrapped(table):
    """Two columns in place of several pairs if the wavelengths continue along each line."""
    if len(table) < 4 or len(table) % 2:
        return table
    waves = table[::2].T.ravel()
    if table[::2].shape[1] < 2 or not (are_like_wavelengths(waves) and (np.diff(waves) > 0).all()):
        return table
    return np.stack([waves, table[1::2].T.ravel()])


def _unit_in_words(words, kind):
    """The unit that the lines above a table give for wavelengths or flux; '' if they give none."""
    about = {"wave": r"(?:wave\w*|lambda|λ|x)", "flux": r"(?:flux\w*|intensity|y|magnitudes?)"}[kind]
    if kind == "flux" and (said := re.search(r"\b(ln|log)(?:10|arithm)?\b (?:of )?(?:the )?flux", words)):
        return said[1]
    found = re.search(rf"\b{about}\b[^,;\n]{{0,25}}?[\s(\[:=]({_UNITS[kind]})(?=[\s,;.)\]]|$)", words)
    return found[1].strip() if found else ""


def _side_by_side(columns):
    """Columns of each spectrum, for spectra that stand side by side."""
    tags = {column.role.tag for column in columns if column.role and column.role.kind == "wave"}
    if len(tags) < 2:
        return [columns]
    return [[c for c in columns if c.role.tag == tag and c.role.kind] for tag in sorted(tags)]
