"""Random search and cross-validation: what is finished is written at once, and found again after a kill."""

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
    """Random combinations of a search space, none twice.

    Parameters
    ----------
    space : dict of str to list
        Values of each hyper-parameter.
    n : int
        Number of combinations; a space with fewer gives them all.
    seed : int

    Returns
    -------
    list of dict
        In random order; the first ones of a longer draw are those of a shorter one.
    """
    every = list(itertools.product(*space.values()))
    chosen = np.random.default_rng(seed).permutation(len(every))[:n]
    return [dict(zip(space, every[i], strict=True)) for i in chosen]


def run_trials(trials, evaluate, path):
    """Evaluate the trials that a file does not hold yet; each is a line of it as soon as it is finished.

    A line that a kill left unfinished is dropped, and its trial run again.

    Parameters
    ----------
    trials : dict of int to dict
        Hyper-parameters a trial number, and whatever else makes a finished trial another one when it changes.
    evaluate : callable
        Takes the hyper-parameters, returns a dict of results.
    path : path
        JSON lines.

    Returns
    -------
    DataFrame
        One row per trial: ``trial``, hyper-parameters, results.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    finished = _finished(path, trials)
    partial = path.with_suffix(".part")
    partial.write_text("".join(f"{json.dumps(row)}\n" for row in finished))
    partial.replace(path)
    done = {row["trial"] for row in finished}
    for number, settings in trials.items():
        if number not in done:
            row = {"trial": number, **settings, **evaluate(settings)}
            with path.open("a") as file:
                file.write(f"{json.dumps(row)}\n")
            finished.append(row)
    return pd.DataFrame(sorted(finished, key=lambda row: row["trial"]))


def _finished(path, trials):
    """Rows of whole lines whose trial is one of these, with these hyper-parameters."""
    rows = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        settings = trials.get(row.get("trial"))
        if settings is not None and all(row.get(key) == value for key, value in settings.items()):
            rows.append(row)
    return rows


def fingerprint(sample):
    """What tells one sample from another: a short digest of its spectra and labels.

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
