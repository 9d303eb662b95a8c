"""Checksums of what jobs write: kept when a job has finished, checked when another job opens it.

A truncated file, or one altered by a failing disk, may still be readable: a table with fewer rows is still a
table. The checksum of a file below ``resources/`` lies beside it, that of a file below ``results/``, which is
for the user, below ``resources/checksums/``. ``<file>.sha256`` has the format of ``sha256sum``. Tables and
figures that are printed have none: the user may change them, and what rests on them is made again.
"""

import hashlib
import os
from pathlib import Path

from obafgkm.errors import DamagedFileError

__all__ = ["check", "checksums", "seal"]

_KEPT = Path("resources", "checksums")
_PRINTED = (".tex", ".png", ".pdf")


def seal(paths):
    """Write the checksums of the files that a job has written below ``resources/`` and ``results/``.

    Folders have none, nor have printed tables and figures of ``results/``, in whatever other format.
    """
    ours = _ours(paths)
    printed = {
        path.with_suffix("") for path in ours if path.suffix in _PRINTED and path.parts[0] == "results"
    }
    for path in ours:
        if path.is_file() and path.with_suffix("") not in printed:
            kept = _kept(path)
            kept.parent.mkdir(parents=True, exist_ok=True)
            new = kept.with_name(f"{kept.name}.new")
            new.write_text(_line(path), encoding="utf-8")
            os.replace(new, kept)


def check(paths):
    """Compare files below ``resources/`` and ``results/`` with their checksums; what has none passes.

    Raises
    ------
    DamagedFileError
        If a file is not the one that was written, or cannot be read.
    """
    for path in _ours(paths):
        kept = _kept(path)
        try:
            if kept.read_text(encoding="utf-8", errors="replace") != _line(path):
                raise DamagedFileError(path, f"not the file that was written (see {kept})")
        except FileNotFoundError:
            continue
        except OSError as error:
            raise DamagedFileError(path, f"cannot be read ({error.strerror})") from error


def checksums(paths):
    """The checksum of each file, kept or computed anew; of a folder, nothing."""
    lines = []
    for path in map(Path, paths):
        kept = _kept(path) if _ours([path]) else None
        if kept is not None and kept.is_file():
            lines.append(kept.read_text(encoding="utf-8", errors="replace"))
        elif path.is_file():
            lines.append(_line(path))
    return lines


def _ours(paths):
    paths = map(Path, paths)
    return [path for path in paths if path.parts[:1] in (("resources",), ("results",))]


def _kept(path):
    """Path of the checksum of a file."""
    folder = path.parent if path.parts[0] == "resources" else _KEPT / path.parent
    return folder / f"{path.name}.sha256"


def _line(path):
    with open(path, "rb") as file:
        return f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n"
