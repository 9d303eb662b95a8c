"""The registry of checksums: what each file of the archives was when it was first brought here and verified.

One file in the format that pooch reads (``pooch.Pooch.load_registry``): a line of name and checksum for each
file, and above it, in a comment, its length::

    # 93372 bytes
    cflib/TEXT/100006.txt sha256:7d0c...

``config/checksums.txt`` holds those that were taken from an archive's own files and are the same for
everybody; ``checksums.txt`` beside the datasets that are downloaded here gathers the others.
"""

import fcntl
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from obafgkm.download.http import beside
from obafgkm.errors import ObafgkmError

__all__ = ["Entry", "read", "record"]

_NAME = "checksums.txt"


@dataclass(frozen=True)
class Entry:
    """What is known of one file.

    Attributes
    ----------
    sha256 : str
    size : int or None
        Bytes.
    registry : Path
        Where it stands.
    """

    sha256: str
    size: int | None
    registry: Path


def read(*registries):
    """All entries of some registries; where two name the same file, the first one holds.

    Parameters
    ----------
    *registries : path-like
        Files, or folders of a ``checksums.txt``; one that does not exist is empty.

    Returns
    -------
    dict of str to Entry
        By name, ``<dataset>/<path>``.

    Raises
    ------
    ObafgkmError
        If a line cannot be read, or two say different things of one file; the message names it.
    """
    entries = {}
    for registry in registries:
        for name, entry in _parse(_file(registry)).items():
            entries.setdefault(name, entry)
    return entries


def _file(registry):
    registry = Path(registry)
    return registry / _NAME if registry.is_dir() and registry.name != _NAME else registry


def _parse(path):
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ObafgkmError(f"{path}: the registry of checksums cannot be read ({error})") from error
    entries, size = {}, None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            size = None
            continue
        if line.startswith("#"):
            size = _length(path, number, line) or size
            continue
        try:
            name, checksum = shlex.split(line)[:2]
            (sha256,) = re.fullmatch(r"(?:sha256:)?([0-9a-f]{64})", checksum.lower()).groups()
        except (ValueError, AttributeError) as error:
            raise ObafgkmError(
                f"{path}, line {number}: '{line[:80]}' is not a name and a sha256; correct or delete it"
            ) from error
        entry = Entry(sha256, size, path)
        if entries.setdefault(name, entry) != entry:
            raise ObafgkmError(f"{path}, line {number}: another entry of {name}; delete one of them")
        size = None
    return entries


def _length(path, number, line):
    """Length of the next file, from the comment above it; None if the line is no such comment."""
    if not re.fullmatch(r"#.*[0-9]\s*([kMG]?B|bytes?)\s*", line):
        return None
    if length := re.fullmatch(r"#\s*([0-9]{1,18}) bytes\s*", line):
        return int(length[1])
    raise ObafgkmError(
        f"{path}, line {number}: '{line[:80]}' is not '# <number> bytes'; correct or delete it"
    )


def record(folder, files):
    """Add files to the registry of a folder; what it knows already stays as it is.

    Parameters
    ----------
    folder : path-like
        Of datasets that are downloaded, ``resources/archives/remote``.
    files : dict of str to (str, int)
        sha256 and length in bytes, by name.
    """
    if odd := [name for name in files if len(name.splitlines()) > 1]:
        raise ObafgkmError(f"{odd[0]!r}: a name with a line break cannot be registered")
    path = Path(folder) / _NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(beside(path, ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        entries = _parse(path)
        new = {name: Entry(*file, path) for name, file in files.items() if name not in entries}
        if new:
            text = "".join(
                f"# {entry.size} bytes\n{shlex.quote(name)} sha256:{entry.sha256}\n"
                for name, entry in sorted((entries | new).items())
            )
            beside(path, ".new").write_text(text, encoding="utf-8")
            os.replace(beside(path, ".new"), path)
