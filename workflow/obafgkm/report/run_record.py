"""Record of a run: versions, machine, code, data."""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
from pathlib import Path

from obafgkm.errors import ObafgkmError
from obafgkm.workflow.dependencies import checksum

__all__ = ["archive", "code", "machine", "one_file", "training", "trainings", "versions"]


def versions():
    """Version of Python and of every installed package, by name."""
    packages = {found.name.lower(): found.version for found in importlib.metadata.distributions()}
    return {"python": platform.python_version(), "packages": dict(sorted(packages.items()))}


def machine():
    """The machine: system, processor, cores that may be used, memory in GB, and the GPUs."""
    processor = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
        processor = models[0].partition(":")[2].strip() if models else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.platform(),
        "processor": processor,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "gpus": _lines("nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"),
    }


def code(root):
    """Commit of the repository at `root` and the files that differ from it; None if it is no repository."""
    commit = _lines("git", "-C", root, "rev-parse", "HEAD")
    changed = _lines("git", "-C", root, "status", "--porcelain")
    return {
        "commit": commit[0] if commit else None,
        "changed": [line[3:] for line in changed] if commit else None,
    }


def archive(record):
    """Information on a dataset's files.

    Parameters
    ----------
    record : path
        ``provenance.json`` beside the files, as written when they were fetched or simulated.

    Returns
    -------
    dict
        The record; ``files``, ``bytes`` and ``sha256`` are computed if missing. The checksum is that of the
        list of all checksums and paths.
    """
    record = Path(record)
    known = json.loads(record.read_text())
    if "sha256" not in known:
        folder, own = record.parent, {record.name, f"{record.name}.sha256"}
        paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in own)
        listing = "".join(f"{checksum(path)}  {path.relative_to(folder)}\n" for path in paths)
        known["files"], known["bytes"] = len(paths), sum(path.stat().st_size for path in paths)
        known["sha256"] = hashlib.sha256(listing.encode()).hexdigest()
    return known


def one_file(path, dataset, source):
    """Information on a single-file dataset, as from `archive`."""
    path = Path(path)
    size = path.stat().st_size
    return {"dataset": dataset, "source": source, "files": 1, "bytes": size, "sha256": checksum(path)}


def training(folder):
    """Record of the training of a network, ``card.json`` in its folder.

    Raises
    ------
    ObafgkmError
        If it is missing or damaged.
    """
    path = Path(folder) / "card.json"
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise ObafgkmError(
            f"{path}: missing or damaged ({type(error).__name__}): train the network again, with --forcerun "
            "and the rule that trains it"
        ) from error


def trainings(results):
    """Seed, threads and epochs of each network below the results, by ``document/models/model``."""
    kept = ("seed", "threads", "epochs", "best_epoch", "source")
    folders = sorted(path.parent for path in Path(results).glob("*/models/*/card.json"))
    cards = {str(folder.relative_to(results)): training(folder) for folder in folders}
    return {name: {key: card[key] for key in kept} for name, card in cards.items()}


def _lines(*command):
    """Output of a program; empty if it is absent or fails."""
    if not shutil.which(command[0]):
        return []
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    return done.stdout.splitlines() if done.returncode == 0 else []
