"""The table of results: on a terminal, as CSV, and as ECSV, FITS or VOTable with units and descriptions."""

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
except ImportError:  # not a Unix system: no locks are available
    fcntl = None

FORMATS = (".csv", *catalogues.FORMATS)
_CREATOR = "obafgkm classify"

# The printed columns: heading, width and content.
_PRINTED = {
    "type": (6, lambda row: row["type"]),
    "68%": (6, lambda row: _range(row, 68)),
    "95%": (6, lambda row: _range(row, 95)),
    "luminosity": (16, lambda row: ",".join(row["luminosities"].split()[:2])),
    "alternatives": (23, lambda row: ",".join(row["alternatives"].split()[:3])),
    "S/N": (5, lambda row: _number(row["snr"], 0)),
    "cover": (5, lambda row: _number(row["coverage"], 2)),
    "flags": (14, lambda row: row["flags"].replace("other_kind", row["kind"].replace(" ", "_"))),
    "name": (20, lambda row: printable(row["name"]).replace(" ", "_")),
    "file": (0, lambda row: printable(row["file"]).replace(" ", "_")),
}


def heading():
    """Header of the printed table."""
    return _joined(_PRINTED)


def line(row):
    """A printed row: fields separated by spaces, '-' for missing values."""
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
    """A table that is written row by row and takes its name only when complete.

    CSV rows are written immediately to ``<name>.part``, which remains after an interruption; the other
    formats are written at the end. The table is locked against other writers.

    Parameters
    ----------
    path : path
        Ends in ``.csv``, ``.ecsv``, ``.fits`` or ``.vot``.
    files : sequence of path
        Input files, which must not be replaced.

    Raises
    ------
    ObafgkmError
        If it has another suffix, cannot be written, is being written, or would replace a file that is not
        such a table.
    """

    def __init__(self, path, files=()):
        self.path = Path(path)
        self._rows = []
        if self.path.suffix not in FORMATS:
            endings = ", ".join(FORMATS)
            raise ObafgkmError(f"'{path}': a table is written as {endings}; the ending says which")
        self.part = self.path.with_name(self.path.name + ".part")
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
                os.replace(self.part, self.path)  # before closing the file releases the lock
            elif not is_csv:
                self.part.unlink()
        except OSError as error:
            raise self._not_written(error) from error
        finally:
            with contextlib.suppress(OSError):  # of what could not be flushed
                self._text.close()

    def _not_written(self, error):
        """What to say if the disk is full, or otherwise refuses; only the rows of CSV are of use then."""
        kept = f"; the rows so far are in {self.part}" if self.path.suffix == ".csv" else ""
        if not kept:
            self.part.unlink(missing_ok=True)
        return ObafgkmError(f"{self.path}: cannot be written ({error.strerror or error}){kept}")

    def write(self, row):
        """Add a row, a dict with the keys of `COLUMNS`."""
        if self.path.suffix == ".csv":
            try:
                self._csv.writerow({key: _plain(value) for key, value in row.items()})
                self._text.flush()
            except OSError as error:
                raise self._not_written(error) from error
        else:
            self._rows.append(row)

    def _write_whole(self):
        from astropy.table import Table

        table = Table()
        for key, column in COLUMNS.items():
            values = [row[key] for row in self._rows]
            if column.kind is str:
                values = [printable(text) for text in values]
            if self.path.suffix == ".fits" and column.kind is str:  # FITS allows ASCII only
                values = [
                    text.replace("Å", "Angstrom").encode("ascii", "backslashreplace") for text in values
                ]
            table[key] = np.array(values)
            catalogues.describe(table, key, column.meaning, column.ucd, column.unit)
        table.meta["CREATOR"] = f"{_CREATOR} {obafgkm.__version__}"
        target = self._file if self.path.suffix == ".fits" else self._text
        catalogues.write_catalogue(table, target, self.path.suffix)


def _plain(value):
    """A number with six digits, empty if missing; text that no spreadsheet would execute."""
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.6g}"
    return spreadsheet_cell(value)


def _refuse_to_replace(path, files):
    """Refuse to replace an input file, a link, or anything but an older table, complete or not."""
    if path.is_symlink():
        raise ObafgkmError(f"{path}: is a link, which the table would replace: name a file after --output")
    try:
        found = path.stat()
    except OSError:  # there is none, or writing it will show the error
        return
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            if os.path.samestat(found, os.stat(file)):
                raise ObafgkmError(f"{path}: is also a file to be read, which the table would replace")
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise ObafgkmError(f"{path}: is {what}: give another name after --output")
    if found.st_size and not _is_table(path):
        raise ObafgkmError(
            f"{path}: exists, and is not a table of obafgkm classify: give another name after --output, or "
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
    """An empty file at the path of the part, locked by no one else."""
    while True:
        try:
            file = open(part, "a+b")  # noqa: SIM115 (stays open and locked)
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
        file.close()  # its owner has just renamed it
