"""Random search and cross-validation: finished trials are written at once and survive a kill."""

import hashlib
import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = [
    "draw_trials",
    "run_trials",
    "start_anew",
]


def draw_trials(space, n, seed):
    """Distinct random combinations from a search space.

    Parameters
    ----------
    space : dict of str to list
        Values of each hyper-parameter.
    n : int
        Number of combinations, or all if the space has fewer.
    seed : int

    Returns
    -------
    list of dict
        In random order; a shorter draw is the beginning of a longer one.
    """
    every = list(itertools.product(*space.values()))
    chosen = np.random.default_rng(seed).permutation(len(every))[:n]
    return [dict(zip(space, every[i], strict=True)) for i in chosen]


def run_trials(trials, evaluate, path, foundation=""):
    """Evaluate the trials missing from a file, appending each as a line as soon as it is finished.

    A line left incomplete by a kill or damaged later is dropped, and its trial is repeated.

    Parameters
    ----------
    trials : dict of int to dict
        Hyper-parameters by trial number.
    evaluate : callable
        Takes the hyper-parameters, returns a dict of results.
    path : path
        JSON lines, each with a checksum.
    foundation : str
        What all trials rest on; trials finished on another one are not used. See
        `obafgkm.workflow.job.foundation`.

    Returns
    -------
    DataFrame
        One row per trial: ``trial``, hyper-parameters, results.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    finished = _finished(path, trials, foundation)
    partial = path.with_suffix(".part")
    partial.write_text("".join(_line(row, foundation) for row in finished))
    partial.replace(path)
    done = {row["trial"] for row in finished}
    for number, settings in trials.items():
        if number not in done:
            row = {"trial": number, **settings, **evaluate(settings)}
            with path.open("a") as file:
                file.write(_line(row, foundation))
            finished.append(row)
    return pd.DataFrame(sorted(finished, key=lambda row: row["trial"]))


def start_anew(directory, foundation):
    """Empty a directory of unfinished work that rests on another foundation, and say on which it rests now.

    Parameters
    ----------
    directory : path
    foundation : str
        See `run_trials`.
    """
    record = Path(directory) / "foundation.txt"
    if not record.exists() or record.read_text() != foundation:
        shutil.rmtree(directory, ignore_errors=True)
        record.parent.mkdir(parents=True)
        record.write_text(foundation)


def _line(row, foundation):
    return f"{json.dumps({**row, 'sha256': _checksum(row, foundation)})}\n"


def _checksum(row, foundation):
    return hashlib.sha256(f"{foundation}{json.dumps(row)}".encode()).hexdigest()[:16]


def _finished(path, trials, foundation):
    """Rows of whole lines that match one of these trials and its hyper-parameters, one for each trial."""
    rows = {}
    for line in path.read_text(errors="replace").splitlines() if path.exists() else []:
        try:
            row = json.loads(line)
            if row.pop("sha256") != _checksum(row, foundation):
                continue
        except (ValueError, AttributeError, TypeError, KeyError):  # no object, or not written here
            continue
        settings = trials.get(row.get("trial"))
        if settings is not None and all(row.get(key) == value for key, value in settings.items()):
            rows.setdefault(row["trial"], row)
    return list(rows.values())
