"""Every metric, raw and clipped, with bootstrap intervals by star.

scikit-learn and astropy's statistics are imported locally: that takes seconds, and many exhibits do not need
them.
"""

import numpy as np
import pandas as pd

from obafgkm.mk import MAIN_CLASSES, main_class, whole_class

__all__ = [
    "calibration_metrics",
    "class_metrics",
    "classification_report",
    "confusion",
    "dispersion",
    "luminosity_metrics",
    "mcnemar",
    "name_scores",
    "reliability",
    "survives_clipping",
]


def survives_clipping(values, threshold=3.0):
    """Mask of values that survive iterative clipping at `threshold` standard deviations from the mean."""
    from astropy.stats import sigma_clip

    clipped = sigma_clip(values, sigma=threshold, maxiters=None, cenfunc="mean", stdfunc="std")
    return ~np.ma.getmaskarray(clipped)


def dispersion(difference, threshold=3.0):
    """Bias and error of predictions by all measures in use.

    Parameters
    ----------
    difference : array-like (n,)
        Predicted minus expected.
    threshold : float
        Clipping threshold in standard deviations.

    Returns
    -------
    dict
        ``bias``, ``sigma`` (raw), ``mad_sigma`` (1.4826 times the median absolute deviation),
        ``clipped_bias``, ``clipped_sigma``, ``clipped_fraction`` and ``max_error``.
    """
    from astropy.stats import mad_std

    difference = np.asarray(difference, float)
    keep = survives_clipping(difference, threshold)
    return {
        "bias": difference.mean(),
        "sigma": difference.std(),
        "mad_sigma": mad_std(difference),
        "clipped_bias": difference[keep].mean(),
        "clipped_sigma": difference[keep].std(),
        "clipped_fraction": 1 - keep.mean(),
        "max_error": np.abs(difference).max(),
    }


def class_metrics(expected, predicted, threshold=3.0):
    """Metrics of Sharma et al. 2020, Table 3, and unclipped ones.

    Parameters
    ----------
    expected, predicted : array-like (n,)
        Class numbers 0 ... 69; predictions of regressors need not be integers.
    threshold : float
        Clipping threshold in standard deviations.

    Returns
    -------
    dict
        ``main_class_accuracy``; ``slope`` and ``intercept`` (Eq. 5) and ``r2`` (Eq. 6) of predicted against
        expected class; and the entries of `dispersion` for their difference in subclasses.
    """
    expected, predicted = np.asarray(expected, float), np.asarray(predicted, float)
    covariance = np.cov(expected, predicted, bias=True)
    slope = covariance[0, 1] / covariance[0, 0] if covariance[0, 0] else np.nan
    residual = ((expected - predicted) ** 2).sum()
    total = ((expected - expected.mean()) ** 2).sum()
    return {
        "main_class_accuracy": (main_class(whole_class(predicted)) == main_class(expected)).mean(),
        "slope": slope,
        "intercept": predicted.mean() - slope * expected.mean(),
        "r2": 1 - residual / total if total else np.nan,
        **dispersion(predicted - expected, threshold),
    }


def confusion(expected, predicted):
    """Confusion matrix (7, 7) over the main classes; rows are expected, columns predicted classes."""
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(
        main_class(expected), main_class(whole_class(predicted)), labels=np.arange(len(MAIN_CLASSES))
    )


def classification_report(expected, predicted):
    """Precision, recall, F1-score (Eqs. 7-9) and population of each main class, and their weighted means.

    Returns
    -------
    DataFrame
        Columns ``class, precision, recall, f1, population``; a class that is neither expected nor predicted
        has no scores.
    """
    from sklearn.metrics import precision_recall_fscore_support

    expected, predicted = main_class(expected), main_class(whole_class(predicted))
    classes = np.arange(len(MAIN_CLASSES))
    scores = precision_recall_fscore_support(expected, predicted, labels=classes, zero_division=np.nan)
    total = precision_recall_fscore_support(expected, predicted, average="weighted", zero_division=0)
    report = pd.DataFrame(dict(zip(["precision", "recall", "f1", "population"], scores, strict=True)))
    report.insert(0, "class", list(MAIN_CLASSES))
    report.loc[len(report)] = ["Total", *total[:3], len(expected)]
    return report


