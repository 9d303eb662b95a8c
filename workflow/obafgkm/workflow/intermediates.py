"""Checksums of what the workflow makes on its way: written beside a file, checked when a job opens it.

A file that is cut off, or changed by a failing disk, may still be read: a table of fewer rows is a table. The
line in ``<file>.sha256`` is the one that ``sha256sum`` writes, so that ``sha256sum -c`` checks it too.
"""

import hashlib
import os
from pathlib import Path

from obafgkm.errors import DamagedFileError

__all__ = ["check", "seal"]

_FOLDER = "resources"  # results are the user's, who may change them


def seal(paths):
    """Write the checksums of files of ``resources/``; other files and folders are passed over."""
    for path in _intermediates(paths):
        sidecar = _sidecar(path)
        new = sidecar.with_name(f"{sidecar.name}.new")
        new.write_text(f"{_sha256(path)}  {path.name}\n", encoding="utf-8")
        os.replace(new, sidecar)


def check(paths):
    """Compare files of ``resources/`` with their checksums; one without passes.

    Raises
    ------
    DamagedFileError
        If a file is not the one that was written.
    """
    for path in _intermediates(paths):
        try:
            expected = _sidecar(path).read_text(encoding="utf-8", errors="replace").split(" ")[0]
        except FileNotFoundError:
            continue
        if _sha256(path) != expected:
            raise DamagedFileError(path, f"not the file that was written (see {_sidecar(path).name})")


def _intermediates(paths):
    return [path for path in map(Path, paths) if path.parts[:1] == (_FOLDER,) and path.is_file()]


def _sidecar(path):
    return path.with_name(f"{path.name}.sha256")


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
