"""MK spectral types: parsing, formatting, and the numbers used by classifiers.

The temperature sequence O0 ... M9 is numbered 0 ... 69 and the luminosity classes I ... V are numbered
0 ... 4, as in Sharma et al. 2020, section 4.1.
"""

import re
from dataclasses import dataclass

import numpy as np

from obafgkm.errors import SpectralTypeError

__all__ = [
    "LUMINOSITY_CLASSES",
    "MAIN_CLASSES",
    "N_CLASSES",
    "MKType",
    "class_from_code",
    "class_name",
    "code_from_class",
    "luminosity_from_code",
    "main_class",
    "parse",
    "spectral_code",
    "whole_class",
]

MAIN_CLASSES = "OBAFGKM"
LUMINOSITY_CLASSES = ("I", "II", "III", "IV", "V")
N_CLASSES = 10 * len(MAIN_CLASSES)
_CODE_OFFSET = 5.5  # contribution of luminosity class III to a spectral code


@dataclass(frozen=True)
class MKType:
    """One star's type on the MK system.

    Attributes
    ----------
    main : str
        One of ``OBAFGKM``.
    subclass : float
        0 <= subclass < 10; half and quarter subclasses occur.
    luminosity : int or None
        0 ... 4 for I ... V; None if the type gives none, or one outside I ... V.
    """

    main: str
    subclass: float
    luminosity: int | None = None

    @property
    def number(self):
        """Class number 0 ... 69. O9.5 is 9: a fraction stays within its subclass, hence its main class."""
        return 10 * MAIN_CLASSES.index(self.main) + int(self.subclass)

    def __str__(self):
        luminosity = "" if self.luminosity is None else LUMINOSITY_CLASSES[self.luminosity]
        return f"{self.main}{self.subclass:g}{luminosity}"


# An abundance or evolution prefix: subdwarf, dwarf, giant, supergiant; Pickles's metal-weak and metal-rich.
_PREFIX = re.compile(r"(?P<prefix>e?sd|usd|sg|[dgcrw](?=[OBAFGKM]\d))[:\s]*")
_PREFIX_LUMINOSITY = {"d": 4, "g": 2, "sg": 3, "c": 0}
_NOT_O_TO_M = re.compile("[CDLNPRSTWY]")  # carbon stars, white and brown dwarfs, Wolf-Rayet stars ...
# Am stars are typed by calcium (k), hydrogen (h) and metal (m) lines; hydrogen indicates the temperature.
_HYDROGEN_TYPE = re.compile(r"(?:k[OBAFGKM]\d(?:\.\d)?)?h(?=[OBAFGKM]\d)")
_TEMPERATURE = re.compile(r"(?P<main>[OBAFGKM])\s?(?P<subclass>\d(?:\.\d{0,2})?)?", re.ASCII)
_LUMINOSITY = re.compile(
    r"""
    [:?_\s]*
    (?:[-/]?[OBAFGKM]?\d(?:\.\d+)?[:?]*)?     # a range: G5/G6, A0/1, F5-6, and Pickles's B57
    [-+]?                                     # slightly earlier or later: K0-III, G8+III
    (?:[kmw][OBAFGKM]\d(?:/\d|\.\d)?)*       # the type of the metal lines: hF5mF2V, G8wF8III
    [a-zE:?(\s]*                              # peculiarities, before an uncertain class (V)
    (?P<roman>[IV]*)
    """,
    re.ASCII | re.VERBOSE,
)


