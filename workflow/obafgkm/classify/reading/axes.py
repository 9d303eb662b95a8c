"""Wavelengths of the pixels of an image from the keywords of its FITS header."""

import re
from collections import ChainMap
from dataclasses import dataclass

import numpy as np

from obafgkm.classify.reading import medium as media
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.units import is_said, to_angstrom

__all__ = ["Wavelengths", "header_wavelengths", "keyword_number", "spectral_axis"]

_SPECTRAL = {"WAVE": "wave", "AWAV": "wave", "FREQ": "frequency", "ENER": "energy", "WAVN": "wavenumber"}
_KNOWN_TYPES = (
    "LINEAR",
    "MULTISPE",
    "POLY",
    "SPEC",
    "LOG",
    "LN",
    "ANG",
    "NM",
    "MICRON",
    "UM",
    "NANOM",
    "DISP",
)
_NAMES = {"LAMB": "wave", "WAVELENGTH": "wave", "LAMBDA": "wave", "ANGSTROM": "wave", "SPECTRAL": "wave"}
_VELOCITIES = ("VRAD", "VOPT", "VELO", "FELO", "VEL", "ZOPT", "BETA", "RADVEL")
_NO_SPECTRUM = ("RA", "DEC", "GLON", "GLAT", "ANGLE", "POSITION", "STOKES", "TIME", "OFFSET", "SLIT")
_WIDEST = 100  # ratio of the last wavelength of a spectrum to the first
_LARGEST_LOGARITHM = 20.0  # of a wavelength in any unit
_LIKE_WAVELENGTHS = (1e-7, 1e5)  # plausible numerical values of a wavelength in any unit


@dataclass
class Wavelengths:
    """Wavelengths and their provenance.

    Attributes
    ----------
    wave : array (..., n_pix)
        Angstrom.
    said : str
        Their source and unit.
    medium : str or None
    medium_from : str
    is_guessed : bool
        Whether their unit was guessed.
    """

    wave: np.ndarray
    said: str
    medium: str | None = None
    medium_from: str = ""
    is_guessed: bool = False


def spectral_axis(header, n_axes):
    """Number (from 1) of the spectral axis: the one whose type is spectral, else the first."""
    for axis in range(1, n_axes + 1):
        if _kind(header.get(f"CTYPE{axis}", "")):
            return axis
    return 1


def _kind(ctype):
    """Kind of a spectral axis from CTYPE; '' if it is not spectral."""
    ctype = str(ctype).strip().upper()
    if ctype[:4] in _SPECTRAL and re.fullmatch(r".{4}(-[A-Z0-9]{3})?", ctype):
        return _SPECTRAL[ctype[:4]]
    return next((kind for name, kind in _NAMES.items() if ctype.startswith(name)), "")


