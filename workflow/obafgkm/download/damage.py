"""Damage done to the files of a dataset after they were fetched or simulated."""

import hashlib
import os
from pathlib import Path

from obafgkm.download.http import beside, read_json
from obafgkm.errors import FetchError

__all__ = ["check_dataset", "sha256", "total"]


def sha256(path):
    """Checksum of a file, as hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_dataset(directory):
    """Before the files of a dataset are read, find those that have changed since they were fetched.

    They are renamed to ``<file>.damaged``, and the dataset counts as not fetched, so that the next run
    fetches these files again, and no others. Of a simulated dataset, the record holds the `total`; one with
    another is simulated again.

    Parameters
    ----------
    directory : path-like

    Raises
    ------
    FetchError
        If there are such files, or some are gone; the message names the first of them.
    """
    directory = Path(directory)
    damaged = []
    made = read_json(directory / "provenance.json").get("total")
    if made and made != total(directory):
        (directory / "provenance.json").unlink(missing_ok=True)
        problem = "files of this simulated archive have changed or are gone"
        raise FetchError(f"{directory}: {problem}: run again to simulate it once more")
    for record in sorted(directory.rglob("*.provenance.json")):
        path = record.with_name(record.name.removesuffix(".provenance.json"))
        if not path.is_file():
            damaged.append(f"{path} is not here any more")
        elif sha256(path) != read_json(record).get("sha256"):
            os.replace(path, beside(path, ".damaged"))
            damaged.append(
                f"{path} is not the file any more that was fetched (its sha256 differs); it is now "
                f"{path.name}.damaged"
            )
    if damaged:
        (directory / "provenance.json").unlink(missing_ok=True)
        more = f", and {len(damaged) - 1} more beside it" if len(damaged) > 1 else ""
        raise FetchError(f"{damaged[0]}{more}: run again to fetch it once more")


def total(directory):
    """Checksum over names and contents of all files below a folder, except its record and hidden files."""
    directory = Path(directory)
    files = sorted(path for path in directory.rglob("[!.]*") if path.is_file())
    lines = [
        f"{path.relative_to(directory)} {sha256(path)}\n"
        for path in files
        if not (path.parent == directory and path.name.startswith("provenance.json"))
    ]
    return hashlib.sha256(os.fsencode("".join(lines))).hexdigest()
