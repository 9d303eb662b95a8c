"""Scores of a classification into the seven main classes, and the rule that is their baseline."""

import numpy as np
from sklearn.metrics import precision_recall_fscore_support

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
    steps = np.abs(np.asarray(expected) - predicted)
    scores = precision_recall_fscore_support(expected, predicted, average="weighted", zero_division=0)
    return {
        "accuracy": (steps == 0).mean(),
        **dict(zip(["precision", "recall", "f1"], scores[:3], strict=True)),
        "cost": (steps**2).mean() / 36,
        "far": (steps >= 2).mean(),
    }
