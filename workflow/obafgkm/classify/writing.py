"""The table of answers: on a terminal, as CSV, and as ECSV, FITS or VOTable with units and descriptions."""

import csv
import os
from pathlib import Path

import numpy as np

import obafgkm
from obafgkm.classify.answers import COLUMNS
from obafgkm.errors import ObafgkmError
from obafgkm.report import catalogues

__all__ = ["FORMATS", "TableWriter", "heading", "line"]

FORMATS = (".csv", *catalogues.FORMATS)

# The printed columns: heading, width, and what stands there.
_PRINTED = {
    "type": (6, lambda row: row["type"]),
    "68%": (6, lambda row: _range(row, 68)),
    "95%": (6, lambda row: _range(row, 95)),
    "luminosity": (14, lambda row: ",".join(row["luminosities"].split()[:2])),
    "alternatives": (23, lambda row: ",".join(row["alternatives"].split()[:3])),
    "S/N": (5, lambda row: _number(row["snr"], 0)),
    "cover": (5, lambda row: _number(row["coverage"], 2)),
    "flags": (14, lambda row: row["flags"]),
    "name": (20, lambda row: row["name"].replace(" ", "_")),
    "file": (0, lambda row: row["file"].replace(" ", "_")),
}


def heading():
    """The line above the printed table."""
    return _joined(_PRINTED)


def line(row):
    """A printed row: words that blanks separate, '-' where there is nothing."""
    return _joined(show(row) or "-" for _, show in _PRINTED.values())


def _joined(words):
    widths = (width for width, _ in _PRINTED.values())
    return "  ".join(word.ljust(width) for word, width in zip(words, widths, strict=True)).rstrip()


def _range(row, percent):
    low, high = row[f"class_{percent}_low"], row[f"class_{percent}_high"]
    return low if low == high else f"{low}-{high}"


def _number(value, digits):
    return "" if np.isnan(value) else f"{round(value, digits) + 0.0:.{digits}f}"  # never -0


class TableWriter:
    """A table that is written as its rows come, and that stands under its name only when it is whole.

    Rows of CSV are written at once, into ``<name>.part``, which an interruption leaves behind; the other
    formats are written at the end.

    Parameters
    ----------
    path : path
        Ends in ``.csv``, ``.ecsv``, ``.fits`` or ``.vot``.

    Raises
    ------
    ObafgkmError
        If it ends otherwise, or cannot be written.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.part = self.path.with_name(self.path.name + ".part")
        self._rows = []
        if self.path.suffix not in FORMATS:
            raise ObafgkmError(f"{path}: a table is written as {', '.join(FORMATS)}; the ending says which")
        try:
            self._file = self.part.open("w", newline="")
        except OSError as error:
            raise ObafgkmError(f"{path}: cannot be written ({error.strerror})") from error
        if self.path.suffix == ".csv":
            self._csv = csv.DictWriter(self._file, COLUMNS, lineterminator="\n")
            self._csv.writeheader()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._file.close()
        if kind is None:
            if self.path.suffix != ".csv":
                self._write_whole()
            os.replace(self.part, self.path)
        elif self.path.suffix != ".csv":
            self.part.unlink()

    def write(self, row):
        """Add a row, a dict with the keys of `COLUMNS`."""
        if self.path.suffix == ".csv":
            self._csv.writerow({key: _plain(value) for key, value in row.items()})
            self._file.flush()
        else:
            self._rows.append(row)

    def _write_whole(self):
        from astropy.table import Table

        table = Table()
        for key, column in COLUMNS.items():
            values = [row[key] for row in self._rows]
            if self.path.suffix == ".fits" and column.kind is str:  # which knows ASCII only
                values = [
                    text.replace("Å", "Angstrom").encode("ascii", "backslashreplace") for text in values
                ]
            table[key] = np.array(values)
            catalogues.describe(table, key, column.meaning, column.ucd, column.unit)
        table.meta["CREATOR"] = f"obafgkm classify {obafgkm.__version__}"
        catalogues.write_catalogue(table, self.part, self.path.suffix)


def _plain(value):
    """Six digits of a number, nothing where there is none."""
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.6g}"
    return value
