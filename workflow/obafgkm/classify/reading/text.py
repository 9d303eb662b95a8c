"""Spectra in plain text: columns of numbers with any separator, names and number format."""

import re
from collections import Counter

import numpy as np

from obafgkm.classify.reading import medium as media
from obafgkm.classify.reading.columns import Column, Part
from obafgkm.classify.reading.pixels import errors_fit, has_own_noise
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import NO_STAR, Role, role_of
from obafgkm.classify.reading.units import are_like_wavelengths, counts_pixels, is_said, is_unit
from obafgkm.classify.reading.words import vocabulary

__all__ = ["text_parts"]


_MISSING = vocabulary("nan -nan +nan inf -inf +inf infinity indef null none n/a na -- masked nodata ... *")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_GLUED = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d{1,3})?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+")
_KEYWORD = re.compile(r"[A-Z][A-Z0-9_-]{0,7}\s*=\s*\S.*")  # line of a FITS header above the numbers
_BRACKETS = "[](){}"
_TRUTH = {"true": 1.0, "false": 0.0}
_MSVC = re.compile(r"[-+]?1\.#(?:IND|INF|Q?S?NAN)\d*", re.IGNORECASE)  # of older Windows C libraries
_QUOTED = re.compile(r"\"([-+]?\d+(?:,\d+)+(?:\.\d+)?)\"")
_COMMENT = "#%!"
_FEW = 6  # up to so many lines may be wavelengths, flux and errors
_FEW_BAD = 0.2  # of the pixels
_AXES = {"wave", "frequency", "energy", "wavenumber", "pixel", "time"}
_NO_AXES = {"velocity", "axis"}
_NUMBERED = re.compile(r"(?:col(?:umn)?)?\s*#?(\d+)\s*[:=.)-]\s*(\D.*)", re.IGNORECASE)
_TYPE_OF_COLUMN = re.compile(r"\d*[NSMD]|-+")  # in RDB, below the names
_TOUCHING = re.compile(r"\d\.\d{3,}\.\d")  # dates have fewer digits between the dots
_TWO_DOTS = re.compile(r"\d\.\d+\.\d")
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
    header, rows, separator, left = _numbers(text)
    table = np.array(rows, float).T
    if len(rows) <= _FEW < len(table):  # rows in place of columns
        table, header = table.T, []
    if len(table) < 2:
        raise RefusedError("one column only: wavelength and flux are needed")
    words = "\n".join(line.lower() for line in header)
    names, units = _names(header, len(table), separator)
    columns = _named(table, names, units) if names else []
    if not names or _is_contradicted(columns):
        columns = _unnamed(table)
    for column in columns:
        kind = column.settled_role().kind
        if (
            kind in ("wave", "flux", "magnitude")
            and not is_said(column.unit)
            and not column.settled_role().unit
        ):
            column.unit = _unit_in_words(words, "wave" if kind == "wave" else "flux")
    medium = media.by_lines(header)
    medium = medium if medium[0] else None
    if "bestfit" in words and names:
        medium = ("vacuum", "the layout of SkyServer")
        for column in columns:
            if column.settled_role().kind == "flux":
                column.unit = column.unit or "1e-17 erg/s/cm2/Angstrom"
    return [Part("", own, medium=medium, left_out=list(left)) for own in _apart(columns)]


def _numbers(text):
    """The lines above the numbers, rows of numbers, their separator, and what was left out."""
    lines = _unquoted(text).splitlines()
    if not any("," in line or ";" in line for line in lines[-20:]) and any(
        _TWO_DOTS.search(line) for line in lines
    ):
        lines = _unglued(lines)
    starts = [line.startswith(",") for line in lines if "," in line]
    if starts and sum(starts) > 0.9 * len(starts):
        lines = [line.removeprefix(",") for line in lines]
    lines = [line.strip().strip("|") if line.lstrip().startswith("|") else line for line in lines]
    separator, has_decimal_comma = _style(lines)
    ends = [line.rstrip().endswith(separator) for line in lines if separator and separator in line]
    if ends and separator.strip() and sum(ends) > 0.9 * len(ends):
        lines = [line.rstrip().removesuffix(separator) for line in lines]
    header, rows, other = [], [], []
    widths = {}
    parsed = []
    for line in lines:
        plain = line.strip().lstrip("\ufeff")
        values = None
        if plain and plain[0] not in _COMMENT:
            values = _values(re.split(rf"\s[{_COMMENT}]", plain)[0], separator, has_decimal_comma)
        parsed.append((line, values))
        if values is not None:
            widths[len(values)] = widths.get(len(values), 0) + 1
    if not widths or sum(widths.values()) < 2:
        if (without := _without_words(lines, separator)) is not None:
            header, rows, separator, left = _numbers("\n".join(without[0]))
            return header, rows, separator, [*left, *without[1]]
        raise RefusedError("no spectrum: fewer than two lines of wavelength and flux")
    usual = max(widths, key=lambda width: (widths[width], width))
    for line, values in parsed:
        if values is not None and len(values) == usual:
            rows.append(values)
        elif not rows:
            header.append(line.strip().lstrip(_COMMENT + "\ufeff").strip())
        elif line.strip() and line.strip()[0] not in _COMMENT:
            other.append((len(rows), line.strip()))
    inside = [line for place, line in other if place < len(rows)]
    if len(rows) < 2 or len(inside) > 0.01 * len(rows):
        problem = "no spectrum: its lines have different numbers of columns, or words among the numbers"
        raise RefusedError(f"{problem}: {inside[0][:40]!r}" if inside else problem)
    left = [f"{len(other)} lines of another form, such as {other[0][1][:40]!r}"] if other else []
    return header, rows, separator, left


