"""IRAF's multispec: each row of an image has its own wavelengths, in the keywords WAT2_nnn.

The functions are those of "The IRAF/NOAO Spectral World Coordinate Systems" (Valdes 1993), Section 5.
"""

import re

import numpy as np
from numpy.polynomial import chebyshev, legendre

from obafgkm.classify.reading import medium as media
from obafgkm.classify.reading.axes import Wavelengths, keyword_number
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.units import to_angstrom

__all__ = ["is_multispec", "multispec_wavelengths"]

_POLYNOMIALS = {1: chebyshev.chebval, 2: legendre.legval}
_SPLINES = {3: 3, 4: 1}  # their degrees


def is_multispec(header):
    """Whether a header describes wavelengths in this way."""
    kinds = (str(header.get(f"CTYPE{axis}", "")).upper() for axis in (1, 2))
    return any(kind.startswith("MULTISPE") for kind in kinds)


def multispec_wavelengths(header, n):
    """Wavelengths of the rows.

    Parameters
    ----------
    header : mapping
    n : int
        Pixels per row.

    Returns
    -------
    list of Wavelengths
        One per row; NaN beyond the row's own pixels.

    Raises
    ------
    RefusedError
        If they are not given, by a function that is not supported, or by keywords that are not numbers.
    """
    # Each keyword holds 68 characters; readers drop trailing blanks.
    text = "".join(str(header[key]).ljust(68) for key in sorted(k for k in header if k.startswith("WAT2_")))
    words = [found[1] for found in re.finditer(r"spec\d+\s*=\s*\"([^\"]*)\"", text)]
    if not words:
        raise RefusedError("CTYPE1 = 'MULTISPE' without the keywords WAT2_nnn: it has no wavelengths")
    found = re.search(r"units=\"?([\w.]+)", str(header.get("WAT1_001", "")))
    unit, (medium, source) = found[1] if found else "", media.by_header(header)
    # Of a section of an image, WAT2 still counts the pixels of the whole.
    if not (scale := keyword_number(header, "LTM1_1", 1)):
        raise RefusedError("LTM1_1 = 0, so that the wavelengths are not known")
    pixels = (np.arange(1, n + 1) - keyword_number(header, "LTV1", 0)) / scale
    rows = []
    for number, row in enumerate(words, 1):
        try:
            values = _row([float(word) for word in row.split()], pixels, number)
        except (ValueError, IndexError):
            said = row if len(row) < 80 else f"{row[:80]}..."
            raise RefusedError(f"WAT2 gives row {number} the wavelengths {said!r}, not understood") from None
        wave, said, is_guessed, _ = to_angstrom(values, unit, label="the axis of wavelengths (WAT1_001)")
        rows.append(Wavelengths(wave, f"WAT2 spec{number} ({said})", medium, source, is_guessed))
    return rows


def _row(numbers, pixels, number):
    """Wavelengths of one row: "aperture beam type first step pixels z low high [functions]"."""
    kind, first, step, own, redshift = int(numbers[2]), *numbers[3:7]
    if kind == -1:
        raise RefusedError(f"row {number} has no wavelengths (WAT2 says type -1)")
    if kind == 2:
        values = _function(numbers[9:], pixels)
    else:
        values = first + step * (pixels - 1)
        values = 10**values if kind == 1 else values
    return np.where(pixels <= own, values / (1 + redshift), np.nan)


def _function(numbers, pixels):
    """Sum of weighted dispersion functions; tables of wavelengths are refused."""
    total = np.zeros_like(pixels)
    while numbers:
        weight, shift, kind, order, low, high, *coefficients = numbers
        if kind not in _POLYNOMIALS | _SPLINES:
            raise RefusedError(
                f"IRAF's dispersion function of type {kind:g} is not supported: resample with dispcor first"
            )
        count = int(order) + _SPLINES.get(kind, 0)
        own, numbers = coefficients[:count], coefficients[count:]
        if order < 1 or len(own) < count or low == high:
            raise ValueError(f"{len(own)} coefficients for pixels {low} to {high}")
        place = (pixels - low) / (high - low)
        if kind in _POLYNOMIALS:
            values = _POLYNOMIALS[kind](2 * place - 1, own)
        else:
            values = _spline(place * order, _SPLINES[kind], np.array(own))
        total += weight * (shift + values)
    return total


def _spline(place, degree, coefficients):
    """A linear or cubic spline of pieces of unit length.

    The coefficients of cubic ones are a sixth of those of B-splines.
    """
    piece = np.clip(np.floor(place).astype(int), 0, len(coefficients) - degree - 1)
    b = place - piece
    a = 1 - b
    weights = [a, b] if degree == 1 else [a**3, 1 + 3 * a * (1 + a * b), 1 + 3 * b * (1 + a * b), b**3]
    return sum(weight * coefficients[piece + i] for i, weight in enumerate(weights))
