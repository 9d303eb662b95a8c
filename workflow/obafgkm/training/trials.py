"""Random search and cross-validation: finished trials are written at once and survive a kill."""

import hashlib
import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = [
    "draw_trials",
    "fingerprint",
    "run_trials",
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


def run_trials(trials, evaluate, path):
    """Evaluate the trials missing from a file, appending each as a line as soon as it is finished.

    A line left incomplete by a kill or damaged later is dropped, and its trial is repeated.

    Parameters
    ----------
    trials : dict of int to dict
        Hyper-parameters by trial number, with anything else whose change invalidates a finished trial.
    evaluate : callable
        Takes the hyper-parameters, returns a dict of results.
    path : path
        JSON lines, each with a checksum.

    Returns
    -------
    DataFrame
        One row per trial: ``trial``, hyper-parameters, results.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    finished = _finished(path, trials)
    partial = path.with_suffix(".part")
    partial.write_text("".join(map(_line, finished)))
    partial.replace(path)
    done = {row["trial"] for row in finished}
    for number, settings in trials.items():
        if number not in done:
            row = {"trial": number, **settings, **evaluate(settings)}
            with path.open("a") as file:
                file.write(_line(row))
            finished.append(row)
    return pd.DataFrame(sorted(finished, key=lambda row: row["trial"]))


def _line(row):
    return f"{json.dumps({**row, 'sha256': _checksum(row)})}\n"


def _checksum(row):
    return hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]


def _finished(path, trials):
    """Rows of whole lines that match one of these trials and its hyper-parameters."""
    rows = []
    for line in path.read_text(errors="replace").splitlines() if path.exists() else []:
        try:
            row = json.loads(line)
            if row.pop("sha256") != _checksum(row):
                continue
        except (ValueError, AttributeError, TypeError, KeyError):  # no object, or not written here
            continue
        settings = trials.get(row.get("trial"))
        if settings is not None and all(row.get(key) == value for key, value in settings.items()):
            rows.append(row)
    return rows


def fingerprint(sample):
    """Fingerprint of a sample: a short digest of its spectra and labels.

    Parameters
    ----------
    sample : Spectra

    Returns
    -------
    str
    """
    digest = hashlib.sha256(sample.flux.tobytes())
    digest.update(sample.labels.to_csv(index=False).encode())
    return digest.hexdigest()[:12]
