"""Checksums of intermediate files: written beside a file, checked when a job opens it.

A truncated file, or one altered by a failing disk, may still be readable: a table with fewer rows is still a
table. ``<file>.sha256`` has the format of ``sha256sum``, so that ``sha256sum -c`` can check it too.
"""

import hashlib
import os
from pathlib import Path

from obafgkm.errors import DamagedFileError

__all__ = ["check", "seal"]

_FOLDER = "resources"  # results belong to the user, who may change them


def seal(paths):
    """Write the checksums of files of ``resources/``; other files and folders are ignored."""
    for path in _intermediates(paths):
        sidecar = _sidecar(path)
        new = sidecar.with_name(f"{sidecar.name}.new")
        new.write_text(f"{_sha256(path)}  {path.name}\n", encoding="utf-8")
        os.replace(new, sidecar)


def check(paths):
    """Compare files of ``resources/`` with their checksums; files without one pass.

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
    ours = [path for path in map(Path, paths) if _FOLDER in path.parts and not path.is_absolute()]
    return [path for path in ours if path.is_file()]


def _sidecar(path):
    return path.with_name(f"{path.name}.sha256")


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