def header_wavelengths(header, n, axis=1):
    """Wavelengths of the pixels of an axis.

    Parameters
    ----------
    header : mapping
    n : int
        Number of pixels.
    axis : int
        Number of the axis, from 1.

    Returns
    -------
    Wavelengths

    Raises
    ------
    RefusedError
        If the header gives no wavelengths, or something else in their place.
    """
    if "COEFF0" in header:  # SDSS and LAMOST
        if (step := keyword_number(header, "COEFF1")) is None:
            raise RefusedError("COEFF0 without COEFF1: it has no wavelengths")
        wave = 10 ** (keyword_number(header, "COEFF0") + step * np.arange(n))
        medium, source = media.by_header(header)
        return Wavelengths(wave, "COEFF0, COEFF1 (log10 Angstrom)", medium, source)
    ctype, unit = str(header.get(f"CTYPE{axis}", "")).strip().upper(), _unit(header, axis)
    first, step = keyword_number(header, f"CRVAL{axis}"), _step(header, axis)
    if ctype.startswith(_VELOCITIES):
        raise RefusedError(f"CTYPE{axis} = {ctype!r}: velocities, not wavelengths")
    if ctype.startswith(("PIX", "CHAN", "INDEX")):
        raise RefusedError(f"CTYPE{axis} = {ctype!r}: the axis counts pixels, it has no wavelengths")
    if ctype.startswith(_NO_SPECTRUM):
        raise RefusedError(f"CTYPE{axis} = {ctype!r}: no axis of wavelengths")
    if first is None and "W0" in header and "WPC" in header:  # old format of IRAF's onedspec
        first, step = header["W0"], header["WPC"]
        header = ChainMap({f"CRVAL{axis}": first, f"CDELT{axis}": step}, header)
    if first is None or not step:
        raise RefusedError(f"it has no wavelengths: no CRVAL{axis} with CDELT{axis} or CD{axis}_{axis}")
    kind = _kind(ctype) or "wave"
    if first in (0, 1) and step == 1 and not (is_said(unit) and kind != "wave"):
        raise RefusedError(f"CRVAL{axis} = {first:g} and steps of 1: the axis counts pixels, no wavelengths")
    if not (is_said(unit) or _kind(ctype) or not ctype or ctype.startswith(_KNOWN_TYPES)):
        raise RefusedError(f"CTYPE{axis} = {ctype!r} is not understood; 'AWAV' and 'WAVE' denote wavelengths")
    values = _values(header, n, axis, ctype, unit)
    if kind == "wave" and not is_said(unit) and values.size > 1 and 0 < values[0] <= values[-1] / _WIDEST:
        raise RefusedError(
            f"CRVAL{axis} = {first:g} and steps of {step:g}: the axis counts pixels, no wavelengths"
        )
    is_log = _is_logarithmic(header, ctype)
    if is_log and np.abs(values).max() > _LARGEST_LOGARITHM:
        raise RefusedError(f"CRVAL{axis} = {first:g} is not a logarithm, as DC-FLAG or CTYPE{axis} say it is")
    label = f"the axis of wavelengths (CUNIT{axis})"
    log = "log" if is_log else ""
    if not is_said(unit) and kind == "wave" and not is_log and not _LIKE_WAVELENGTHS[0] < abs(first):
        raise RefusedError(f"CRVAL{axis} = {first:g}: no wavelength")
    wave, said, is_guessed, is_vacuum = to_angstrom(values, unit, kind, log, label)
    said = f"CRVAL{axis}, step {step:.6g} ({ctype + ', ' if ctype else ''}{said})"
    return Wavelengths(wave, said, *_medium(header, ctype, axis, is_vacuum), is_guessed)


def _medium(header, ctype, axis, is_vacuum):
    """The medium and its source: a keyword, else the type of the axis."""
    medium, source = media.by_header(header)
    explicit = source and not source.startswith("TELESCOP")
    if not explicit and (by_type := media.by_ctype(ctype)):
        return by_type, f"CTYPE{axis} = {ctype!r}"
    if is_vacuum:
        return "vacuum", f"CUNIT{axis} is none of length"
    if medium:
        return medium, source
    words = [header.get(f"CTYPE{axis}", ""), header.get("WAT1_001", "")]
    words += [_comment(header, f"{key}{axis}") for key in ("CTYPE", "CRVAL", "CUNIT", "CDELT", "CD1_")]
    words = " ".join(map(str, words))
    if medium := media.by_words(words):
        return medium, "the comments of the axis"
    medium = media.by_comments(header)
    return (medium, "the comments of the header") if medium else (None, "")


def _comment(header, key):
    """The comment of a keyword in a header, or in the first of several headers that has the keyword."""
    own = next((part for part in getattr(header, "maps", [header]) if key in part), None)
    return own.comments[key] if hasattr(own, "comments") else ""


def _unit(header, axis):
    """The unit of the axis; IRAF writes it into WAT."""
    unit = str(header.get(f"CUNIT{axis}", "")).strip()
    found = re.search(r"units=[\"']?(\w+)", str(header.get(f"WAT{axis}_001", "")))
    if not is_said(unit) and found:
        unit = found[1]
    if not is_said(unit):
        unit = next((str(header[key]).strip() for key in ("XUNITS", "WUNIT") if key in header), "")
    return unit


