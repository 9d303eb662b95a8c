"""Classification into the seven main classes: sample, predictions, scores, and a rule as baseline."""

import numpy as np
import pandas as pd

from obafgkm.mk import MAIN_CLASSES

__all__ = ["by_seed", "dummy_rule", "kept_rows", "main_class_scores", "read_sample"]


def read_sample(path):
    """The rows of "Hack or Hammer" with their main classes and parts; identifiers are text."""
    return pd.read_csv(path, dtype={"specObjID": str, "bestObjID": str})


def kept_rows(sample):
    """The two selections of rows, with their names: all, and those with a fitted template."""
    return [("all rows", sample), ("fitted rows", sample[~sample["unfitted"]])]


def by_seed(predictions):
    """Predictions of one classifier with one column per seed.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``specObjID, bestObjID, main, seed, predicted``, one row per spectrum and seed.

    Returns
    -------
    stars : DataFrame
        ``specObjID, bestObjID, main``, one row per spectrum.
    predicted : array of int (n, n_seeds)
    """
    columns = ["specObjID", "bestObjID", "main"]
    wide = predictions.pivot(index=columns, columns="seed", values="predicted")
    return wide.index.to_frame(index=False), wide.to_numpy()


def dummy_rule(teff):
    """Main class 0 ... 6 by two thresholds: M below 4000 K, G up to 6000 K, O above."""
    return np.select([np.asarray(teff) < 4000, np.asarray(teff) <= 6000], [6, 4], 0)


def main_class_scores(expected, predicted):
    """Accuracy; precision, recall and F1-score weighted by population; and the ordinal cost.

    The cost of a star is the squared difference of expected and predicted main class over its largest
    possible value: O for M costs 1, G for K 1/36. ``far`` is the fraction of stars off by two or more
    classes.

    Parameters
    ----------
    expected : array of int (n,)
        Main classes 0 ... 6.
    predicted : array of int (n,) or (n, n_seeds)
        Predictions of one classifier; several seeds are pooled.

    Returns
    -------
    dict of str to float
    """
    n = len(MAIN_CLASSES)
    place = n * np.asarray(expected) + np.asarray(predicted).T
    matrix = np.bincount(place.ravel(), minlength=n**2).reshape(n, n)
    share = matrix / matrix.sum()
    population, claimed, right = share.sum(axis=1), share.sum(axis=0), share.diagonal()
    precision = np.divide(right, claimed, out=np.zeros(n), where=claimed > 0)
    f1 = np.divide(2 * right, population + claimed, out=np.zeros(n), where=population + claimed > 0)
    steps = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    return {
        "accuracy": right.sum(),
        "precision": population @ precision,
        "recall": right.sum(),  # weighted by population, recall is accuracy
        "f1": population @ f1,
        "cost": (share * steps**2).sum() / (n - 1) ** 2,
        "far": share[steps >= 2].sum(),
    }
