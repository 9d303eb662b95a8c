"""Bootstrap intervals of metrics, resampling stars or other groups of spectra."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.metrics import dispersion

__all__ = [
    "bootstrap_interval",
    "error_columns",
    "error_intervals",
    "rms_interval",
    "wilson_interval",
    "with_intervals",
]


def bootstrap_interval(metrics, stars, *arrays, samples, confidence, seed):
    """Percentile intervals of metrics under resampling of stars.

    All spectra of a star are drawn together, so that repeated spectra are not treated as independent.

    Parameters
    ----------
    metrics : callable
        Takes the resampled `arrays`, returns a dict of numbers.
    stars : array-like of str (n,)
        Star of each spectrum.
    *arrays : arrays (n, ...)
    samples : int
        Number of bootstrap samples.
    confidence : float
        Confidence level, 0 ... 1.
    seed : int

    Returns
    -------
    dict of str to (low, high)
    """
    arrays = [np.asarray(array) for array in arrays]
    star = np.unique(np.asarray(stars, str), return_inverse=True)[1]
    order = np.argsort(star, kind="stable")
    start = np.searchsorted(star[order], np.arange(star.max() + 2))
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(samples):
        chosen = rng.integers(0, start.size - 1, start.size - 1)
        index = np.concatenate([order[start[i] : start[i + 1]] for i in chosen])
        drawn.append(metrics(*(array[index] for array in arrays)))
    tail = 50 * (1 - confidence)
    low, high = np.nanpercentile(pd.DataFrame(drawn), [tail, 100 - tail], axis=0)
    return {name: (low[i], high[i]) for i, name in enumerate(drawn[0])}


def with_intervals(metrics, stars, *arrays, shares=None, **bootstrap):
    """Metrics ``x`` with intervals ``x_low`` and ``x_high``; other arguments as for `bootstrap_interval`.

    Parameters
    ----------
    shares : dict of str to int, optional
        Metrics that are a share, with the number of stars of which they are one. A share of 0 or 1 is the
        same in every bootstrap sample; its interval is that of Wilson.
    """
    intervals = bootstrap_interval(metrics, stars, *arrays, **bootstrap)
    row = {}
    for name, value in metrics(*map(np.asarray, arrays)).items():
        interval = intervals[name]
        if value in (0, 1) and name in (shares or {}):
            interval = wilson_interval(value, shares[name], bootstrap["confidence"])
        row[name], row[f"{name}_low"], row[f"{name}_high"] = value, *map(float, interval)
    return row


def rms_interval(difference, stars, *, samples, confidence, seed):
    """Percentile intervals of root mean squares under resampling of stars, for many predictions at once.

    Equivalent to `bootstrap_interval` but a thousand times faster, as a mean needs only each star's sum.

    Parameters
    ----------
    difference : array (n, k)
        Predicted minus expected for `k` sets of predictions of the same spectra; NaN where missing.
    stars : array-like of str (n,)
        Star of each spectrum.
    samples : int
        Number of bootstrap samples, the same for every set of predictions.
    confidence : float
        Confidence level, 0 ... 1.
    seed : int

    Returns
    -------
    low, high : arrays (k,)
    """
    squares = pd.DataFrame(np.asarray(difference, float) ** 2).groupby(np.asarray(stars, str))
    n_spectra, total = squares.count().to_numpy(), squares.sum().to_numpy()
    n_stars = len(n_spectra)
    drawn = np.random.default_rng(seed).multinomial(n_stars, np.full(n_stars, 1 / n_stars), samples)
    rms = np.sqrt(drawn @ total / (drawn @ n_spectra))
    tail = 50 * (1 - confidence)
    return np.percentile(rms, [tail, 100 - tail], axis=0)


def error_intervals(difference, groups, *, samples, confidence, seed):
    """Percentile intervals of errors under resampling of groups; as fast as `rms_interval`.

    Parameters
    ----------
    difference : array-like (n,)
        Predicted minus expected.
    groups : array-like (n,)
        Unit of resampling: the star or the model atmosphere of each spectrum.
    samples : int
        Number of bootstrap samples.
    confidence : float
        Confidence level, 0 ... 1.
    seed : int

    Returns
    -------
    dict of str to (low, high)
        ``mae`` (mean absolute error), ``bias`` and ``sigma``.
    """
    difference = np.asarray(difference, float)
    columns = {"n": np.ones_like(difference), "bias": difference}
    columns |= {"mae": np.abs(difference), "square": difference**2}
    sums = pd.DataFrame(columns).groupby(np.asarray(groups)).sum()
    drawn = np.random.default_rng(seed).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), samples)
    drawn = pd.DataFrame(drawn @ sums.to_numpy(), columns=sums.columns)
    mean = drawn.div(drawn["n"], axis=0)
    mean["sigma"] = np.sqrt((mean["square"] - mean["bias"] ** 2).clip(lower=0))
    tail = 50 * (1 - confidence)
    return {name: tuple(np.percentile(mean[name], [tail, 100 - tail])) for name in ("mae", "bias", "sigma")}


def error_columns(difference, groups, settings, seed):
    """Errors of predicted parameters, those of `error_intervals` with their bounds.

    Parameters
    ----------
    difference, groups : array-like (n,)
        See `error_intervals`.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int

    Returns
    -------
    dict
        ``mae``, ``bias``, ``sigma`` with ``_low`` and ``_high``, and the rest of `dispersion`.
    """
    intervals = error_intervals(
        difference, groups, samples=settings["bootstrap"], confidence=settings["confidence"], seed=seed
    )
    values = {"mae": np.abs(difference).mean(), **dispersion(difference, settings["clip"])}
    columns = {}
    for name, value in values.items():
        columns[name] = value
        if name in intervals:
            columns[f"{name}_low"], columns[f"{name}_high"] = intervals[name]
    return columns


def wilson_interval(share, n, confidence=0.95):
    """Interval of a fraction of `n` independent trials (Wilson 1927, JASA 22, 209).

    Parameters
    ----------
    share : array-like (m,)
        0 ... 1.
    n : array-like of int (m,)
    confidence : float
        Confidence level, 0 ... 1.

    Returns
    -------
    array (2, m)
        Lower and upper ends, within 0 ... 1.
    """
    from astropy.stats import binom_conf_interval

    right = np.round(np.asarray(share) * np.asarray(n))
    low, high = binom_conf_interval(right, n, confidence, interval="wilson")
    # Rounding leaves the ends of none and of all a last digit off.
    return np.array([np.where(right == 0, 0, low), np.where(right == n, 1, high)])
