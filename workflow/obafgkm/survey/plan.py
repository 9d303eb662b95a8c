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
        names.append(f"{len(names):06d}-{_checksum(text.encode())}")
        (folder / f"{names[-1]}.csv").write_text(text, encoding="utf-8")
        total += len(chunk)
    if not total:
        raise ArchiveFileError(folder, "survey.spectra names no spectra")
    (folder / _PLAN).write_text(json.dumps({"entries": total, "chunks": names}, indent=1) + "\n")


def chunk_names(folder):
    """Names of a plan's chunks, in order."""
    return json.loads((Path(folder) / _PLAN).read_text())["chunks"]


def read_chunk(path):
    """The entries of a chunk, as dicts of text."""
    with open(path, encoding="utf-8", newline="") as file:
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
        raise ArchiveFileError(path, f"not the file that was written: delete {path.parent} and run again")
    return read_chunk(path)


def write_chunk(path, entries):
    """Write entries, completely or not at all."""
    new = f"{path}.part"
    with open(new, "w", encoding="utf-8", newline="") as file:
        file.write(_text(entries))
    os.replace(new, path)


def _checksum(content):
    return hashlib.sha256(content).hexdigest()[:10]


def _text(entries):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries)
    return buffer.getvalue()