def luminosity_metrics(expected, predicted, threshold=3.0):
    """Accuracy, F1-scores of giants and dwarfs, and `dispersion` in luminosity classes (section 4.3).

    Parameters
    ----------
    expected, predicted : array-like of int (n,)
        Luminosity numbers 0 ... 4.
    threshold : float
        Clipping threshold in standard deviations.

    Returns
    -------
    dict
        ``accuracy``, ``f1_III``, ``f1_V``, ``rms`` and the entries of `dispersion`.
    """
    expected, predicted = np.asarray(expected), np.asarray(predicted)
    difference = predicted - expected
    scores = {}
    for name, number in [("III", 2), ("V", 4)]:
        either = (expected == number).sum() + (predicted == number).sum()
        both = ((expected == number) & (predicted == number)).sum()
        scores[f"f1_{name}"] = 2 * both / either if either else np.nan
    return {
        "accuracy": (difference == 0).mean(),
        **scores,
        "rms": np.sqrt((difference**2).mean()),
        **dispersion(difference, threshold),
    }


def reliability(confidence, right, bins=10):
    """Accuracy of a classifier as a function of its confidence.

    Parameters
    ----------
    confidence : array-like (n,)
        Probability of the predicted class.
    right : array-like of bool (n,)
        Whether the predicted class is the expected one.
    bins : int
        Number of bins with equal numbers of spectra, to within one: bins of equal width may be empty.

    Returns
    -------
    DataFrame
        Columns ``confidence`` and ``accuracy`` (means of the bin), and ``spectra``.
    """
    values = np.column_stack([confidence, right]).astype(float)
    parts = np.array_split(values[np.argsort(values[:, 0], kind="stable")], min(bins, len(values)))
    rows = [(*part.mean(axis=0), len(part)) for part in parts]
    return pd.DataFrame(rows, columns=["confidence", "accuracy", "spectra"])


def calibration_metrics(confidence, right, expected_probability, bins=10):
    """Calibration of the probabilities of a classifier.

    Parameters
    ----------
    confidence, right : arrays (n,)
        See `reliability`.
    expected_probability : array (n,)
        Probability of the expected class.
    bins : int

    Returns
    -------
    dict
        ``accuracy``; ``confidence``, its mean; ``calibration_error``, the expected calibration error: mean
        over the spectra of the difference between accuracy and confidence in their bin (Guo et al. 2017,
        arXiv:1706.04599, Eq. 3, with equally filled bins); ``log_loss``, in nats, with probabilities clipped
        below 1e-7.
    """
    curve = reliability(confidence, right, bins)
    distance = (curve["accuracy"] - curve["confidence"]).abs()
    return {
        "accuracy": np.mean(right),
        "confidence": np.mean(confidence),
        "calibration_error": np.average(distance, weights=curve["spectra"]),
        "log_loss": -np.log(np.maximum(expected_probability, 1e-7)).mean(),
    }


def name_scores(expected, predicted):
    """Scores of classes given by name.

    Parameters
    ----------
    expected, predicted : array-like of str (n,)

    Returns
    -------
    dict
        ``accuracy``; ``balanced_accuracy``, the mean recall of the classes that are expected; ``macro_f1``,
        the mean F1-score of the classes that are expected or predicted.
    """
    expected, predicted = np.asarray(expected, str), np.asarray(predicted, str)
    recalls, f1 = [], []
    for name in np.union1d(expected, predicted):
        right = ((expected == name) & (predicted == name)).sum()
        n_expected, n_predicted = (expected == name).sum(), (predicted == name).sum()
        f1.append(2 * right / (n_expected + n_predicted))
        if n_expected:
            recalls.append(right / n_expected)
    return {
        "accuracy": (expected == predicted).mean(),
        "balanced_accuracy": np.mean(recalls),
        "macro_f1": np.mean(f1),
    }


def mcnemar(right_a, right_b):
    """Exact test of equal error rates of two classifiers on the same spectra (McNemar 1947).

    Parameters
    ----------
    right_a, right_b : arrays of bool (n,)
        Whether each prediction is right.

    Returns
    -------
    only_a, only_b : int
        Numbers of spectra that only one of them classifies correctly.
    p : float
        Two-sided; 1 if they never differ.
    """
    from scipy.stats import binomtest

    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    differ = only_a + only_b
    return only_a, only_b, binomtest(only_a, differ).pvalue if differ else 1.0
