"""The plan of a survey: a table of entries for each chunk, named by what it holds."""

import csv
import hashlib
import io
import itertools
import json
import os
from pathlib import Path

from obafgkm.errors import ArchiveFileError
from obafgkm.survey.entries import COLUMNS

__all__ = ["chunk_names", "read_chunk", "write_chunk", "write_plan"]

_PLAN = "plan.json"


def write_plan(entries, folder, size):
    """Divide entries into chunks, of which one at a time is in memory.

    A chunk's name ends in the checksum of its table: while it holds the same, it has the same name, and what
    was made of it is not made again.

    Parameters
    ----------
    entries : iterable of dict
        See `obafgkm.survey.entries.read_entries`.
    folder : path
        Made anew for ``<chunk>.csv`` and ``plan.json``.
    size : int
        Entries of a chunk.

    Raises
    ------
    ArchiveFileError
        If there is no entry.
    """
    folder, entries, total, names = Path(folder), iter(entries), 0, []
    folder.mkdir(parents=True, exist_ok=True)
    while chunk := list(itertools.islice(entries, size)):
        text = _text(chunk)
        names.append(f"{len(names):06d}-{hashlib.sha256(text.encode()).hexdigest()[:10]}")
        (folder / f"{names[-1]}.csv").write_text(text, encoding="utf-8")
        total += len(chunk)
    if not total:
        raise ArchiveFileError(folder, "no spectra in what survey.spectra names")
    (folder / _PLAN).write_text(json.dumps({"entries": total, "chunks": names}, indent=1) + "\n")


def chunk_names(folder):
    """Names of a plan's chunks, in its order."""
    return json.loads((Path(folder) / _PLAN).read_text())["chunks"]


def read_chunk(path):
    """The entries of a chunk: dicts of what is said of each, as text."""
    with open(path, encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if value} for row in csv.DictReader(file)]


def write_chunk(path, entries):
    """Write entries, whole or not at all."""
    new = f"{path}.part"
    with open(new, "w", encoding="utf-8", newline="") as file:
        file.write(_text(entries))
    os.replace(new, path)


def _text(entries):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries)
    return buffer.getvalue()
