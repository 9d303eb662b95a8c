"""The chunks of a survey merged into one dataset, with few batches of rows in memory at a time."""

import json
from pathlib import Path

import pyarrow as pa
from pyarrow import compute, dataset, parquet

from obafgkm.mk import MAIN_CLASSES
from obafgkm.survey.chunk import SCHEMA

__all__ = ["PARTITIONS", "merge", "read_receipts", "with_main_class"]

PARTITIONS = [*MAIN_CLASSES, "untyped", "unreadable"]
_BATCH = 8192  # rows
_GROUP, _FILE = 50_000, 2_000_000  # rows: least number compressed together, largest number per file


def merge(chunks, folder, receipts):
    """Write the rows of all chunks as one Parquet dataset, partitioned by main class.

    Parameters
    ----------
    chunks : sequence of path
    folder : path
        Folder for ``main_class=<class>/part-<n>.parquet``; the class is one of `PARTITIONS`.
    receipts : sequence of path
        Receipts of the chunks, see `obafgkm.survey.chunk.classify_chunk`.

    Raises
    ------
    AssertionError
        If the number of rows differs from that of the chunks.
    """
    schema = SCHEMA.append(pa.field("main_class", pa.string()))
    batches = pa.RecordBatchReader.from_batches(schema, map(with_main_class, _batches(chunks)))
    dataset.write_dataset(
        batches,
        folder,
        format="parquet",
        partitioning=dataset.partitioning(pa.schema([schema.field("main_class")]), flavor="hive"),
        basename_template="part-{i}.parquet",
        file_options=dataset.ParquetFileFormat().make_write_options(compression="zstd"),
        min_rows_per_group=_GROUP,
        max_rows_per_group=2 * _GROUP,
        max_rows_per_file=_FILE,
        existing_data_behavior="delete_matching",
        use_threads=False,
    )
    written, told = dataset.dataset(folder).count_rows(), sum(own["rows"] for own in read_receipts(receipts))
    if written != told:
        raise AssertionError(f"{told} rows in the chunks and {written} in {folder}")


def _batches(chunks):
    for chunk in chunks:
        with parquet.ParquetFile(chunk) as file:
            yield from file.iter_batches(_BATCH, use_threads=False)


def with_main_class(batch):
    """A batch of rows with the added column ``main_class``."""
    first = compute.utf8_slice_codeunits(batch["type"], 0, 1)
    other = compute.if_else(compute.equal(batch["problem"], ""), "untyped", "unreadable")
    return batch.append_column("main_class", compute.if_else(compute.equal(first, ""), other, first))


def read_receipts(receipts):
    """Receipts of chunks: dicts, one after another."""
    for path in receipts:
        yield {"chunk": Path(path).stem, **json.loads(Path(path).read_text())}
