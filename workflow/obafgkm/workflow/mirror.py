"""What lies in a local mirror, by content: a copy has other file times, and nothing has to be made anew."""

import hashlib
import json
import os
from pathlib import Path

__all__ = ["contents"]


def contents(folder, memory):
    """Checksum over the names and contents of the files in or below a folder.

    Parameters
    ----------
    folder : path
        A missing one counts as empty.
    memory : path
        JSON file of the checksums taken so far. A file is read again only if its size or time has changed.

    Returns
    -------
    str
    """
    folder, memory = Path(folder).absolute(), Path(memory)
    known = _remembered(memory)
    named, fresh = [], {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        state = path.stat()
        size, time, total = known.get(str(path), (None, None, None))
        if (size, time) != (state.st_size, state.st_mtime_ns):
            with open(path, "rb") as file:
                total = hashlib.file_digest(file, "sha256").hexdigest()
            fresh[str(path)] = (state.st_size, state.st_mtime_ns, total)
        named.append((str(path.relative_to(folder)), total))
    if fresh:
        new = memory.with_name(f"{memory.name}.{os.getpid()}")  # jobs may ask at the same time
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(known | fresh))
        os.replace(new, memory)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def _remembered(memory):
    """The checksums taken so far; none if the file is missing or damaged."""
    try:
        known = json.loads(memory.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
