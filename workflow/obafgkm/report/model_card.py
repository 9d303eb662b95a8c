"""Errors on the card of a trained model: by class or parameter, and the worst failures."""

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from obafgkm.evaluation.intervals import error_intervals
from obafgkm.mk import LUMINOSITY_CLASSES, MAIN_CLASSES, main_class, whole_class

__all__ = ["class_errors", "failures", "markdown_table", "named_classes", "parameter_errors"]


def named_classes(predictions, gives):
    """Expected and predicted classes as names: main classes, luminosity classes, or unchanged.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``expected`` and ``predicted``.
    gives : str
        ``subclass``, ``luminosity class`` or ``class``.

    Returns
    -------
    DataFrame
        With the additional columns ``class`` and ``answer``.
    """
    expected, answer = predictions["expected"], predictions["predicted"]
    if gives == "subclass":
        letters = np.array(list(MAIN_CLASSES))
        expected, answer = letters[main_class(expected)], letters[main_class(whole_class(answer))]
    elif gives == "luminosity class":
        expected, answer = (np.array(LUMINOSITY_CLASSES)[numbers] for numbers in (expected, answer))
    return predictions.assign(**{"class": expected, "answer": answer})


def class_errors(named, numbered, evaluation, seed):
    """One row per class: number of spectra, fraction correct with its Wilson interval, errors in subclasses.

    Parameters
    ----------
    named : DataFrame
        From `named_classes`.
    numbered : bool
        Whether ``expected`` and ``predicted`` are subclasses on a scale.
    evaluation : dict
        The section of the configuration.
    seed : int

    Returns
    -------
    DataFrame
    """
    rows = []
    for name, group in named.groupby("class", sort=False):
        right = int((group["class"] == group["answer"]).sum())
        low, high = binomtest(right, len(group)).proportion_ci(evaluation["confidence"], "wilson")
        row = {
            "class": name,
            "spectra": len(group),
            "right": f"{right / len(group):.2f} ({low:.2f} to {high:.2f})",
        }
        if numbered:
            row["mean absolute error (subclasses)"] = _with_interval(group, group["star"], evaluation, seed)
        rows.append(row)
    return pd.DataFrame(rows)


def parameter_errors(predictions, evaluation, seed):
    """One row per parameter: number of spectra, mean absolute error with its interval by grid node."""
    return pd.DataFrame(
        {
            "parameter": name,
            "spectra": len(group),
            "mean absolute error": _with_interval(group, group["node"], evaluation, seed),
        }
        for name, group in predictions.groupby("parameter", sort=False)
    )


def failures(named):
    """Sentences about the worst classes of a model, and the classes they are mistaken for."""
    shares = (named["class"] == named["answer"]).groupby(named["class"]).agg(["mean", "size"])
    told = []
    for name, row in shares[shares["mean"] < 1].sort_values("mean", kind="stable").head(3).iterrows():
        wrong = named.loc[(named["class"] == name) & (named["answer"] != name), "answer"]
        told.append(
            f"{name}: {len(wrong)} of {int(row['size'])} test spectra are wrong, most often taken for "
            f"{wrong.value_counts().index[0]}."
        )
    return told or ["None among the test spectra."]


def markdown_table(table):
    """A table in Markdown."""
    return table.astype(str).to_markdown(index=False, disable_numparse=True)


def _with_interval(group, stars, evaluation, seed):
    """Mean absolute error and its bootstrap interval, as text."""
    difference = (group["predicted"] - group["expected"]).to_numpy(float)
    bootstrap = {"samples": evaluation["bootstrap"], "confidence": evaluation["confidence"], "seed": seed}
    low, high = error_intervals(difference, stars.to_numpy(), **bootstrap)["mae"]
    return f"{np.abs(difference).mean():.3g} ({low:.3g} to {high:.3g})"
