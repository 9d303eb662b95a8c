"""What lies in a local mirror, by content: a copy has other file times, and nothing has to be made anew."""

import hashlib
import json
import os
from pathlib import Path

from obafgkm.errors import ObafgkmError

__all__ = ["contents"]


def contents(folder, memory):
    """Checksum over the names and contents of the files in or below a folder.

    Parameters
    ----------
    folder : path
        A missing one counts as empty.
    memory : path
        JSON file of the checksums taken so far. A file is read again only if its size or one of its times has
        changed.

    Returns
    -------
    str

    Raises
    ------
    ObafgkmError
        If a file or folder cannot be read: it would count as missing.
    """
    folder, memory = Path(folder).absolute(), Path(memory)
    known = _remembered(memory)
    named, fresh = [], {}
    try:
        for _ in os.walk(folder, onerror=_raise):
            pass
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            state = path.stat()
            # A copy may take the size and the time of modification of a file, but not of its status.
            now = [state.st_size, state.st_mtime_ns, state.st_ctime_ns]
            *before, total = known.get(str(path), [None])
            if before != now:
                with open(path, "rb") as file:
                    total = hashlib.file_digest(file, "sha256").hexdigest()
                fresh[str(path)] = [*now, total]
            named.append((str(path.relative_to(folder)), total))
    except OSError as error:
        raise ObafgkmError(f"{error.filename}: the mirror cannot be read ({error.strerror})") from error
    if fresh:
        new = memory.with_name(f"{memory.name}.{os.getpid()}")  # jobs may ask at the same time
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(known | fresh), encoding="utf-8")
        os.replace(new, memory)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def _raise(error):
    if not isinstance(error, FileNotFoundError):
        raise error


def _remembered(memory):
    """The checksums taken so far; none if the file is missing or damaged."""
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    known = known if isinstance(known, dict) else {}
    return {path: told for path, told in known.items() if isinstance(told, list) and told}
