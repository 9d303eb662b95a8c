"""Random and grid search: trials drawn by a seed, written as they finish, found again after a kill."""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.samples import held_out_folds

__all__ = ["cross_validate", "draw_trials", "run_trials"]


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
        One row a trial: ``trial``, hyper-parameters, results.
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


def cross_validate(fit_and_predict, x, number, stars, folds, seed):
    """Subclass accuracy and error of each fold.

    Parameters
    ----------
    fit_and_predict : callable
        Takes ``(x_train, y_train, x_test, fold)``, returns predicted class numbers.
    x : array (n, n_pix)
    number : array of int (n,)
        Class numbers.
    stars : array (n,)
        Star of each spectrum; all of its spectra are in one fold. Another number each gives plain folds.
    folds : int
    seed : int

    Returns
    -------
    DataFrame
        One row a fold: ``fold, accuracy, sigma``.
    """
    rows = []
    for fold, held_out in enumerate(held_out_folds(stars, folds, seed)):
        predicted = fit_and_predict(x[~held_out], number[~held_out], x[held_out], fold)
        difference = predicted - number[held_out]
        rows.append({"fold": fold, "accuracy": (difference == 0).mean(), "sigma": difference.std()})
    return pd.DataFrame(rows)
