r"""The rule behind the ledger's verdicts: the same for every claim of a kind, at one confidence level.

A published number :math:`p`, based on a sample of :math:`n`, has a sampling error, as does ours. The two
intervals at the level `CONFIDENCE` give that of the difference, by the method of variance estimates recovery
(Zou & Donner 2008, Statistics in Medicine 27, 1693). Verdicts:

differs
    the interval of the difference excludes zero;
reproduced
    it includes zero; it excludes the difference to every answer that would make the statement empty: zero,
    all, the chance level, and twice the number; and our sample can either show a difference that matters, a
    tenth of the distance to the nearest of those answers, or is at least half as large as the document's;
too few to tell
    anything else. A number that its own sample cannot distinguish from an uninformative answer, such as no
    star out of ten, is never reproduced, nor is a choice that chance makes more often than once in twenty;
    single choices or optima, without repeats, may also differ by chance.

Intervals are Clopper and Pearson's for a fraction and for a count, which is a fraction of its row or sample
(Wilson's are too narrow for a handful of spectra); of :math:`\chi^2` for a standard deviation and a mean
squared error; of the normal law for a mean, with the standard deviation printed beside it, and for a mean
absolute error, that of Gaussian errors; a printed ± is the standard deviation of the repeats that are stated.
The last printed digit is uncertain by half its unit. If our table holds a bootstrap interval by star, it is
used unless the binomial one is wider.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

__all__ = [
    "CONFIDENCE",
    "KINDS",
    "VERDICTS",
    "Judgement",
    "difference_interval",
    "judge",
    "our_interval",
    "published_interval",
]

CONFIDENCE = 0.95
MATTERS = 0.1  # fraction of the distance to the nearest uninformative answer
SAMPLE = 0.5  # fraction of the document's sample from which ours counts as large enough
LUCK = 1 - CONFIDENCE
VERDICTS = ("differs", "too few to tell", "reproduced", "discrepancy", "setting", "not comparable")
KINDS = {
    "fraction": "share of a sample",
    "count": "number out of a sample, compared as a share of it",
    "size": "number or limit of a whole sample, compared as printed",
    "mean": "mean with a printed standard deviation",
    "sigma": "standard deviation or root mean square of a sample",
    "mae": "mean absolute error of a sample",
    "mse": "mean squared error of a sample",
    "slope": "slope of a line fitted to a sample",
    "r2": "coefficient of determination of a sample",
    "type": "class that a network gives to one star",
    "entry": "entry of a catalogue, compared as printed",
    "parameter": "number that follows from the built network or grid, compared as printed",
    "setting": "value that a configuration sets",
    "choice": "one of several options",
    "optimum": "place of an optimum on a curve",
    "curve": "value read off a figure",
    "duration": "time on other hardware",
    "literature": "number that the document takes from another work",
}
OWN_PHYSICS = "simulated"
NO_SPECTRA = "no spectra"  # source in tables of a library that the mirror lacks


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reason and the underlying intervals.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`.
    reason : str
    published, ours, difference : tuple of float
        Ends of the intervals, in the printed unit; NaN if there is none.
    stake : float
        Difference as a fraction of the distance to the nearest uninformative answer, NaN if there is none.
    """

    verdict: str
    reason: str
    published: tuple = (math.nan, math.nan)
    ours: tuple = (math.nan, math.nan)
    difference: tuple = (math.nan, math.nan)
    stake: float = math.nan


def judge(claim, ours):
    """Verdict on a claim.

    Parameters
    ----------
    claim : obafgkm.report.claims.Claim
    ours : object
        With ``value, low, high, n, repeats, spread, source`` and ``notes``: an `obafgkm.report.ledger.Ours`.

    Returns
    -------
    Judgement
    """
    notes = [*ours.notes]
    if claim.synthetic and ours.source not in ("", OWN_PHYSICS, claim.synthetic):
        notes.append(f"our spectra are of {ours.source}, the document's of {claim.synthetic}")
    notes += filter(None, [claim.reason, claim.error_reason])
    if claim.contradicts:
        return Judgement("discrepancy", _contradiction(claim))
    if claim.kind == "setting" and claim.product is None:
        return Judgement("setting", "; ".join(notes))
    if claim.value is None or claim.product is None or ours.notes:
        return Judgement("not comparable", "; ".join(notes))
    if claim.kind == "setting":
        same = "as in the document" if _equal(claim, ours.value) else f"{ours.value:g} here"
        return Judgement("setting", "; ".join([same, *notes]))
    barred = None if claim.kind == "parameter" else _barred(claim, ours)
    if math.isnan(ours.value):
        return Judgement("not comparable", "; ".join([barred or "not defined for these data", *notes]))
    verdict = {"size": _exact, "entry": _exact, "parameter": _exact, "choice": _choice, "optimum": _optimum}
    found = verdict.get(claim.kind, _measured)(claim, ours)
    if barred:  # the intervals are still shown
        shown = {"published": found.published, "ours": found.ours}
        return Judgement("not comparable", "; ".join([barred, *notes]), **shown)
    return replace(found, reason="; ".join([found.reason, *notes]))


