"""The numbers of a text table: its lines, separator and number format."""

import re
from collections import Counter

import numpy as np

from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import naming_column, role_of
from obafgkm.classify.reading.units import is_said, is_unit
from obafgkm.classify.reading.words import vocabulary

__all__ = ["numbers_of"]

_MISSING = vocabulary("nan -nan +nan inf -inf +inf infinity indef null none n/a na -- masked nodata ... *")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_GLUED = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d{1,3})?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+")
_THOUSANDS_AND_POINT = re.compile(rf"{_THOUSANDS.pattern}\.\d*")
_BRACKETS = "[](){}"
_TRUTH = {"true": 1.0, "false": 0.0}
_MSVC = re.compile(r"[-+]?1\.#(?:IND|INF|Q?S?NAN)\d*", re.IGNORECASE)  # of older Windows C libraries
_QUOTED = re.compile(r"\"([-+]?\d+(?:,\d+)+(?:\.\d+)?)\"")
_COMMENT = "#%!"
_TOUCHING = re.compile(r"\d\.\d{3,}\.\d")  # dates have fewer digits between the dots
_TWO_DOTS = re.compile(r"\d\.\d+\.\d")


def numbers_of(text):
    """The lines above the numbers, rows of numbers, their separator, what was left out, and names of rows.

    The names are those of a column of words that says to which object each row belongs; None without one.
    """
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
            lines, words, names = without
            header, rows, separator, left, _ = numbers_of("\n".join(lines))
            return header, rows, separator, [*left, *words], names if len(names) == len(rows) else None
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
    return header, rows, separator, left, None


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
    """Lines without the columns that consist of words, these, and names of rows; None if there are none."""
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
    joint = separator or " "
    lines = [joint.join(row[i] for i in kept) for row in table]
    heads = {table[0][i].strip(" \"'"): i for i in dropped}
    naming = naming_column(heads, heads)
    left = [f"column {i + 1} (words)" for i in dropped if i != heads.get(naming)]
    if naming is None:
        return lines, left, []
    numeric = [row for row, line in zip(table, lines, strict=True) if _values(line, separator, False)]
    return lines, left, [row[heads[naming]].strip(" \"'") for row in numeric]


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
    sample = sample or [line for line in lines if re.search(r"\d", line)][:400]  # words before the numbers
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
        cell = cell.replace(",", "") if _THOUSANDS_AND_POINT.fullmatch(cell) else cell
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