def _unquoted(text):
    """Remove commas from quoted numbers: thousands separators are dropped, decimal commas become points.

    Which of the two they are follows from all numbers: with points after groups of three digits, commas
    separate thousands.
    """
    found = [number.partition(".")[0] for number in _QUOTED.findall(text)]
    are_thousands = found and re.search(r"\d\.\d", text) and all(map(_THOUSANDS.fullmatch, found))
    comma = "" if are_thousands else "."
    return _QUOTED.sub(lambda quoted: quoted[1].replace(",", comma), text)


def _without_words(lines, separator):
    """Lines without the columns that consist of words, and a list of these; None if there are none."""
    cells = [line.split(separator) for line in lines if line.strip() and line.strip()[0] not in _COMMENT]
    usual = Counter(map(len, cells)).most_common(1)[0][0] if cells else 0
    table = [row for row in cells if len(row) == usual]
    numeric = [np.mean([_values(row[i], ";", False) is not None for row in table]) for i in range(usual)]
    kept = [i for i in range(usual) if numeric[i] > 0.9]
    if not 2 <= len(kept) < usual or any(0 < numeric[i] <= 0.9 for i in range(usual)):
        return None
    dropped = [i for i in range(usual) if i not in kept]
    if touching := next((table[0][i] for i in dropped if _TOUCHING.search(table[0][i])), ""):
        raise RefusedError(f"columns of fixed width touch: {touching!r}; put blanks between them")
    for i in dropped:
        _refuse_meaning([row[i].strip() for row in table], i + 1)
    left = [f"column {i + 1} (words)" for i in dropped]
    joint = separator or " "
    return [joint.join(row[i] for i in kept) for row in table], left


def _refuse_meaning(cells, number):
    """Refuse a column of words without which the numbers would be misread: units, or marks of bad pixels."""
    named = [cell for cell in cells[:1] if role_of(cell).kind in ("mask", "good")]
    if named and len(set(cells)) > 2:
        raise RefusedError(
            f"the column {named[0]} holds words, such as {cells[1]!r}: write 1 for bad pixels, else 0"
        )
    if len(set(cells)) == 1 and is_said(cells[0]) and is_unit(cells[0]):
        raise RefusedError(
            f"column {number} says {cells[0]!r} in each line: write units behind the names, as in 'flux (Jy)'"
        )


def _unglued(lines):
    """Insert a blank between the first two columns of lines in which these fixed-width columns touch.

    The first column is given the number of decimals that makes its steps most regular.
    """
    best = (np.inf, lines)
    for decimals in range(1, 6):
        pattern = re.compile(rf"^(\s*\d+\.\d{{{decimals}}})(?=\d*\.\d)")
        parted = [pattern.sub(r"\1 ", line) for line in lines]
        if any(_TWO_DOTS.search(line) for line in parted if re.match(r"\s*\d+\.", line)):
            continue
        first = [line.split()[0] for line in parted if re.match(r"\s*\d+\.\d+\s", line)]
        steps = np.diff(np.array(first, float)) if len(first) > 2 else np.zeros(1)
        roughness = steps.std() / abs(steps.mean()) if steps.mean() else np.inf
        if roughness < best[0] - 1e-6:
            best = (roughness, parted)
    return best[1]


def _style(lines):
    """The separator of the cells of a line, None for blanks, and whether commas are decimal commas."""
    sample = [line for line in lines if re.match(r"\s*[\[({=]*[\"']?[-+.\d]", line)][:400]
    sample = sample[len(sample) // 10 :] or sample
    for separator in (";", "\t", "|", ","):
        if sample and sum(separator in line for line in sample) > 0.9 * len(sample):
            if separator == ",":
                break
            cells = [cell.strip(" \"'") for line in sample for cell in line.split(separator)]
            return separator, _is_decimal_comma(cells)
    cells = [cell for line in sample for cell in line.split()]
    if sample and all(len(line.split()) > 1 for line in sample) and _is_decimal_comma(cells):
        return None, True
    by_comma = sample and sum("," in line for line in sample) > 0.9 * len(sample)
    return ("," if by_comma else None), False


def _is_decimal_comma(cells):
    cells = [cell for cell in cells if cell]
    with_comma = sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in cells)
    if with_comma <= 0.4 * len(cells) or any("." in cell and "," in cell for cell in cells):
        return False
    are_thousands = all(_THOUSANDS.fullmatch(cell) for cell in cells if "," in cell)
    return not (are_thousands and any("." in cell for cell in cells))


