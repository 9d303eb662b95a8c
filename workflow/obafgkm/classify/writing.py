"""The table of answers: on a terminal, as CSV, and as ECSV, FITS or VOTable with units and descriptions."""

import contextlib
import csv
import io
import os
import stat
from pathlib import Path

import numpy as np

import obafgkm
from obafgkm.classify.answers import COLUMNS
from obafgkm.classify.printable import printable, spreadsheet_cell
from obafgkm.errors import ObafgkmError
from obafgkm.report import catalogues

__all__ = ["FORMATS", "TableWriter", "heading", "line"]

try:
    import fcntl
except ImportError:  # not a system of the Unix kind: there are no locks to be had
    fcntl = None

FORMATS = (".csv", *catalogues.FORMATS)
_CREATOR = "obafgkm classify"

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
    "name": (20, lambda row: printable(row["name"]).replace(" ", "_")),
    "file": (0, lambda row: printable(row["file"]).replace(" ", "_")),
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
    formats are written at the end. Nobody else can write the same table meanwhile.

    Parameters
    ----------
    path : path
        Ends in ``.csv``, ``.ecsv``, ``.fits`` or ``.vot``.
    files : sequence of path
        What is read, and must not be replaced.

    Raises
    ------
    ObafgkmError
        If it ends otherwise, cannot be written, is being written, or would replace something that is no
        table of this kind.
    """

    def __init__(self, path, files=()):
        self.path = Path(path)
        self.part = self.path.with_name(self.path.name + ".part")
        self._rows = []
        if self.path.suffix not in FORMATS:
            raise ObafgkmError(f"{path}: a table is written as {', '.join(FORMATS)}; the ending says which")
        for own in (self.path, self.part):
            _refuse_to_replace(own, files)
        self._file = _locked(self.path, self.part)
        self._text = io.TextIOWrapper(self._file, "utf-8", newline="", write_through=True)
        if self.path.suffix == ".csv":
            self._csv = csv.DictWriter(self._text, COLUMNS, lineterminator="\n")
            self._csv.writeheader()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        is_csv = self.path.suffix == ".csv"
        try:
            if kind is None and not is_csv:
                self._write_whole()
            self._text.flush()
            if kind is None:
                os.replace(self.part, self.path)  # before the lock goes with the open file
            elif not is_csv:
                self.part.unlink()
        finally:
            self._text.close()

    def write(self, row):
        """Add a row, a dict with the keys of `COLUMNS`."""
        if self.path.suffix == ".csv":
            self._csv.writerow({key: _plain(value) for key, value in row.items()})
            self._text.flush()
        else:
            self._rows.append(row)

    def _write_whole(self):
        from astropy.table import Table

        table = Table()
        for key, column in COLUMNS.items():
            values = [row[key] for row in self._rows]
            if column.kind is str:
                values = [printable(text) for text in values]
            if self.path.suffix == ".fits" and column.kind is str:  # which knows ASCII only
                values = [
                    text.replace("Å", "Angstrom").encode("ascii", "backslashreplace") for text in values
                ]
            table[key] = np.array(values)
            catalogues.describe(table, key, column.meaning, column.ucd, column.unit)
        table.meta["CREATOR"] = f"{_CREATOR} {obafgkm.__version__}"
        target = self._file if self.path.suffix == ".fits" else self._text
        catalogues.write_catalogue(table, target, self.path.suffix)


def _plain(value):
    """Six digits of a number, nothing where there is none; a text that no spreadsheet would run."""
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.6g}"
    return spreadsheet_cell(value)


def _refuse_to_replace(path, files):
    """Refuse to replace what is read, or anything but an older table, whole or not."""
    try:
        found = path.stat()
    except OSError:  # there is none; or what is wrong with it shows when it is written
        return
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            if os.path.samestat(found, os.stat(file)):
                raise ObafgkmError(f"{path}: is also a file to be read, which the table would replace")
    if stat.S_ISREG(found.st_mode) and found.st_size and not _is_table(path):
        raise ObafgkmError(
            f"{path}: exists, and is no table of obafgkm classify: give another name after --output, or "
            "delete it first"
        )


def _is_table(path):
    with open(path, "rb") as file:
        start = file.read(1 << 16)
    columns = start.split(b"\n")[0].split(b",")
    if columns[:2] == [b"file", b"name"] and b"type" in columns:
        return True
    return start.startswith((b"# %ECSV", b"SIMPLE  =", b"<?xml")) and _CREATOR.encode() in start


def _locked(path, part):
    """An empty file that nobody else has locked, at the path of the part."""
    while True:
        try:
            file = open(part, "a+b")  # noqa: SIM115 (it stays open, and locked)
        except OSError as error:
            raise ObafgkmError(f"{path}: cannot be written ({error.strerror})") from error
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise ObafgkmError(
                f"{path}: another run is writing it; give another name after --output"
            ) from error
        except OSError:  # a file system without locks
            pass
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.stat(part)):
                file.truncate(0)
                return file
        file.close()  # its owner has just given it its name
