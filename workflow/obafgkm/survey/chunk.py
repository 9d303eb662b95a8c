"""One chunk of a survey: a Parquet file with one row per classified spectrum."""

import itertools
import json
import os
import resource
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pyarrow as pa
from pyarrow import parquet

from obafgkm.barrier.pool import dismiss
from obafgkm.classify import answers
from obafgkm.classify.printable import printable
from obafgkm.classify.streaming import stream
from obafgkm.errors import ArchiveFileError
from obafgkm.survey.entries import stamp
from obafgkm.survey.pipelines import said_by_pipeline, said_in_catalogue, said_in_file

__all__ = ["SCHEMA", "classify_chunk"]

_AT_ONCE = 5000  # files; those of a tar archive are unpacked to the temporary folder in such batches, 1 GB
_KINDS = {str: pa.string(), float: pa.float64()}
_FAMILY = {"pipeline_class": str, "pipeline_subclass": str, "pipeline_family": str}
SCHEMA = pa.schema(
    [
        *((name, _KINDS[column.kind]) for name, column in answers.COLUMNS.items()),
        *((name, _KINDS[kind]) for name, kind in _FAMILY.items()),
    ]
)


def classify_chunk(entries, output, receipt, classify=stream):
    """Classify the spectra of a chunk.

    Parameters
    ----------
    entries : list of dict
        With the ``file`` of each, and for members of tar archives ``member``, ``offset`` and ``size``; or
        with the ``problem`` if there is none.
    output : path
        Parquet, with the columns of `SCHEMA`: one row per spectrum, and one for each rejected file or
        spectrum, with its ``problem``. It gets its name when complete.
    receipt : path
        JSON: entries, rows, rejected rows, seconds, and CPU seconds and peak memory (MB) including those of
        the processes that read the files.
    classify : callable
        Takes paths and yields result rows, one or more for each path, in order.

    Raises
    ------
    AssertionError
        If an entry yields no row.
    ArchiveFileError
        If a tar archive has changed since its members were located.
    """
    began, part, rows, rejected = _clock(), f"{output}.part", 0, 0
    with parquet.ParquetWriter(part, SCHEMA, compression="zstd") as writer:
        rest = iter(entries)
        while batch := list(itertools.islice(rest, _AT_ONCE)):
            answered = _batch(batch, classify)
            writer.write_table(pa.Table.from_pylist(answered, SCHEMA))
            rows += len(answered)
            rejected += sum(bool(row["problem"]) for row in answered)
    dismiss()
    wall, cpu = (end - start for start, end in zip(began, _clock(), strict=True))
    memory = max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    told = {"entries": len(entries), "rows": rows, "rejected": rejected}
    told |= {"seconds": round(wall, 2), "cpu_seconds": round(cpu, 2), "peak_memory_mb": round(memory / 1e3)}
    Path(receipt).write_text(json.dumps(told) + "\n")
    os.replace(part, output)


def _clock():
    times = os.times()
    return time.monotonic(), sum(times[:4])


def _batch(entries, classify):
    """Rows of some entries."""
    rows, seen = [], set()
    with _as_files([entry for entry in entries if "problem" not in entry]) as files:
        own = {}
        for path, entry in files:
            if path not in own:  # a file listed twice gets two rows
                said = said_in_catalogue(entry)
                own[path] = entry, said_by_pipeline(said if said.get("class") else said_in_file(path) | said)
        for row in classify([path for path, _ in files]):
            entry, pipeline = own[row["file"]]
            seen.add(row["file"])
            known = {key: value for key, value in pipeline.items() if value == value}  # NaN would hide it
            rows.append(row | known | {"file": printable(_place(entry)), "name": printable(row["name"])})
        if lost := own.keys() - seen:
            raise AssertionError(f"{len(lost)} files left no row: {sorted(lost)[:3]}")
    for entry in entries:
        if "problem" in entry:
            row = answers.unreadable(printable(_place(entry)), entry.get("name", ""), entry["problem"])
            rows.append(row | said_by_pipeline(said_in_catalogue(entry)))
    return rows


def _place(entry):
    """Value of the column ``file``: the path, followed by the member's path for tar archives."""
    if "member" in entry:
        return f"{entry['file']}/{entry['member']}"
    return entry.get("file", entry.get("name", ""))


@contextmanager
def _as_files(entries):
    """Entries with paths that can be opened: members of tar archives are unpacked temporarily."""
    with tempfile.TemporaryDirectory(prefix="obafgkm_") as folder:
        yield [
            (_unpacked(folder, i, entry) if "member" in entry else entry["file"], entry)
            for i, entry in enumerate(entries)
        ]


def _unpacked(folder, number, entry):
    if stamp(entry["file"]) != entry["stamp"]:
        problem = "changed since the survey was planned: run again with --forcerun survey_plan"
        raise ArchiveFileError(entry["file"], problem)
    path = Path(folder, PurePosixPath(entry["member"]).name)
    if path.exists():
        path = Path(folder, str(number), path.name)
        path.parent.mkdir()
    with open(entry["file"], "rb") as archive:
        archive.seek(int(entry["offset"]))
        path.write_bytes(archive.read(int(entry["size"])))
    return str(path)