def _values(line, separator, has_decimal_comma):
    """Numbers of a line; None if it contains words."""
    cells = line.split(separator) if separator else line.split()
    cells = [
        cell.strip().strip(_BRACKETS).lstrip("=").strip("\"'").strip().removesuffix("%") for cell in cells
    ]
    values = []
    for cell in cells:
        cell = cell.replace(",", ".") if has_decimal_comma else cell
        if "_" in cell:  # which Python allows within numbers
            return None
        try:
            values.append(float(cell))
            continue
        except ValueError:
            pass
        if cell.lower() in _TRUTH:
            values.append(_TRUTH[cell.lower()])
            continue
        if not cell.strip("*") or cell.lower() in _MISSING or _MSVC.fullmatch(cell):
            values.append(np.nan)
            continue
        fortran = re.sub(r"(?<=[\d.])[dDqQ](?=[-+]?\d)", "e", cell)
        fortran = re.sub(r"(?<=\d)(?<!e)(?<!E)([-+]\d{3})$", r"e\1", fortran)
        if _NUMBER.fullmatch(fortran):
            values.append(float(fortran))
        elif not separator and len(found := _GLUED.findall(fortran)) > 1 and "".join(found) == fortran:
            if not re.search(r"\d[-+]\d", fortran) or re.fullmatch(r"\d{4}-\d\d?-\d\d?", fortran):
                return None
            values += [float(number) for number in found]
        else:
            return None
    return values if any(np.isfinite(value) for value in values) else None


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
            unknown = sum(not role_of(word).kind for word in words)
            has_light = kinds & {"flux", "magnitude"} and (kinds & _AXES or unknown == 1)
            are_stars = "wave" in kinds and unknown == count - 1 and _are_names(words)
            are_stars |= bool(own) and "wave" in kinds and unknown == count - 1 and _are_words(words)
            is_refused = kinds & _NO_AXES and (kinds & {"flux", "magnitude"} or "velocity" in kinds)
            if is_refused or are_stars or has_light or ("wave" in kinds and kinds & NO_STAR):
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
            yield own, [word.strip().strip("\"'").strip() for word in line.split(own)]


def _are_words(words):
    """Whether the names of a table, except that of the wavelengths, are words that carry a meaning."""
    own = [word for word in words if not role_of(word).kind]
    axis = [role_of(word) for word in words if role_of(word).kind == "wave"]
    return not axis[0].tag and all(re.search(r"[A-Za-z]{2}", word) and not is_unit(word) for word in own)


def _are_names(words):
    """Whether all words are names of stars, with a number such as HD123, and none can be a quantity."""
    own = [word for word in words if not role_of(word).kind]
    return all(re.search(r"[A-Za-z].*\d", word) for word in own) and len(set(own)) == len(own)


def _named(table, names, units):
    columns = [Column(name, values, unit) for name, values, unit in zip(names, table, units, strict=True)]
    if not {column.settled_role().kind for column in columns} & (_AXES | _NO_AXES):
        axis = next(column for column in columns if not column.settled_role().kind)
        found = re.search(r"[\[(](.*)[\])]", axis.name)
        axis.role = Role("wave", unit=found[1] if found else "")
    kinds = {column.settled_role().kind for column in columns}
    if kinds == {"wave", ""} and _are_names(names):
        for column in columns:
            column.role = (
                column.settled_role() if column.settled_role().kind else Role("flux", tag=column.name)
            )
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
            raise RefusedError("its first column only counts, and no other holds wavelengths")
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


def _apart(columns):
    """Columns of each spectrum, for spectra side by side and for spectra one below the other."""
    tags = {column.role.tag for column in columns if column.role and column.role.kind == "wave"}
    groups = [columns]
    if len(tags) > 1:
        groups = [[c for c in columns if c.role.tag == tag and c.role.kind] for tag in sorted(tags)]
    apart = []
    for group in groups:
        wave = next((column for column in group if column.settled_role().kind == "wave"), None)
        apart += _below(group, wave) if wave is not None else [group]
    return apart


def _below(columns, wave):
    """Columns of each spectrum if the wavelengths restart several times."""
    waves = np.array(wave.values, float)
    steps = np.diff(waves)
    sign = np.sign(np.nanmedian(steps)) if steps.size else 1
    before, own, after = sign * waves[:-2], sign * waves[1:-1], sign * waves[2:]
    # A single absurd wavelength, such as a sentinel of missing values, is no restart.
    waves[1:-1][(before < after) & ((own < before) | (own > after))] = np.nan
    steps, span = np.diff(waves), np.nanmax(waves) - np.nanmin(waves)
    breaks = np.flatnonzero(sign * steps < -0.02 * span) + 1
    if not breaks.size or breaks.size > wave.values.size / 20:
        return [columns]
    return [
        [Column(c.name, values, c.unit, c.where, c.said, c.role)
         for c, values in zip(columns, pieces, strict=True)]
        for pieces in zip(*(np.split(c.values, breaks) for c in columns), strict=True)
    ]  # fmt: skip