def keyword_number(header, key, default=None):
    """The number of a keyword, which some programs write as text; the default if it is absent or empty.

    Raises
    ------
    RefusedError
        If it is not a finite number.
    """
    value = header.get(key)
    if value is None or not str(value).strip():
        return default
    try:
        number = np.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise RefusedError(f"{key} = {value!r} is not a number, so that the wavelengths are not known")
    return number


def _step(header, axis):
    """Step per pixel: a CD matrix takes precedence over CDELT (FITS paper I)."""
    own = keyword_number(header, f"CD{axis}_{axis}")
    if own is not None:
        return own
    return keyword_number(header, f"CDELT{axis}", 0) * keyword_number(header, f"PC{axis}_{axis}", 1)


def _is_logarithmic(header, ctype):
    """Whether IRAF's DC-FLAG, or the name of the axis, LOG..., says so; WAVE-LOG means something else."""
    words = str(header.get("WAT1_001", "")).lower()
    return (
        keyword_number(header, "DC-FLAG") == 1
        or ctype.startswith(("LOG", "LN"))
        or ctype == "WAVE_LOG"
        or ("log" in re.findall(r"label=\"?(\w+)", words))
    )


def _values(header, n, axis, ctype, unit):
    """Coordinates of the pixels of one axis, computed by astropy if the axis is not linear."""
    first, step = keyword_number(header, f"CRVAL{axis}"), _step(header, axis)
    offset = (np.arange(n) + 1 - keyword_number(header, f"CRPIX{axis}", 1)) * step
    if not re.fullmatch(r"[A-Z]{4}-(LOG|[A-Z]2[A-Z]|GR[IA]|TAB)", ctype):
        return first + offset
    is_short = abs(first) < 10 and (not is_said(unit) or unit.lower().startswith(("ang", "log")))
    if ctype.endswith("-LOG") and is_short:
        raise RefusedError(
            f"CTYPE{axis} = {ctype!r} with CRVAL{axis} = {first:g}: the FITS standard requires a "
            f"wavelength there, not its logarithm"
        )
    if ctype.endswith("-TAB"):
        raise RefusedError(f"CTYPE{axis} = {ctype!r}: its wavelengths are in a table; give a column")
    from astropy import units
    from astropy.wcs import WCS, WcsError

    keys = {
        "CTYPE1": ctype,
        "CRVAL1": first,
        "CDELT1": step,
        "CRPIX1": keyword_number(header, f"CRPIX{axis}", 1),
    }
    keys |= {"WCSAXES": 1, "CUNIT1": unit if is_said(unit) else "Angstrom" if first > 1500 else "m"}
    keys |= {key: header[key] for key in ("RESTWAV", "RESTFRQ") if key in header}
    keys |= {f"PV1_{i}": header[f"PV{axis}_{i}"] for i in range(8) if f"PV{axis}_{i}" in header}
    from astropy.io import fits

    try:
        axes = WCS(fits.Header(keys), naxis=1, fix=True)
        values = axes.wcs_pix2world(np.arange(n, dtype=float)[:, None], 0)[:, 0]
    except (ValueError, WcsError) as error:
        reason = str(error).splitlines()[-1]
        raise RefusedError(f"CTYPE{axis} = {ctype!r} in {unit!r} gives no wavelengths ({reason})") from error
    if not np.isfinite(values).any():
        raise RefusedError(
            f"CTYPE{axis} = {ctype!r} gives no wavelengths: are its keywords PV{axis}_m complete?"
        )
    own = units.Unit(str(axes.wcs.cunit[0]))
    return (
        (values * own).to_value(units.Unit(keys["CUNIT1"])) if own != units.Unit(keys["CUNIT1"]) else values
    )
