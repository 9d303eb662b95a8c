"""The plan of a survey: one table of entries per chunk, named by its content."""

import csv
import hashlib
import io
import itertools
import json
import os
from pathlib import Path

from obafgkm.errors import ArchiveFileError
from obafgkm.survey.entries import COLUMNS

__all__ = ["chunk_names", "read_chunk", "read_planned", "write_chunk", "write_plan"]

_PLAN = "plan.json"
_DAMAGED = "not the file that was written"


def write_plan(entries, folder, size):
    """Divide entries into chunks, with one in memory at a time.

    A chunk's name ends with the checksum of its table: as long as its content is unchanged, so is its name,
    and its results are not recomputed.

    Parameters
    ----------
    entries : iterable of dict
        See `obafgkm.survey.entries.read_entries`.
    folder : path
        Folder for ``<chunk>.csv`` and ``plan.json``, replaced if it exists.
    size : int
        Entries per chunk.

    Raises
    ------
    ArchiveFileError
        If there is no entry.
    """
    folder, entries, total, names = Path(folder), iter(entries), 0, []
    folder.mkdir(parents=True, exist_ok=True)
    while chunk := list(itertools.islice(entries, size)):
        text = _text(chunk)
        names.append(f"{len(names):06d}-{_checksum(text)}")
        (folder / f"{names[-1]}.csv").write_bytes(text)
        total += len(chunk)
    if not total:
        raise ArchiveFileError(folder, "survey.spectra names no spectra")
    plan = {"entries": total, "sha256": _checksum("\n".join(names).encode()), "chunks": names}
    (folder / _PLAN).write_text(json.dumps(plan, indent=1) + "\n", encoding="utf-8")


def chunk_names(folder):
    """Names of a plan's chunks, in order.

    Raises
    ------
    ArchiveFileError
        If the plan has another content than the one that was written: chunks would be left out.
    """
    path = Path(folder) / _PLAN
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
        names = plan["chunks"]
        if plan["sha256"] == _checksum("\n".join(names).encode()):
            return names
    except (OSError, ValueError, TypeError, KeyError):
        pass
    raise ArchiveFileError(path, f"{_DAMAGED}: delete {folder} and run again")


def read_chunk(path):
    """The entries of a chunk, as dicts of text."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return [{key: value for key, value in row.items() if value} for row in csv.DictReader(file)]


def read_planned(path):
    """The entries of a chunk of a plan, whose name ends with its checksum.

    Raises
    ------
    ArchiveFileError
        If it has another content: spectra would be left out, or types kept under a wrong name.
    """
    path = Path(path)
    if not path.stem.endswith(f"-{_checksum(path.read_bytes())}"):
        raise ArchiveFileError(path, f"{_DAMAGED}: delete {path.parent} and run again")
    return read_chunk(path)


def write_chunk(path, entries):
    """Write entries, completely or not at all."""
    new = f"{path}.part"
    Path(new).write_bytes(_text(entries))
    os.replace(new, path)


def _checksum(content):
    return hashlib.sha256(content).hexdigest()[:10]


def _text(entries):
    """Entries as CSV, in bytes, as names of files are."""
    buffer = io.StringIO()
    # Before Python 3.13 a carriage return is written without quotes, but read as the end of a row.
    has_return = any("\r" in str(value) for row in entries for value in row.values())
    quoted = csv.QUOTE_ALL if has_return else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\n", quoting=quoted)
    writer.writeheader()
    writer.writerows(entries)
    return buffer.getvalue().encode("utf-8", "surrogateescape")