def _barred(claim, ours):
    """Why our data cannot reproduce a claim; None if they can."""
    parts = set(ours.source.split(", "))
    if ours.source == NO_SPECTRA:
        return "the archive was not available"
    if OWN_PHYSICS not in parts:
        return None
    if claim.synthetic:
        ours = "our grey atmospheres and short line list"
        return f"synthetic, as in the document, but from {ours} instead of {claim.synthetic}"
    return "simulated" if parts == {OWN_PHYSICS} else "in part simulated"


def _contradiction(claim):
    other = claim.contradicts
    how = f" ({other['how']})" if "how" in other else ""
    return f"the document also says {other['value']:,.10g}, {other['locator']}{how}"


# ----------------------------------------------------------------------------- kinds without a sampling error


def _equal(claim, value):
    """Whether a number agrees with the printed one to its last digit."""
    return abs(value - claim.value) <= claim.step / 2 * (1 + 1e-9) or math.isclose(value, claim.value)


def _exact(claim, ours):
    if _equal(claim, ours.value):
        return Judgement("reproduced", "as printed", stake=0.0)
    if claim.kind == "size" and claim.part and ours.value < claim.value:
        return Judgement("not comparable", f"the archive holds {ours.value:,.10g} of them")
    stake = abs(ours.value - claim.value) / abs(claim.value) if claim.value else 1.0
    return Judgement("differs", f"off by {ours.value - claim.value:+,.6g}", stake=stake)


def _choice(claim, ours):
    """Compare single choices: chance alone often gives the same one, and a different one even more often."""
    odds = f"chance gives this choice 1 time in {claim.options}"
    if not _equal(claim, ours.value):
        return Judgement("too few to tell", f"another choice; {odds}")
    return Judgement("reproduced" if 1 / claim.options <= LUCK else "too few to tell", odds)


def _optimum(claim, ours):
    """Compare positions, each from one training; only repeats tell how far they scatter."""
    if ours.repeats == ours.repeats and ours.repeats > 1 and ours.spread == ours.spread:
        reach = stats.t.ppf((1 + CONFIDENCE) / 2, ours.repeats - 1) * ours.spread
        reach *= math.sqrt(1 + 1 / ours.repeats)
        if abs(ours.value - claim.value) > reach:
            return Judgement("differs", f"the next training lies within {reach:,.3g} of ours")
        if reach <= MATTERS * abs(claim.value):
            return Judgement("reproduced", f"the next training lies within {reach:,.3g} of ours")
    return Judgement("too few to tell", "a single training does not constrain where another's optimum lies")


# -------------------------------------------------------------------------------- kinds with a sampling error


def _measured(claim, ours):
    if claim.part and claim.sample and ours.n < claim.sample:
        return Judgement("not comparable", f"the archive holds {ours.n:,.0f} of {claim.sample:,}")
    if ours.n == 0:
        return Judgement("too few to tell", "none of our spectra is of this kind")
    published, own = published_interval(claim), our_interval(claim, ours)
    if published is None:
        return Judgement("not comparable", "the document's sampling error is not known")
    if own is None:
        return Judgement("not comparable", "ours has no sampling error")
    whole = _whole(claim)
    p, q = claim.value / whole, _rate(claim, ours)
    low, high = difference_interval(p, published, q, own)
    distance = min(abs(empty - p) for empty in _empty(claim, p))
    stake = abs(q - p) / (distance or 1)
    ends = [tuple(whole * end for end in pair) for pair in (published, own, (low, high))]
    printed = " to ".join(f"{end:+,.0f}" if abs(end) >= 1000 else f"{end:+.3g}" for end in ends[2])
    if claim.kind == "count":
        ends[1] = tuple(ours.n * end for end in own)
        printed += f" of {claim.sample:,}"

    def judgement(verdict, reason):
        if claim.sample and ours.n == ours.n and ours.n != claim.sample:
            reason += f"; {ours.n:,.0f} here against {claim.sample:,} in the document"
        return Judgement(verdict, reason, *ends, stake)

    if not low <= 0 <= high:
        return judgement("differs", f"the difference is {printed}")
    if not distance:
        return judgement("too few to tell", f"an uninformative answer would also give {claim.value:g}")
    own_low, own_high = difference_interval(p, published, p, published)
    if any(own_low <= empty - p <= own_high for empty in _empty(claim, p)):
        reason = "the document's own sample cannot distinguish it from an uninformative answer"
        return judgement("too few to tell", reason)
    if any(low <= empty - p <= high for empty in _empty(claim, p)):
        return judgement(
            "too few to tell", f"the difference, {printed}, may also be that to an uninformative answer"
        )
    shown = (high - low) / 2 <= MATTERS * distance
    if shown or _large_enough(claim, ours, published, own):
        return judgement("reproduced", f"the difference is {printed}")
    return judgement("too few to tell", f"the interval of the difference, {printed}, is too wide")


def _whole(claim):
    """Factor that converts a share to the printed value."""
    if claim.kind == "count":
        return claim.sample or math.nan
    return 100.0 if claim.kind == "fraction" and claim.unit == "%" else 1.0


