"""Scores of a classification into the seven main classes, and the rule that is their baseline."""

import numpy as np

from obafgkm.mk import MAIN_CLASSES

__all__ = ["dummy_rule", "main_class_scores"]


def dummy_rule(teff):
    """Main class 0 ... 6 by two thresholds: below 4000 K M, up to 6000 K G, else O."""
    return np.select([np.asarray(teff) < 4000, np.asarray(teff) <= 6000], [6, 4], 0)


def main_class_scores(expected, predicted):
    """Accuracy; precision, recall and F1-score weighted by population; and the ordinal cost.

    The cost of a star is the number of main classes between expected and predicted one, squared, over its
    greatest value: O for M costs 1, G for K 1/36. ``far`` is the share of stars off by two classes or more.

    Parameters
    ----------
    expected, predicted : array of int (n,)
        Main classes 0 ... 6.

    Returns
    -------
    dict of str to float
    """
    n = len(MAIN_CLASSES)
    matrix = np.bincount(n * np.asarray(expected) + predicted, minlength=n**2).reshape(n, n)
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
