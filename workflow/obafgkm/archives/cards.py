"""Headers and tables of FITS files, read where they lie, for the few values that are wanted of many files.

`astropy.io.fits` parses every card of a header that it meets, which takes several times as long as all else
that is done to a spectrum of a survey. Here a value is looked for in the bytes (FITS standard 4.0, section
4), and nothing else is parsed. Whatever is out of the ordinary is left to astropy: the answer is then None.
"""

import math
import re

import numpy as np

__all__ = ["Hdu", "Header", "column_names", "hdus", "table"]

_BLOCK, _CARD = 2880, 80
_LONGEST = 400 * _BLOCK  # bytes of a header
_END = b"END".ljust(_CARD)
_TEXT = re.compile(rb"\s*'((?:[^']|'')*)'")
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

    def get(self, keyword, default=None):
        """The value of a keyword of up to eight letters: text, a number or a truth value."""
        start = keyword.encode().ljust(8) + b"="
        at = self.cards.find(start)
        while at % _CARD:  # which -1, for none, is not free of either
            if at < 0:
                return default
            at = self.cards.find(start, at + 1)
        value = self.cards[at + 9 : at + _CARD]
        if text := _TEXT.match(value):
            return text[1].decode("latin-1").replace("''", "'").rstrip()
        word = value.partition(b"/")[0].strip()
        if word in _WORDS:
            return _WORDS[word]
        try:
            return float(word.replace(b"D", b"E")) if re.search(rb"[.DE]", word) else int(word)
        except ValueError:
            return default

    def __contains__(self, keyword):
        return self.get(keyword) is not None

    def __getitem__(self, keyword):
        if (value := self.get(keyword)) is None:
            raise KeyError(keyword)
        return value

    def matches(self, pattern):
        """Matches of a regular expression at the beginning of cards, in their order."""
        return [match for match in pattern.finditer(self.cards) if match.start() % _CARD == 0]


class Hdu:
    """A header and where its data lie.

    Attributes
    ----------
    header : Header
    start : int
        Of the data, bytes from the beginning of the file.
    size : int
        Of the data in bytes, without what fills the last block.
    """

    def __init__(self, header, start):
        self.header, self.start = header, start
        axes = [header.get(f"NAXIS{i + 1}", 0) for i in range(header.get("NAXIS", 0))]
        count = header.get("GCOUNT", 1) * (header.get("PCOUNT", 0) + math.prod(axes)) if axes else 0
        self.size = abs(header.get("BITPIX", 8)) // 8 * count


def hdus(file):
    """The headers of a FITS file, one after another; the data between them are passed over.

    Parameters
    ----------
    file : binary file
        At its beginning. What is asked for later is read when it is asked for.

    Yields
    ------
    Hdu
        Nothing more from where there is no whole header.
    """
    place = 0
    while True:
        file.seek(place)
        content, end = b"", -1
        while end < 0 and len(content) < _LONGEST:
            more = file.read(8 * _BLOCK)
            content += more
            if len(more) < 8 * _BLOCK and _END not in content:
                return
            end = content.find(_END)
            while end > 0 and end % _CARD:
                end = content.find(_END, end + 1)
        if end < 0:
            return
        hdu = Hdu(Header(content[:end]), place + -(-(end + _CARD) // _BLOCK) * _BLOCK)
        yield hdu
        place = hdu.start + -(-hdu.size // _BLOCK) * _BLOCK


def column_names(header):
    """Names of the columns of a table; none where one of them has no name."""
    cards = header.matches(_NAME)
    names = [card[2].decode("latin-1").rstrip() for card in cards]
    is_whole = [int(card[1]) for card in cards] == list(range(1, header.get("TFIELDS", 0) + 1))
    return names if is_whole else []


def table(file, hdu, columns):
    """Some columns of a binary table of plain cells, in the rows' own bytes.

    Parameters
    ----------
    file : binary file
    hdu : Hdu
        Of the table.
    columns : sequence of str
        Names as the header has them.

    Returns
    -------
    dict of str to array or None
        Columns that are there, (n_row,) or (n_row, n_cell); None where one is scaled or of another form, or
        where the file ends before the table does.
    """
    header = hdu.header
    forms = [(int(card[1]), int(card[2] or 1), card[3].decode().strip()) for card in header.matches(_FORM)]
    names = column_names(header)
    if [i for i, _, _ in forms] != list(range(1, header.get("TFIELDS", 0) + 1)) or not forms:
        return None
    if any(kind not in _NUMBERS for _, _, kind in forms) or len(set(names)) < len(forms):
        return None
    dtypes = [(np.dtype(_NUMBERS[kind]), count) for _, count, kind in forms]
    ends = np.cumsum([dtype.itemsize * count for dtype, count in dtypes])
    rows, width = header.get("NAXIS2", 0), header.get("NAXIS1", 0)
    if ends[-1] != width:
        return None
    file.seek(hdu.start)
    content = file.read(rows * width)
    if len(content) < rows * width:
        return None
    found = {}
    for name in columns:
        if name not in names:
            continue
        i = names.index(name) + 1
        if any(f"{key}{i}" in header for key in ("TSCAL", "TZERO", "TDIM", "TNULL")):
            return None
        dtype, count = dtypes[i - 1]
        form = (f"S{count}", ()) if dtype.kind == "S" else (dtype, (count,) if count != 1 else ())
        place = int(ends[i - 1]) - dtype.itemsize * count
        cells = np.dtype({"names": [name], "formats": [form], "offsets": [place], "itemsize": width})
        found[name] = np.frombuffer(content, cells)[name]
    return found