def parse(text):
    """Read a spectral type as catalogues print it.

    The first component of a composite (``G8III+A2``) and the first member of a range (``G5/G6``, ``III-IV``)
    are used; peculiarities are ignored; Ia, Iab and Ib become I. Am stars get the type of their hydrogen
    lines.

    Parameters
    ----------
    text : str

    Returns
    -------
    MKType

    Raises
    ------
    SpectralTypeError
        If there is no main class among OBAFGKM or no subclass; ``reason`` says which.

    Examples
    --------
    >>> str(parse("G5/G6IVw")), str(parse("B0.5Ibe...")), parse("K2III").number
    ('G5IV', 'B0.5I', 52)
    """
    rest = re.sub(r"^(MP|[\[\](?:~\s'\"])+", "", "" if text is None else str(text))
    rest = re.sub(r"^0(?=\d)", "O", rest)  # the MILES table has the digit in 07Ia, 08 Ib and 09Ib
    if not rest.strip(".-") or rest == "nan":
        raise SpectralTypeError(text, "no type given")
    prefix = _PREFIX.match(rest)
    if prefix:
        rest = rest[prefix.end() :]
    elif _NOT_O_TO_M.match(rest):
        raise SpectralTypeError(text, "not a star of classes O to M")
    if hydrogen := _HYDROGEN_TYPE.match(rest):
        rest = rest[hydrogen.end() :]
    temperature = _TEMPERATURE.match(rest)
    if not temperature:
        raise SpectralTypeError(text, "no temperature class")
    if temperature["subclass"] is None:
        raise SpectralTypeError(text, "no subclass")
    luminosity = _luminosity(prefix, rest[temperature.end() :])
    return MKType(temperature["main"], float(temperature["subclass"]), luminosity)


def _luminosity(prefix, rest):
    """Luminosity number from the text after the subclass, else from the old-style prefix d, g, sg, c."""
    roman = _LUMINOSITY.match(rest)["roman"]
    if roman in LUMINOSITY_CLASSES:
        return LUMINOSITY_CLASSES.index(roman)
    return _PREFIX_LUMINOSITY.get(prefix["prefix"]) if prefix and not roman else None


def class_name(number):
    """Name of a class number, 0 ... 69: ``class_name(35) == 'F5'``."""
    return f"{MAIN_CLASSES[int(number) // 10]}{int(number) % 10}"


def main_class(number):
    """Index 0 ... 6 of the main class of class numbers (array-like of int or float).

    Predictions of a regressor beyond the sequence count as its first or last class.
    """
    return np.clip(np.asarray(number) // 10, 0, len(MAIN_CLASSES) - 1).astype(int)


def whole_class(number):
    """Class number, 0 ... 69, of continuous class numbers such as a regressor predicts.

    It is given by the leading digits of the spectral code, as Sharma et al. 2020 decode it (section 4.1):
    every code from 2900 to 2999 is a B9. Integers are unchanged.
    """
    return np.clip(np.floor(np.asarray(number) + _CODE_OFFSET / 100.0), 0, N_CLASSES - 1).astype(int)


def spectral_code(number, luminosity):
    """Spectral code of Sharma et al. 2020, Eq. 10: ``1000 A1 + 100 A2 + (1.5 + 2 A3)``.

    Parameters
    ----------
    number, luminosity : array-like of int
        Class number 0 ... 69 and luminosity number 0 ... 4.

    Returns
    -------
    array of float
        B9V (19, 4) gives 2909.5, K2III (52, 2) gives 6205.5.
    """
    number = np.asarray(number)
    return 1000.0 * (number // 10 + 1) + 100.0 * (number % 10) + 1.5 + 2.0 * np.asarray(luminosity)


def class_from_code(code):
    """Continuous class number of spectral codes; the inverse of Eq. 10.

    A code cannot distinguish a fraction of a subclass from a luminosity class: for codes made by
    `spectral_code` this is the class number to within 0.04 (exact for III). `whole_class` gives the class.
    """
    return (np.asarray(code, float) - 1000.0 - _CODE_OFFSET) / 100.0


def code_from_class(number):
    """Spectral codes of continuous class numbers; the inverse of `class_from_code`."""
    return 100.0 * np.asarray(number, float) + 1000.0 + _CODE_OFFSET


def luminosity_from_code(code, characters=3):
    """Luminosity number whose code 1.5, 3.5, ... 9.5 is nearest to the last digits of spectral codes.

    Sharma et al. 2020 match the last three characters, "1.5" in 6201.5 (section 4.1), ignoring the tens
    digit: both 6201.5 and 6231.5 are I. The whole remainder of a subclass has one more character, "01.5";
    with it, every code above 08.5 is V.

    Parameters
    ----------
    code : array-like of float
        Rounded to one decimal first.
    characters : int
        Number of characters used, including the decimal point.
    """
    last = np.round(np.asarray(code, float), 1) % 10.0 ** (characters - 2)
    return np.abs(np.expand_dims(last, -1) - (1.5 + 2.0 * np.arange(5))).argmin(-1)
