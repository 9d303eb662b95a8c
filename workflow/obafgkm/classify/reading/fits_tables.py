"""A FITS table as one part: the roles of its columns, and their cells."""

import re
from dataclasses import replace

import numpy as np

from obafgkm.classify.reading.axes import header_wavelengths
from obafgkm.classify.reading.columns import Column, Part
from obafgkm.classify.reading.fits_headers import object_name
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import NO_LIGHT, SPECTRAL, naming_column, roles_of

__all__ = ["plain_cells", "table_part"]

_NUMBERS = {"I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}  # by format code of the FITS column
_PLAIN = re.compile(r"(\d*)([IJKED])")
_NEEDED = (SPECTRAL, {"flux", "magnitude"})  # of each, one column of numbers
_NOISE = {"error", "variance", "ivar", "mask", "good"}
_NO_WAVES = {"velocity", "pixel", "time", "axis"}


def table_part(hdu, header):
    """The part of a table; None if none of its columns belongs to a spectrum."""
    keys = hdu.header
    names = [str(keys.get(f"TTYPE{i + 1}", "")) for i in range(keys["TFIELDS"])]
    said = [_described(keys, i + 1) for i in range(len(names))]
    roles = roles_of(names, said, [str(keys.get(f"TUNIT{i + 1}", "")) for i in range(len(names))])
    kinds = {role.kind for role in roles}
    has_axis = kinds & (SPECTRAL | _NO_WAVES) or "COEFF0" in keys or "CRVAL1" in keys
    if not has_axis or not keys["NAXIS2"] or not kinds & {"flux", "magnitude", *NO_LIGHT}:
        return None
    if not kinds & {"flux", "magnitude"}:
        others = sorted(kinds & NO_LIGHT - {"wave"})
        if not others:
            unknown = [name for name, role in zip(names, roles, strict=True) if not role.kind]
            are = "are" if unknown[1:] else "is"
            problem = f"no column of flux: {', '.join(unknown)} {are} not understood; call the flux 'flux'"
            raise RefusedError(problem)
        raise RefusedError(f"holds {', '.join(others)}, no flux of a star")
    data = plain_cells(hdu, names)
    _refuse_words(names, roles, data)
    columns = [
        Column(
            name,
            _cells(data[name], keys.get(f"TNULL{i + 1}")),
            str(keys.get(f"TUNIT{i + 1}", "")),
            "column",
            said[i],
            roles[i],
        )
        for i, name in enumerate(names)
        if name and roles[i].kind not in ("name", "") and _is_numeric(data[name])
    ]
    fluxes = [column for column in columns if column.role.kind in ("flux", "magnitude")]
    if not fluxes:
        return None
    length = max((c.values.shape for c in fluxes), key=len)  # numbers beside the arrays are no spectra
    for column in columns:
        if column.role.kind in ("mask", "good") and column.values.ndim == len(length) + 1:
            column.values = column.values.any(-1)  # bits of each pixel
    columns = [
        c for c in columns if c.values.ndim <= 2 and (c.values.ndim == len(length) or c.role.kind in SPECTRAL)
    ]
    axis = None
    if not kinds & (SPECTRAL | _NO_WAVES):
        axis = header_wavelengths(header, length[-1])
    part = Part(hdu.name, columns, axis, header, object_name(hdu.header))
    part.left_out = [f"column {name}" for name, role in zip(names, roles, strict=True) if not role.kind]
    lower = {name.lower() for name in names}
    if {"flux", "loglam", "ivar", "and_mask"} <= lower:
        part.medium = ("vacuum", "the layout of SDSS")
    if lower & {"wave_grid_mid", "opt_wave", "box_wave"}:  # PypeIt, whose masks mark valid pixels
        for column in columns:
            column.role = replace(column.role, kind="good") if column.role.kind == "mask" else column.role
    words = [name for name in names if name and (len(length) > 1 or not _is_numeric(data[name]))]
    own = naming_column(names, words)
    if own is not None and np.ndim(data[own]) == 1 and length[0] > 1:
        part.rows = [str(value).strip() for value in hdu.data[own]]
    return part


def _refuse_words(names, roles, data):
    """Refuse columns of words or complex numbers in place of wavelengths, flux, errors or masks."""
    cells = [(role.kind, name, data[name]) for name, role in zip(names, roles, strict=True) if name]
    found = {kind for kind, _, values in cells if _is_numeric(values)}
    for kind, name, values in cells:
        is_needed = kind in _NOISE or any(kind in kinds and not kinds & found for kinds in _NEEDED)
        if is_needed and not _is_numeric(values):
            raise RefusedError(f"the column {name} holds {_contents(values)}: it needs real numbers")


def _described(keys, i):
    """UCD, utype and comment of a column."""
    texts = [str(keys.get(f"{key}{i}", "")) for key in ("TUCD", "TUTYP", "TCOMM", "TDESC")]
    comments = [keys.comments[f"{key}{i}"] for key in ("TTYPE", "TUNIT") if f"{key}{i}" in keys]
    texts += [comment for comment in comments if not re.match("label for|physical unit", comment)]
    return " ".join(filter(None, texts))


def _is_numeric(values):
    is_real = np.issubdtype(values.dtype, np.number) and not np.iscomplexobj(values)
    return values.dtype == object or is_real or values.dtype == bool


def _contents(values):
    """What the cells of a column that are not real numbers are, for a message."""
    if np.iscomplexobj(values):
        return "complex numbers"
    return f"words, such as {str(values.flat[0]).strip()!r}" if values.size else "words"


def _cells(values, null):
    """Cells of a column, NaN where they are null."""
    if null is None or values.dtype == object or not np.issubdtype(values.dtype, np.integer):
        return values
    return np.where(values == null, np.nan, values.astype(float))


def plain_cells(hdu, names):
    """The cells of a table, by column name.

    Tables of plain numbers, such as those of SDSS, are read directly: astropy's processing of the others
    takes as long as all other steps for a spectrum together.
    """
    header, columns = hdu.header, []
    for i, name in enumerate(names, start=1):
        plain = _PLAIN.fullmatch(header[f"TFORM{i}"].strip())
        if not plain or any(f"{key}{i}" in header for key in ("TSCAL", "TZERO", "TDIM")) or not name:
            return hdu.data
        count = int(plain[1] or 1)
        columns.append((name, _NUMBERS[plain[2]], *([count] if count != 1 else [])))
    place = hdu.fileinfo()
    if len(set(names)) < len(names) or place is None:
        return hdu.data
    dtype = np.dtype(columns)
    if dtype.itemsize != header["NAXIS1"]:
        raise RefusedError(f"damaged: rows of {header['NAXIS1']} bytes for columns of {dtype.itemsize}")
    place["file"].seek(place["datLoc"])
    content = place["file"].read(dtype.itemsize * header["NAXIS2"])
    if len(content) < dtype.itemsize * header["NAXIS2"]:
        raise OSError("truncated")
    return np.frombuffer(content, dtype)
