"""Tables in formats that astropy reads: VOTable, ECSV, CDS, IPAC, LaTeX."""

import io
import re

import numpy as np

from obafgkm.classify.reading import medium as media
from obafgkm.classify.reading.columns import Column, Part
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import naming_column, role_of, roles_of
from obafgkm.classify.reading.stacked import stacked

__all__ = ["astropy_format", "part_of_table", "parts_of_table"]

# A stream of a VOTable that is elsewhere; a quoted value may hold any character.
_ADDRESS = r"""<(?:\w+:)?STREAM(?:[^>"']|"[^"]*"|'[^']*')*?\shref\s*="""
_ENCODING = r"""(<\?xml[^>]*?)\sencoding\s*=\s*("[^"]*"|'[^']*')"""


def astropy_format(text):
    """The astropy format of a text, from its first lines; '' for plain text."""
    start = text[:4096]
    if "<VOTABLE" in start.upper():
        return "votable"
    if start.startswith("# %ECSV"):
        return "ascii.ecsv"
    if "Byte-by-byte Description" in text[:20000]:
        return "ascii.mrt" if start.lstrip().startswith("Title:") else "ascii.cds"
    if start.lstrip().startswith("\\begin{"):
        return "ascii.aastex" if "{deluxetable" in start else "ascii.latex"
    first = next((line for line in start.splitlines() if line.strip()), "")
    is_headed = first.startswith("|") and first.rstrip().endswith("|")
    if first.startswith("\\") or (is_headed and re.search(r"(?m)^\s+[-+.\d]", start)):  # numbers without bars
        return "ascii.ipac"
    return ""


def parts_of_table(text, form):
    """The parts of a text in an astropy format.

    Parameters
    ----------
    text : str
    form : str
        See `astropy_format`.

    Returns
    -------
    list of Part

    Raises
    ------
    RefusedError
        If astropy cannot read it, or no table in it contains a spectrum.
    """
    try:
        tables = list(_tables(text, form))
    except (RefusedError, MemoryError):
        raise
    except Exception as error:  # astropy does not document what it raises for damaged tables
        raise RefusedError(f"damaged, or not a table of the format {form} ({error})") from error
    parts = [own for table in tables for own in stacked(part_of_table(table))]
    if not (good := [part for part in parts if part.columns]):
        raise RefusedError(f"a table of the format {form} without columns of numbers")
    return good


def _tables(text, form):
    if form == "votable":
        from astropy.io.votable import parse

        if re.search(r"<!(?:ENTITY|ATTLIST)|<!DOCTYPE[^>]*\[", text, re.IGNORECASE):
            raise RefusedError("it declares entities or attributes of its own: save it as a plain VOTable")
        if re.search(_ADDRESS, text, re.IGNORECASE):
            raise RefusedError("its numbers are not in the file but at an address: save it with its data")
        if found := re.search(r"""QUERY_STATUS["']\s+value=["'](ERROR|OVERFLOW)""", text):
            meaning = {"ERROR": "the service failed", "OVERFLOW": "the service sent only a part"}[found[1]]
            raise RefusedError(f"{meaning} (QUERY_STATUS = {found[1]}): ask again")
        votable = parse(io.BytesIO(re.sub(_ENCODING, r"\1", text, count=1).encode("utf-8")), verify="ignore")
        for table in votable.iter_tables():
            if len(table.array):
                own = table.to_table(use_names_over_ids=True)
                own.meta["utypes"] = {field.name: field.utype or "" for field in table.fields}
                own.meta["name"] = table.name or table.ID or ""
                own.meta["words"] = f"{table.description or ''} " + " ".join(
                    f"{param.name} {param.value}" for param in table.params
                )
                yield own
        return
    from astropy.io import ascii
    from astropy.table import Table

    yield Table(ascii.read(text, format=form.removeprefix("ascii.")))  # quantities become columns with units


def part_of_table(table):
    """The numerical columns of an `astropy.table.Table` as one part.

    Parameters
    ----------
    table : astropy.table.Table

    Returns
    -------
    Part
        Without columns if none is numerical.

    Raises
    ------
    RefusedError
        If a mask or the errors are words, or a column holds complex numbers.
    """
    utypes = table.meta.get("utypes", {})
    for key in table.colnames:
        if np.iscomplexobj(table[key]):
            raise RefusedError(f"the column {key} holds complex numbers: it needs real ones")
        is_of_words = not _is_of_numbers(np.asarray(table[key]).dtype)
        if is_of_words and len(table[key]) and role_of(key).kind in ("mask", "good", "error"):
            raise RefusedError(f"the column {key} holds words, such as '{table[key][0]}': it needs numbers")
    keys = [key for key in table.colnames if _is_of_numbers(np.asarray(table[key]).dtype)]
    naming = naming_column(table.colnames, [key for key in table.colnames if key not in keys])
    is_named = naming is not None and table[naming].ndim == 1
    lines = [str(value).strip() for value in table[naming]] if is_named else None
    names, codes, units, descriptions = [], [], [], []
    for key in keys:
        own = table[key]
        ucd = str(own.meta.get("ucd", "") or getattr(own, "ucd", "") or "")
        codes.append(" ".join(filter(None, [ucd, utypes.get(key, "")])))
        units.append(str(own.unit) if own.unit is not None else "")
        descriptions.append(str(own.info.description or ""))
        is_named = role_of(key, codes[-1]).kind or not role_of(descriptions[-1]).kind
        names.append(key if is_named else descriptions[-1])
    roles = roles_of(names, codes, units)
    said = [" ".join(filter(None, texts)) for texts in zip(codes, descriptions, strict=True)]
    columns = [
        Column(key, _numbers(table[key]), unit, "column", text, role)
        for key, unit, text, role in zip(keys, units, said, roles, strict=True)
    ]
    header = {
        str(key).upper(): value
        for key, value in table.meta.items()
        if isinstance(value, str | int | float | bool)
    }
    comments = table.meta.get("comments", [])
    medium = media.by_words(" ".join([*map(str, comments), table.meta.get("words", "")]))
    target = str(header.get("OBJECT", header.get("TARGNAME", "")))
    known = (medium, "the comments of the table") if medium else None
    return Part(str(table.meta.get("name", "")), columns, None, header, target, lines, known)


def _is_of_numbers(dtype):
    return np.issubdtype(dtype, np.number) or dtype in (bool, object)


def _numbers(column):
    if column.dtype == object:
        return np.asarray(column)
    return np.ma.filled(np.ma.asarray(column, float), np.nan)
