"""Scores of the main classes with their intervals, resampling stars."""

from obafgkm.documents.hammer.sample import main_class_scores
from obafgkm.evaluation.intervals import with_intervals

__all__ = ["scores_with_intervals"]


def scores_with_intervals(stars, predicted, **bootstrap):
    """Columns of `main_class_scores` with ``_low`` and ``_high``.

    Parameters
    ----------
    stars : DataFrame
        Columns ``bestObjID, main``, one row per spectrum.
    predicted : array of int (n,) or (n, n_seeds)
    **bootstrap
        Settings of `obafgkm.evaluation.intervals.bootstrap_interval`.
    """
    shares = dict.fromkeys(["accuracy", "recall", "far"], stars["bestObjID"].nunique())
    return with_intervals(
        main_class_scores, stars["bestObjID"], stars["main"], predicted, shares=shares, **bootstrap
    )
