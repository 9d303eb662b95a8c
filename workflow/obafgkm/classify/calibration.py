"""Calibration of an ensemble on stars that it was not trained on."""

import numpy as np
from scipy.optimize import minimize_scalar

from obafgkm.classify.parameters import corrected, deviations
from obafgkm.classify.ranges import needed_shares
from obafgkm.mk import MAIN_CLASSES, N_CLASSES

__all__ = [
    "conformal_quantile",
    "conformal_threshold",
    "fit_temperature",
    "outlier_thresholds",
    "parameter_calibration",
    "range_shares",
    "scaled_mean",
    "scaled_weights",
]

_FEWEST = 20  # minimum number of stars for a threshold of their own
_LEAST = 1e-9
_SNR = (15.0, 50.0)  # limits between the ranges of S/N for which stellar parameters have errors of their own


def scaled_mean(members, temperature):
    """Mean probabilities of networks, (n_members, n, 75), after temperature scaling of each head.

    Parameters
    ----------
    temperature : (float, float)
        Temperatures of the two heads, which divide the logits (Guo et al. 2017, section 4.2).

    Returns
    -------
    array (n, 75)
    """
    heads = []
    for head, value in zip(np.split(members, [N_CLASSES], axis=2), temperature, strict=True):
        powers = np.maximum(head, _LEAST) ** (1 / value)
        heads.append((powers / powers.sum(2, keepdims=True)).mean(0))
    return np.concatenate(heads, axis=1)


def scaled_weights(weights, temperature):
    """Weights of a network, as Keras returns them, with the heads' logits divided by their temperatures."""
    scale = [1, 1, 1, 1, *[1 / value for value in np.repeat(temperature, 2)]]
    return [array * factor for array, factor in zip(weights, scale, strict=True)]


def fit_temperature(members, classes, luminosity):
    """Temperatures of the two heads that maximise the likelihood of the true classes.

    Parameters
    ----------
    members : array (n_members, n, 75)
    classes, luminosity : array of int (n,)
        Negative where not known.

    Returns
    -------
    (float, float)
        1 if no class is known.
    """

    def loss(value, head, truth):
        known = np.flatnonzero(truth >= 0)
        both = scaled_mean(members[:, known], (value, value))
        likely = np.split(both, [N_CLASSES], axis=1)[head][np.arange(known.size), truth[known]]
        return -np.log(np.maximum(likely, _LEAST)).mean()

    truths = [np.asarray(truth, int) for truth in (classes, luminosity)]
    return tuple(
        float(minimize_scalar(loss, bounds=(0.3, 5), args=(head, truth), method="bounded").x)
        if (truth >= 0).any()
        else 1.0
        for head, truth in enumerate(truths)
    )


def conformal_threshold(probabilities, classes, level=0.9):
    """Probability threshold of sets that contain the true class of at least a fraction `level` of the stars.

    Split conformal prediction (Vovk et al. 2005; Sadinle et al. 2019) with the finite-sample correction.

    Parameters
    ----------
    probabilities : array (n, n_class)
    classes : array of int (n,)

    Returns
    -------
    float
        0 if there are too few stars for the level.
    """
    own = np.sort(probabilities[np.arange(len(classes)), classes])
    rank = int(np.floor((1 - level) * (own.size + 1) + 1e-9))
    return float(own[rank - 1]) if rank else 0.0


def conformal_quantile(scores, level):
    """Bound of the scores (n,) that a new star stays within with probability `level`.

    Split conformal prediction (Lei et al. 2018, JASA 113, 1094) with the finite-sample correction.

    Returns
    -------
    float
        Infinite if there are too few stars for the level.
    """
    rank = int(np.ceil(level * (len(scores) + 1) - 1e-9))
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else np.inf


def range_shares(probabilities, classes):
    """Shares of the probability whose central ranges contain the true class of 68 and 95 % of the stars.

    Parameters
    ----------
    probabilities : array (n, n_class)
    classes : array of int (n,)

    Returns
    -------
    dict of str to float
        ``"68", "95"``; 1 if there are too few stars.
    """
    needed = needed_shares(probabilities, classes)
    return {str(percent): min(conformal_quantile(needed, percent / 100), 1.0) for percent in (68, 95)}


def parameter_calibration(values, expected, classes, snr):
    """Offsets of stellar parameters by main class, and 68 % errors by that and signal-to-noise ratio.

    Parameters
    ----------
    values, expected : array (n, 3)
        Values from the networks and those of the catalogues, see `obafgkm.classify.parameters`; NaN where
        unknown.
    classes : array of int (n,)
        Predicted temperature classes.
    snr : array (n,)

    Returns
    -------
    dict
        See `obafgkm.classify.parameters.parameter_errors`.
    """
    main, part = np.asarray(classes) // 10, np.digitize(snr, _SNR)
    offsets = [
        [_offset(own[main == number]) for number in range(len(MAIN_CLASSES))]
        for own in deviations(values, expected).T
    ]
    values = corrected(values, classes, offsets)
    off = np.abs(deviations(values, expected))
    known = np.isfinite(expected)
    ranges = [_limits(own[where]) for own, where in zip(expected.T, known.T, strict=True)]
    low, high = np.array(ranges, float).T
    counted = known & (values >= low) & (values <= high)  # as no other values are given
    cells = [
        [(main == number) & (part == brightness) for brightness in range(len(_SNR) + 1)]
        for number in range(len(MAIN_CLASSES))
    ]
    errors = [
        [[_error(own[where & cell]) for cell in row] for row in cells]
        for own, where in zip(off.T, counted.T, strict=True)
    ]
    return {"offsets": offsets, "snr": list(_SNR), "ranges": ranges, "errors": errors}


def _limits(values):
    return [float(values.min()), float(values.max())] if values.size else [None, None]


def _offset(off):
    """Median deviation, 0 if there are too few."""
    known = off[np.isfinite(off)]
    return float(np.median(known)) if known.size >= _FEWEST else 0.0


def _error(off):
    """68 % error, None if there are too few deviations."""
    return conformal_quantile(off, 0.68) if off.size >= _FEWEST else None


def outlier_thresholds(scores, predicted, luminosity, share=0.99):
    """Quantiles of the outlier scores of each main class.

    The few supergiants of a main class have the strongest lines. They get the threshold of supergiants where
    that is higher than the one of the main class.

    Parameters
    ----------
    scores : array (n,)
    predicted : array of int (n,)
        Predicted class numbers.
    luminosity : array of int (n,)
        Predicted luminosity classes.
    share : float
        Fraction of stars below the threshold. The default flags one in a hundred of these stars, and several
        times as many of the stars of other libraries.

    Returns
    -------
    list of list of float (2, 7)
        O to M, for supergiants and for other stars. Main classes with few stars have the threshold of all
        stars, those with few supergiants that of all supergiants, if there are enough.
    """

    def threshold(own, substitute):
        return float(np.quantile(scores[own], share)) if own.sum() >= _FEWEST else substitute

    main, is_supergiant = predicted // 10, luminosity == 0
    of_all = float(np.quantile(scores, share))
    others = [threshold(main == k, of_all) for k in range(len(MAIN_CLASSES))]
    of_supergiants = threshold(is_supergiant, 0.0)
    supergiants = [
        max(of_class, threshold(is_supergiant & (main == k), of_supergiants))
        for k, of_class in enumerate(others)
    ]
    return [supergiants, others]
