"""Position of an object on the sky, from the keywords and tables of a FITS file."""

import re

import numpy as np

__all__ = ["by_designation", "by_header", "by_rows"]

# Keywords of right ascension and declination; those that can only refer to the object come first.
_PAIRS = (("PLUG_RA", "PLUG_DEC"), ("RAOBJ", "DECOBJ"), ("OBJRA", "OBJDEC"), ("RA_TARG", "DEC_TARG"))
_PAIRS += (("RA_OBJ", "DEC_OBJ"), ("OBJ_RA", "OBJ_DEC"), ("TARG_RA", "TARG_DEC"), ("RA", "DEC"))
_COLUMNS = (("target_ra", "target_dec"), ("plug_ra", "plug_dec"), ("ra", "dec"), ("raj2000", "dej2000"))
_OF_FIELD = re.compile(r"boresigh|plate|field", re.IGNORECASE)  # in comments of positions of many fibres
_DESIGNATION = re.compile(r"J(\d\d)(\d\d)(\d\d\.\d+)([+-]\d\d)(\d\d)(\d\d\.?\d*)")


def by_header(header):
    """Position of the object from a header.

    Parameters
    ----------
    header : astropy.io.fits.Header or dict

    Returns
    -------
    (float, float) or None
        Right ascension and declination in degrees, J2000; None if the header gives none, or only that of a
        field with many objects.
    """
    for keys in _PAIRS:
        if not all(key in header for key in keys):
            continue
        comment = header.comments["RA"] if keys == ("RA", "DEC") and hasattr(header, "comments") else ""
        if keys == ("RA", "DEC") and ("PLATEID" in header or _OF_FIELD.search(comment)):
            continue
        if (place := _valid(_degrees(header[keys[0]], 15), _degrees(header[keys[1]], 1))) is not None:
            return _in_j2000(place, header.get("EQUINOX", header.get("EPOCH", 2000)))
    return None


def _degrees(value, per_unit):
    """An angle in degrees; numbers are in degrees, sexagesimal text is in hours if `per_unit` is 15."""
    if isinstance(value, int | float):
        return float(value)
    parts = re.split(r"[:\s]+", str(value).strip())
    try:
        numbers = [abs(float(part)) for part in parts]
    except ValueError:
        return np.nan
    if len(numbers) == 1:
        return float(parts[0])
    sign = -1 if parts[0].startswith("-") else 1
    return sign * per_unit * sum(number / 60**i for i, number in enumerate(numbers))


def _valid(ra, dec):
    """A position, or None if it is invalid; programs write (0, 0) if they have none."""
    return (ra, dec) if 0 <= ra <= 360 and abs(dec) <= 90 and (ra or dec) else None


def _in_j2000(place, equinox):
    year = str(equinox).strip().lstrip("BJ")
    try:
        year = float(year)
    except ValueError:
        return place
    if not 1800 < year < 2000:
        return place
    from astropy.coordinates import FK4, FK5, SkyCoord  # slow to import, and few files need it

    own = FK4(equinox=f"B{year}") if year < 1984 else FK5(equinox=f"J{year}")
    moved = SkyCoord(*place, unit="deg", frame=own).transform_to(FK5(equinox="J2000"))
    return float(moved.ra.deg), float(moved.dec.deg)


def by_designation(name):
    """Position from a name such as ``LAMOST J103250.26+354136.2``, to its precision; None without one."""
    if not (found := _DESIGNATION.search(str(name).replace(" ", ""))):
        return None
    hours, minutes, seconds, degrees, *rest = found.groups()
    ra = 15 * (int(hours) + int(minutes) / 60 + float(seconds) / 3600)
    sign = -1 if degrees.startswith("-") else 1
    return _valid(ra, sign * (abs(int(degrees)) + int(rest[0]) / 60 + float(rest[1]) / 3600))


def by_rows(hdus, keys):
    """Positions of objects from a table with one row for each, such as DESI's fibre map.

    Parameters
    ----------
    hdus : list of HDU
    keys : sequence of str
        Lower-case names that a column of names may have.

    Returns
    -------
    dict of str: (float, float)
        By name; empty if no table has names and positions.
    """
    for hdu in hdus:
        names = {name.lower(): name for name in getattr(getattr(hdu, "columns", None), "names", ())}
        own = next((names[key] for key in keys if key in names), None)
        pair = next(([names[key] for key in pair] for pair in _COLUMNS if set(pair) <= names.keys()), None)
        if own is None or pair is None or np.ndim(hdu.data[pair[0]]) != 1:
            continue
        cells = zip(*(hdu.data[column] for column in (own, *pair)), strict=True)
        return {str(name).strip(): _valid(float(ra), float(dec)) for name, ra, dec in cells}
    return {}
