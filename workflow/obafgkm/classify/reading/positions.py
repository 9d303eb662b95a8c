"""Where in the sky an object is, by the keywords and tables of a FITS file."""

import re

import numpy as np

__all__ = ["by_designation", "by_header", "by_rows"]

# Keywords of right ascension and declination, those that can mean nothing but the object first.
_PAIRS = (("PLUG_RA", "PLUG_DEC"), ("RAOBJ", "DECOBJ"), ("OBJRA", "OBJDEC"), ("RA_TARG", "DEC_TARG"))
_PAIRS += (("RA_OBJ", "DEC_OBJ"), ("OBJ_RA", "OBJ_DEC"), ("TARG_RA", "TARG_DEC"), ("RA", "DEC"))
_COLUMNS = (("target_ra", "target_dec"), ("plug_ra", "plug_dec"), ("ra", "dec"), ("raj2000", "dej2000"))
_OF_FIELD = re.compile(r"boresigh|plate|field", re.IGNORECASE)  # comments of a position of many fibres
_DESIGNATION = re.compile(r"J(\d\d)(\d\d)(\d\d\.\d+)([+-]\d\d)(\d\d)(\d\d\.?\d*)")


def by_header(header):
    """Position of the object by a header.

    Parameters
    ----------
    header : astropy.io.fits.Header or dict

    Returns
    -------
    (float, float) or None
        Right ascension and declination in degrees, J2000; None where the header gives none, or only that of
        a field of many.
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
    """An angle in degrees: a number is one already, sexagesimal text is in hours where `per_unit` is 15."""
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
    """A position, unless it cannot be one; (0, 0) is what programs write that know none."""
    return (ra, dec) if 0 <= ra <= 360 and abs(dec) <= 90 and (ra or dec) else None


def _in_j2000(place, equinox):
    year = str(equinox).strip().lstrip("BJ")
    try:
        year = float(year)
    except ValueError:
        return place
    if not 1800 < year < 2000:
        return place
    from astropy.coordinates import FK4, FK5, SkyCoord  # takes half a second, which few files need

    own = FK4(equinox=f"B{year}") if year < 1984 else FK5(equinox=f"J{year}")
    moved = SkyCoord(*place, unit="deg", frame=own).transform_to(FK5(equinox="J2000"))
    return float(moved.ra.deg), float(moved.dec.deg)


def by_designation(name):
    """Position by a name such as ``LAMOST J103250.26+354136.2``, to its own precision; None without one."""
    if not (found := _DESIGNATION.search(str(name).replace(" ", ""))):
        return None
    hours, minutes, seconds, degrees, *rest = found.groups()
    ra = 15 * (int(hours) + int(minutes) / 60 + float(seconds) / 3600)
    sign = -1 if degrees.startswith("-") else 1
    return _valid(ra, sign * (abs(int(degrees)) + int(rest[0]) / 60 + float(rest[1]) / 3600))


def by_rows(hdus, keys):
    """Positions of the objects of a table that has one row for each, such as DESI's fibre map.

    Parameters
    ----------
    hdus : list of HDU
    keys : sequence of str
        Names, in small letters, that a column of names may have.

    Returns
    -------
    dict of str: (float, float)
        By name; empty where no table has names and positions.
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
