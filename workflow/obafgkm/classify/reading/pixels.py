"""Valid pixels: masks, gaps of zeros, sentinels, infinite or unknown errors."""

import numpy as np

from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.spectroscopy.runs import runs

__all__ = ["errors_beside", "errors_fit", "has_own_noise", "inverse_variances", "lone", "masked", "scatter"]

_SENTINELS = np.array(
    [-99.0, -99.9, -99.99, -999.0, -999.9, -9999.0, -99999.0, -32768.0, -1e20, -1e30, -1e34]
)
_SENTINELS = np.concatenate([_SENTINELS, -_SENTINELS, [9.969209968386869e36, 3.4028234663852886e38]])
_NEAR_SENTINELS = 1e-8 + 1e-6 * np.abs(_SENTINELS)
_ZEROS = 3  # in a row: no detector reads exactly zero so often
_CONSTANT = 20  # equal values in a row
_REPEATED = 5  # occurrences of an extreme value far from all others
_FAR = 3.0  # as a multiple of the range of the others
_NOTHING = 1e-6  # of the median flux
_DEEPEST = 0.02  # of the median flux: no line of a well-exposed star is so deep
_TOO_MUCH = 1e8  # of the median inverse variance: errors 10,000 times smaller than the others are not real
_MOST_UNKNOWN = 0.5  # fraction of the errors
_LONE = 1.5  # deviation of a lone pixel, as a multiple of the median flux: deeper than any absorption line
_SIGNIFICANT = 10.0  # the same as a multiple of its error
_BESIDE = 0.1  # of that deviation, beside a lone pixel: any line that two pixels sample has more
_WINDOW = 21  # pixels
_MOST_LONE = 0.01  # fraction of the pixels
_OTHER_SIZE = 20.0  # ratio of their medians at which a variance cannot be taken for another star's flux
_BROAD = 51  # pixels
_NAMES = {"variance": "variance", "ivar": "inverse variance"}
_NO_WEIGHT = 1e-6  # of the median inverse variance: the weight of such a pixel is negligible


def masked(flux):
    """Pixels of a spectrum without flux.

    Parameters
    ----------
    flux : array (n_pix,)

    Returns
    -------
    array of bool (n_pix,)
        Not finite; in a run of exact zeros (3 or more) or of any constant other than one (20 or more), as
        between detectors; or a sentinel such as -999.
    """
    bad = ~np.isfinite(flux)
    good = flux[~bad] if bad.any() else flux
    if good.size < 10:
        return bad
    bad |= _runs(flux) | _without_light(flux, good)
    low, high = good.min(), good.max()
    for value in (low, high):
        is_known = (np.abs(value - _SENTINELS) <= _NEAR_SENTINELS).any()
        if is_known or np.count_nonzero(good == value) >= _REPEATED:
            others = good[good != value]
            if others.size and value and _is_far(value, others):
                bad |= flux == value
    return bad


def lone(flux, ivar=None):
    """Pixels, alone or in pairs, that stand out further than any line could: cosmic rays, dead pixels.

    Parameters
    ----------
    flux : array (n_pix,)
    ivar : array (n_pix,), optional
        Inverse variance; the scatter of the flux takes its place.

    Returns
    -------
    array of bool (n_pix,)
        None if they are more than 1 % of the pixels: they then are no accidents.
    """
    found = np.zeros(flux.size, bool)
    good = np.isfinite(flux) if ivar is None else np.isfinite(flux) & (ivar > 0)
    own = flux[good]
    size = np.abs(own)
    least = _LONE * np.median(size) if own.size >= _WINDOW else np.inf
    if not (size > least).any():  # most spectra
        return found
    deviation = np.abs(own - np.median(_windows(own, _WINDOW), axis=-1))
    error = scatter(own) if ivar is None else ivar[good] ** -0.5
    high = (deviation > least) & (deviation > _SIGNIFICANT * error)
    beside = np.pad(deviation, 1)
    for first, end in runs(high):
        around = max(beside[first], beside[end + 1])
        high[first:end] = end - first <= 2 and around < _BESIDE * deviation[first:end].max()
    if high.mean() <= _MOST_LONE:
        found[good] = high
    return found


