"""Headers and tables of FITS files, read in place, for the few values that are needed from many files.

`astropy.io.fits` parses every card of each header, which takes several times longer than all other work on a
survey spectrum. Here keywords are looked up in the bytes (FITS standard 4.0, section 4) and nothing else is
parsed. Anything unusual is left to astropy: the answer is then None.
"""

import functools
import io
import itertools
import math
import re
from dataclasses import dataclass

import numpy as np

__all__ = ["Hdu", "Header", "column_names", "hdus", "table"]

_BLOCK, _CARD, _MOST_AXES = 2880, 80, 999
_LONGEST = 400 * _BLOCK  # bytes of a header
_END = b"END".ljust(_CARD)
_TEXT = re.compile(rb"\s*'((?:[^']|'')*)'")
_REAL = re.compile(rb"[.DE]")
_WORDS = {b"T": True, b"F": False}
_NUMBERS = {"B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8", "A": "S1", "L": "S1"}
_FORM = re.compile(rb"TFORM(\d+) *= *'(\d*)([A-Z][^']*)'")
_NAME = re.compile(rb"TTYPE(\d+) *= *'([^']*)'")


class Header:
    """The cards of one header.

    Parameters
    ----------
    cards : bytes
        A multiple of 80.
    """

    def __init__(self, cards):
        self.cards = cards

    @functools.cached_property
    def _places(self):
        """Offset of the first card of each keyword with a value."""
        places = {}
        for at in range(0, len(self.cards), _CARD):
            places.setdefault(self.cards[at : at + 9], at)
        return places

    def get(self, keyword, default=None):
        """The value of a keyword of up to eight letters: text, a number or a truth value."""
        at = self._places.get(keyword.encode().ljust(8) + b"=")
        if at is None:
            return default
        value = self.cards[at + 9 : at + _CARD]
        if text := _TEXT.match(value):
            return text[1].decode("latin-1").replace("''", "'").rstrip()
        word = value.partition(b"/")[0].strip()
        if word in _WORDS:
            return _WORDS[word]
        if word.isdigit():
            return int(word)
        try:
            return float(word.replace(b"D", b"E")) if _REAL.search(word) else int(word)
        except ValueError:
            return default

    def __contains__(self, keyword):
        return self.get(keyword) is not None

    def __getitem__(self, keyword):
        if (value := self.get(keyword)) is None:
            raise KeyError(keyword)
        return value

    def matches(self, pattern):
        """Matches of a regular expression at the start of cards, in order."""
        return [match for match in pattern.finditer(self.cards) if match.start() % _CARD == 0]


@dataclass
class Hdu:
    """A header and the location of its data.

    Attributes
    ----------
    header : Header
    start : int
        Offset of the data from the beginning of the file, bytes.
    size : int
        Size of the data in bytes, without the padding of the last block.
    """

    header: Header
    start: int
    size: int


def _size(header):
    """Bytes of the data that follow a header; None where its keywords are not integers."""
    dimensions = header.get("NAXIS")
    if not isinstance(dimensions, int) or not 0 <= dimensions <= _MOST_AXES:
        return None
    axes = [header.get(f"NAXIS{i + 1}") for i in range(dimensions)]
    said = [header.get("BITPIX"), header.get("PCOUNT", 0), header.get("GCOUNT", 1), *axes]
    if any(not isinstance(value, int) for value in said) or min(said[1:]) < 0:
        return None
    return abs(said[0]) // 8 * said[2] * (said[1] + math.prod(axes)) if axes else 0


def hdus(file):
    """The headers of a FITS file, one after another, skipping the data between them.

    Parameters
    ----------
    file : binary file
        Positioned at its beginning; read lazily.

    Yields
    ------
    Hdu
        Stops at the first header that is incomplete or does not give the size of its data.
    """
    place = 0
    while True:
        file.seek(place)
        content, end = b"", -1
        while end < 0 and len(content) < _LONGEST:
            more = file.read(8 * _BLOCK)
            content += more
            end = content.find(_END)
            while end > 0 and end % _CARD:  # within a card
                end = content.find(_END, end + 1)
            if end < 0 and len(more) < 8 * _BLOCK:
                return
        header = Header(content[: max(end, 0)])
        if end < 0 or (size := _size(header)) is None:
            return
        yield (hdu := Hdu(header, place + -(-(end + _CARD) // _BLOCK) * _BLOCK, size))
        place = hdu.start + -(-hdu.size // _BLOCK) * _BLOCK


def column_names(header):
    """Names of the columns of a table; empty if one of them has no name."""
    cards = header.matches(_NAME)
    names = [card[2].decode("latin-1").rstrip() for card in cards]
    return names if _is_whole([int(card[1]) for card in cards], header) else []


def _is_whole(numbers, header):
    """Whether there is one card per column, in order."""
    return header.get("TFIELDS") == len(numbers) and numbers == list(range(1, len(numbers) + 1))


def table(file, hdu, columns):
    """Some columns of a binary table of plain cells, without copying the rows.

    Parameters
    ----------
    file : binary file
    hdu : Hdu
        The table.
    columns : sequence of str
        Names as in the header.

    Returns
    -------
    dict of str to array or None
        The columns found, (n_row,) or (n_row, n_cell); None if one is scaled or has another form, or if the
        file ends before the table does.
    """
    header = hdu.header
    forms = [(int(card[1]), int(card[2] or 1), card[3].decode().strip()) for card in header.matches(_FORM)]
    names = column_names(header)
    if not forms or not _is_whole([i for i, _, _ in forms], header):
        return None
    if any(kind not in _NUMBERS for _, _, kind in forms) or len(set(names)) < len(forms):
        return None
    dtypes = [(np.dtype(_NUMBERS[kind]), count) for _, count, kind in forms]
    ends = list(itertools.accumulate(dtype.itemsize * count for dtype, count in dtypes))
    rows, width = header.get("NAXIS2"), header.get("NAXIS1")
    if ends[-1] != width or hdu.start + rows * width > file.seek(0, io.SEEK_END):
        return None
    file.seek(hdu.start)
    content, found = file.read(rows * width), {}
    for name in columns:
        if name not in names:
            continue
        i = names.index(name) + 1
        if any(f"{key}{i}" in header for key in ("TSCAL", "TZERO", "TDIM", "TNULL")):
            return None
        dtype, count = dtypes[i - 1]
        form = (f"S{count}", ()) if dtype.kind == "S" else (dtype, (count,) if count != 1 else ())
        place = ends[i - 1] - dtype.itemsize * count
        cells = np.dtype({"names": [name], "formats": [form], "offsets": [place], "itemsize": width})
        found[name] = np.frombuffer(content, cells)[name]
    return found