def _rate(claim, ours):
    """Our number, as a share if the kind is one."""
    if claim.kind == "count":
        return ours.value / ours.n if ours.n else math.nan
    return ours.value / _whole(claim)


def _empty(claim, p):
    """Answers that make a statement empty, as shares if the kind is one."""
    if claim.kind == "type":
        return [claim.chance]
    empty = [0.0, 2 * p]
    if claim.kind in ("fraction", "count", "r2"):
        empty.append(1.0)
    if claim.chance is not None:
        empty.append(claim.chance)
    return empty


def _large_enough(claim, ours, published, own):
    if claim.kind == "type":
        return True
    if claim.sample and ours.n == ours.n:
        return ours.n >= SAMPLE * claim.sample
    return np.ptp(own) <= np.ptp(published) / math.sqrt(SAMPLE)


def difference_interval(p, published, q, own):
    """Interval of ``q - p`` from an interval of each, by variance estimates recovery.

    >>> low, high = difference_interval(0.5, (0.4, 0.6), 0.5, (0.4, 0.6))
    >>> round(low, 3), round(high, 3)
    (-0.141, 0.141)
    """
    (p_low, p_high), (q_low, q_high) = published, own
    difference = q - p
    return difference - math.hypot(q - q_low, p_high - p), difference + math.hypot(q_high - q, p - p_low)


def published_interval(claim):
    """Interval of a published number, as a share if the kind is one; None if its error is unknown."""
    whole = _whole(claim)
    value = claim.value / whole
    if claim.error is not None:
        reach = _normal() * claim.error
        ends = (value - reach, value + reach)
    elif claim.kind == "mean" and claim.uncertainty is not None:
        ends = _mean(value, claim.uncertainty, claim.repeats)
    elif claim.kind == "fraction" and claim.uncertainty is not None:
        ends = _mean(value, claim.uncertainty / whole, claim.repeats)
    else:
        ends = _interval(claim.kind, value, claim.sample, claim.spread)
    if ends is None:
        return None
    rounding = claim.step / whole / 2 if claim.kind not in ("count", "type") else 0
    return min(ends[0], value) - rounding, max(ends[1], value) + rounding


def our_interval(claim, ours):
    """Interval of our number, as a share if the kind is one; None if its error is unknown."""
    value = _rate(claim, ours)
    if math.isnan(value):
        return None
    if ours.spread == ours.spread and ours.repeats == ours.repeats and ours.repeats > 1:
        return _mean(value, ours.spread / _whole(claim), ours.repeats)
    # The document's scatter is not that of our sample.
    spread = None if claim.kind == "mean" else claim.spread
    own = _interval(claim.kind, value, ours.n if ours.n == ours.n else None, spread)
    if ours.low == ours.low and claim.kind != "count":
        low, high = (end / _whole(claim) for end in (ours.low, ours.high))
        if claim.kind != "fraction" or own is None:  # a bootstrap of equal values has zero width
            own = (low, high)
        own = min(low, own[0]), max(high, own[1])
    if own is None and claim.error is not None:
        own = value - _normal() * claim.error, value + _normal() * claim.error
    if own is None:
        return None
    return min(own[0], value), max(own[1], value)


def _normal():
    return stats.norm.ppf((1 + CONFIDENCE) / 2)


def _mean(value, spread, repeats):
    """Interval of a mean over repeats with their standard deviation; of one if their number is unknown."""
    reach = stats.t.ppf((1 + CONFIDENCE) / 2, repeats - 1) / math.sqrt(repeats) if repeats else _normal()
    return value - reach * spread, value + reach * spread


def _interval(kind, value, n, spread):
    """Interval, by kind, of a value from a sample of n; None if that does not suffice."""
    if kind == "type":
        return None if spread is None else (value - _normal() * spread, value + _normal() * spread)
    n = round(n or 0)
    if not n:
        return None
    if kind in ("fraction", "count"):
        if not 0 <= value <= 1:
            return None
        k, tail = round(value * n), (1 - CONFIDENCE) / 2
        low = stats.beta.ppf(tail, k, n - k + 1) if k else 0.0
        return low, stats.beta.ppf(1 - tail, k + 1, n - k) if k < n else 1.0
    if n < 2:
        return None
    if kind in ("sigma", "mse"):
        free = n - 1 if kind == "sigma" else n
        variance = free / stats.chi2.ppf([(1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2], free)
        return tuple(value * (np.sqrt(variance) if kind == "sigma" else variance))
    if kind == "mae":
        reach = _normal() * value * math.sqrt((math.pi / 2 - 1) / n)
    elif kind == "mean" and spread is not None:
        reach = _normal() * spread / math.sqrt(n)
    elif kind == "slope" and spread is not None and n > 2:
        reach = _normal() * abs(value) * math.sqrt((1 / spread - 1) / (n - 2))
    elif kind == "r2" and n > 3 and 0 < value < 1:
        centre = math.atanh(math.sqrt(value))
        low, high = (math.tanh(centre + end * _normal() / math.sqrt(n - 3)) for end in (-1, 1))
        return max(low, 0) ** 2, high**2
    else:
        return None
    return value - reach, value + reach