def _windows(values, width):
    """The pixels around each pixel, (n_pix, width); beyond the ends, those at the ends are repeated."""
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, width // 2, mode="edge"), width)


def _without_light(flux, good):
    """Pixels of zero or nearly zero flux: several in a row, or where all others are well above."""
    size = np.abs(good)
    if size.min() > _NOTHING * size.max():  # most spectra, without a median
        return np.zeros(flux.size, bool)
    level = np.median(size)
    nothing = np.abs(flux) <= _NOTHING * level
    if not level or not nothing.any() or nothing.mean() > 0.5:
        return np.zeros(flux.size, bool)
    if good[size > _NOTHING * level].min() > _DEEPEST * level:
        return nothing
    return _runs(np.where(nothing, 0.0, flux))


def _is_far(value, others):
    low, high = others.min(), others.max()
    return low < high and (
        value < low - _FAR * (high - low) or value > high + _FAR * (high - low) or value < 0 <= low
    )


def _runs(flux):
    """Pixels in runs of a constant value."""
    same = flux[1:] == flux[:-1]
    bad = np.zeros(flux.size, bool)
    if np.count_nonzero(same) < _ZEROS - 1:
        return bad
    for first, last in runs(same):  # of differences, one fewer than pixels
        length = last - first + 1
        value = flux[first]
        if length >= (_ZEROS if value == 0 else _CONSTANT) and value != 1:
            bad[first : last + 1] = True
    return bad


def inverse_variances(values, kind, light=None):
    """Inverse variances from errors, variances or inverse variances.

    Parameters
    ----------
    values : array (n_pix,)
    kind : str
        ``error``, ``variance`` or ``ivar``.
    light : array of bool (n_pix,), optional
        Pixels that have a flux.

    Returns
    -------
    array (n_pix,) or None
        0 for pixels that are not used, whose error is infinite, zero, negative, huge or not a number. None if
        no error is known.
    """
    values = np.asarray(values, float)
    finite = np.isfinite(values)
    if values.size > 1 and (values == 1).all():  # a placeholder that programs write for errors
        return None
    if kind == "ivar":
        if not finite.any():
            return None
        ivar = np.where(finite & (values > 0), values, 0.0)
    else:
        known = finite & (values > 0)
        if not known.any():
            return None
        power = values[known] ** (2 if kind == "error" else 1)
        if not np.isfinite(power).all() or not power.all():  # over- or underflow
            power = np.clip(power, 1e-300, 1e300)
        ivar = np.zeros(values.shape)
        ivar[known] = 1 / power
        # If most are unknown, unknown errors do not mark bad pixels.
        if (~known if light is None or not light.any() else ~known[light]).mean() > _MOST_UNKNOWN:
            return None
    positive = ivar[ivar > 0]
    if positive.size and positive.min() < _NO_WEIGHT * positive.max():  # else none is far from the median
        usual = np.median(positive)
        ivar[(ivar < _NO_WEIGHT * usual) | (ivar > _TOO_MUCH * usual)] = 0
    return ivar


def scatter(flux):
    """Standard deviation of the noise from the scatter of neighbours (DER_SNR)."""
    good = flux[np.isfinite(flux)]
    if good.size < 10:
        return 0.0
    return float(1.482602 / np.sqrt(6) * np.median(np.abs(2 * good[2:-2] - good[:-4] - good[4:])))


