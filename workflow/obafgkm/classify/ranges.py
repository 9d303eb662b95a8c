"""Central ranges of the temperature class, and the share of the probability that each star needs."""

import numpy as np

__all__ = ["central_range", "half_width", "needed_shares"]

_ROUNDING = 1e-9  # of cumulative probabilities


def central_range(probabilities, share):
    """First and last class of the central range of distributions; for a share of 0 the median, twice.

    As classes are discrete, the range contains at least the share.

    Parameters
    ----------
    probabilities : array (..., n_class)
    share : float
        Nominal or calibrated, see `obafgkm.classify.calibration.range_shares`.

    Returns
    -------
    first, last : array of int (...)
    """
    cumulative = _cumulative(probabilities)
    first = (cumulative < (1 - share) / 2).sum(-1)
    last = (cumulative < (1 + share) / 2 - _ROUNDING).sum(-1)
    return first, np.clip(last, first, cumulative.shape[-1] - 1)


def half_width(probabilities, share):
    """Half the width of the central range in classes (...), each class being spread evenly over its width.

    Between whole classes the quantiles are interpolated, so that narrow distributions have no width of 0.
    """
    probabilities = np.asarray(probabilities, float)
    cumulative = _cumulative(probabilities)
    ends = []
    for at in ((1 - share) / 2, (1 + share) / 2):
        k = (cumulative < at - _ROUNDING).sum(-1).clip(max=cumulative.shape[-1] - 1)[..., None]
        upper, own = (np.take_along_axis(array, k, -1) for array in (cumulative, probabilities))
        own = own / probabilities.sum(-1, keepdims=True)
        ends.append((k + 1 - (upper - at) / np.maximum(own, _ROUNDING))[..., 0])
    return (ends[1] - ends[0]) / 2


def needed_shares(probabilities, classes):
    """The smallest share whose central range contains the true class, the inverse of `central_range`.

    Parameters
    ----------
    probabilities : array (n, n_class)
    classes : array of int (n,)

    Returns
    -------
    array (n,)
        0 if the true class is the median.
    """
    cumulative = _cumulative(probabilities)
    upper = np.take_along_axis(cumulative, np.asarray(classes)[:, None], 1)[:, 0]
    before = np.pad(cumulative, ((0, 0), (1, 0)))
    lower = np.take_along_axis(before, np.asarray(classes)[:, None], 1)[:, 0]
    needed = np.maximum(1 - 2 * upper, 2 * lower - 1)
    return np.where(needed > 0, needed + 4 * _ROUNDING, 0)


def _cumulative(probabilities):
    cumulative = np.cumsum(np.asarray(probabilities, float), axis=-1)
    return cumulative / cumulative[..., -1:]