def errors_fit(errors, flux):
    """Whether unnamed numbers can be the errors of a flux: 'error', 'variance', 'ivar' or ''.

    They must be positive and, in the median, agree with the scatter of the flux within the effects of lines
    and correlated noise.
    """
    noise = scatter(flux)
    good = np.isfinite(errors) & np.isfinite(flux)
    if np.count_nonzero(good) < 10 or noise == 0:
        return ""
    errors, level = errors[good], np.median(np.abs(flux[good]))
    if np.count_nonzero(errors < 0) or not (middle := np.median(errors)) > 0:
        return ""
    guesses = {"error": middle, "variance": np.sqrt(middle), "ivar": middle**-0.5}
    ratios = {
        kind: abs(np.log(max(value, 1e-300) / noise))
        for kind, value in guesses.items()
        if value < 0.5 * level
    }
    if not ratios:
        return ""
    if np.corrcoef(errors, flux[good])[0, 1] > 0.5:  # as for signal-to-noise ratios
        ratios.pop("ivar", None)
    if not ratios:
        return ""
    if ratios.get("error", np.inf) < np.log(4):
        return "error"
    if errors.min() == errors.max():  # a constant may be anything
        return ""
    fitting = {kind: ratio for kind, ratio in ratios.items() if ratio < np.log(20 if kind == "error" else 4)}
    return min(fitting, key=fitting.get, default="")


def has_own_noise(values, flux):
    """Whether numbers scatter like a separate spectrum and not like errors, which follow the flux."""
    noise, likeness = _noise_beside(values, flux)
    return noise > 0.3 and likeness < 0.5


def errors_beside(values, flux):
    """What unnamed numbers beside a flux are: 'error', 'variance', 'ivar', or '' for another spectrum.

    The variance of photon counts is as large as the counts, and so is the flux of another star. But the
    variance is smooth, or has the noise of the flux itself, where the other star has its own.

    Raises
    ------
    RefusedError
        If they may be either, or are another form of the flux.
    """
    kind = errors_fit(values, flux)
    size = np.nanmedian(np.abs(values)) / np.nanmedian(np.abs(flux)) if kind else 0.0
    if not kind and _is_rescaled(values, flux):
        raise RefusedError("is the flux times a smooth curve, as its signal-to-noise ratio is")
    if kind in ("", "error"):
        return "" if has_own_noise(values, flux) else kind
    noise, likeness = _noise_beside(values, flux)
    if not 1 / _OTHER_SIZE < size < _OTHER_SIZE:
        likeness *= -1 if kind == "ivar" else 1  # which is small where the flux is large
        if noise < 0.3 or likeness > 0.2:
            return kind
        raise RefusedError(f"may be the {_NAMES[kind]} of the flux, or the flux of another star")
    unlike = _unlikeness(values, flux)
    if likeness > 0.98 or (noise < 0.15 and unlike < 0.05):
        return kind
    if noise > (0.2 if unlike > 0.1 else 0.5) and likeness < (0.7 if unlike > 0.05 else 0.3):
        return ""
    raise RefusedError(f"may be the {_NAMES[kind]} of the flux, or the flux of another star")


def _is_rescaled(values, flux):
    """Whether numbers have the lines and the noise of a flux, and nothing of their own."""
    level = np.nanmedian(np.abs(flux))
    good = np.abs(flux) > 0.1 * level
    ratio = np.asarray(values[good], float) / flux[good]
    return ratio.size > _WINDOW and scatter(ratio) < 0.1 * np.nanmedian(np.abs(ratio)) * scatter(flux) / level


def _unlikeness(values, flux):
    """Typical deviation of running means of numbers from a multiple, plus a constant, of those of a flux."""
    good = np.isfinite(values) & np.isfinite(flux)
    own, other = (_windows(row[good], _BROAD).mean(axis=-1) for row in (values, flux))
    deviations = own - np.polyval(np.polyfit(other, own, 1), other)
    return np.median(np.abs(deviations)) / np.median(np.abs(own))


def _noise_beside(values, flux):
    """Relative noise of numbers as a multiple of that of a flux, and the correlation of the noise of both."""
    level, own = np.nanmedian(np.abs(flux)), np.nanmedian(np.abs(values))
    if not (level > 0 and own > 0 and (noise := scatter(flux)) > 0):
        return 0.0, 0.0
    differences = [2 * row[2:-2] - row[:-4] - row[4:] for row in np.asarray([flux, values], float)]
    good = np.isfinite(differences).all(axis=0)
    ranks = [np.argsort(np.argsort(row[good])) for row in differences]
    return scatter(values) / own / (noise / level), float(np.corrcoef(ranks)[0, 1])
