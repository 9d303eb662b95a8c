"""Whether a network has learnt: its score beside that of the trivial answer to the same test spectra.

The trivial answer is the best one that takes no look at a spectrum: the commonest class of the test sample,
the mean of its labels, its mean spectrum. Known from the test sample itself, it is at least as good as the
same answer known from training. A network has learnt if the interval of the paired difference lies above
zero; `Comparison` says so, and holds all numbers.

Intervals are percentile intervals under resampling of groups (stars, model atmospheres), their tails moved
outwards for few groups (the expanded percentile interval of Hesterberg 2015, The American Statistician 69,
371). With so few groups that even a sign test without exception shows nothing, there is no interval. That of
an accuracy is no narrower than the exact one of McNemar's test.
"""

import json
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.dummy import DummyClassifier, DummyRegressor

__all__ = [
    "CONFIDENCE",
    "PREFIX",
    "Comparison",
    "add_to_card",
    "compare_classes",
    "compare_spectra",
    "compare_values",
    "median",
    "pool",
]

CONFIDENCE = 0.95
PREFIX = "compared_"  # of the columns of a table that hold a comparison
SAMPLES = 1000
_DRAWN_AT_ONCE = 10_000_000  # numbers, so that tens of thousands of groups fit into memory


@dataclass(frozen=True)
class Comparison:
    """The score of a network and that of the trivial answer, on the same spectra.

    Attributes
    ----------
    score : str
        ``accuracy``; ``rms``, the root mean square error; or ``explained``, the share of the variance about
        the mean spectrum that a reconstruction explains.
    answer : str
        The trivial answer.
    n, groups : int
        Spectra, and groups that are resampled.
    ours, ours_low, ours_high : float
    trivial : float
    gain, gain_low, gain_high : float
        By how much the network's score is better, whichever way is better.
    """

    score: str
    answer: str
    n: int
    groups: int
    ours: float
    ours_low: float
    ours_high: float
    trivial: float
    gain: float
    gain_low: float
    gain_high: float

    @property
    def has_learnt(self):
        """Whether the network is better than the trivial answer by more than the interval."""
        return bool(self.gain_low > 0)

    def columns(self):
        """The numbers as columns of a table, from which `of_row` makes them again."""
        return {f"{PREFIX}{name}": value for name, value in asdict(self).items()}

    @classmethod
    def of_row(cls, row):
        """The comparison that a row of a table holds in the columns of `columns`.

        Raises
        ------
        KeyError
            If the row has none.
        """
        return cls(**{field.name: row[f"{PREFIX}{field.name}"] for field in fields(cls)})

    def __str__(self):
        """Both numbers in a sentence."""
        told = "better" if self.has_learnt else "not shown to be better"
        return (
            f"{self.score} {self.ours:.4g} ({self.ours_low:.4g} to {self.ours_high:.4g}) on {self.n} "
            f"spectra, {self.answer} {self.trivial:.4g}: {told}, the gain is {self.gain:.3g} "
            f"({self.gain_low:.3g} to {self.gain_high:.3g})"
        )


def compare_classes(expected, predicted, groups):
    """Accuracy of a classifier, beside that of the commonest class.

    Parameters
    ----------
    expected, predicted : array-like (n,)
        Classes, as numbers or names.
    groups : array-like (n,)
        What is resampled together: the star of each spectrum.

    Returns
    -------
    Comparison
    """
    expected, predicted = np.asarray(expected), np.asarray(predicted)
    commonest = _best_constant(DummyClassifier(strategy="most_frequent"), expected)
    return _compare("accuracy", "the commonest class", expected != predicted, expected != commonest, groups)


def compare_values(expected, predicted, groups, known=None):
    """Root mean square error of predicted numbers, beside that of a constant.

    Parameters
    ----------
    expected, predicted : array-like (n,)
    groups : array-like (n,)
        See `compare_classes`.
    known : array-like (m,), optional
        Labels whose mean is the constant, where those of the test spectra tell more than anybody could know
        without a look at them, such as that all lie in a hole of the training sample.

    Returns
    -------
    Comparison
    """
    expected, predicted = np.asarray(expected, float), np.asarray(predicted, float)
    constant = _best_constant(DummyRegressor(), expected if known is None else np.asarray(known, float))
    errors = (predicted - expected) ** 2, (constant - expected) ** 2
    return _compare("rms", "a constant", *errors, groups)


def compare_spectra(spectra, reconstructions, groups):
    """Share of the variance that an autoencoder explains beyond the mean spectrum; R² over all pixels.

    Parameters
    ----------
    spectra, reconstructions : arrays (n, ...)
        As the network takes and gives them.
    groups : array-like (n,)
        See `compare_classes`.

    Returns
    -------
    Comparison
    """
    pixels = tuple(range(1, spectra.ndim))
    differences = reconstructions - spectra, spectra.mean(axis=0) - spectra
    squares = [np.mean(difference**2, axis=pixels, dtype=float) for difference in differences]
    return _compare("explained", "the mean spectrum", *squares, groups)


def pool(comparisons):
    """Accuracies on several samples as one, such as on the folds of a cross-validation.

    Limits of the mean follow from those of its parts by the method of variance estimates recovery (Zou &
    Donner 2008, Statistics in Medicine 27, 1693).

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of accuracies.

    Returns
    -------
    Comparison
    """
    table = pd.DataFrame([asdict(one) for one in comparisons])
    weight = table["n"] / table["n"].sum()
    means = {name: float(weight @ table[name]) for name in ("ours", "trivial", "gain")}
    limits = {}
    for name in ("ours", "gain"):
        for end, sign in (("low", -1), ("high", 1)):
            reach = np.hypot.reduce(weight * (table[f"{name}_{end}"] - table[name]))
            limits[f"{name}_{end}"] = means[name] + sign * float(reach)
    counts = {name: int(table[name].sum()) for name in ("n", "groups")}
    return Comparison("accuracy", table["answer"].iloc[0], **counts, **means, **limits)


def median(comparisons):
    """The median of each number of several networks' comparisons.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of networks with the same task and test spectra.

    Returns
    -------
    Comparison
    """
    table = pd.DataFrame([asdict(one) for one in comparisons])
    first = comparisons[0]
    numbers = table[["ours", "ours_low", "ours_high", "trivial", "gain", "gain_low", "gain_high"]]
    # A network that diverged has no score, and is worse than any that has.
    unbounded = [name for name in numbers if name.startswith("ours") and first.score == "rms"]
    worst = {name: np.inf if name in unbounded else -np.inf for name in numbers}
    return Comparison(first.score, first.answer, first.n, first.groups, **numbers.fillna(worst).median())


def add_to_card(path, comparison):
    """Note in the card of a training, a JSON file, how the network compares."""
    card = json.loads(path.read_text())
    path.write_text(json.dumps(card | comparison.columns(), indent=1))


def _best_constant(dummy, labels):
    """What scikit-learn's estimator that never looks at its input says of as many spectra."""
    if len(labels) == 0:
        return labels
    nothing = np.zeros((len(labels), 1))
    return dummy.fit(nothing, labels).predict(nothing)[:1]


def _compare(score, answer, loss, trivial_loss, groups):
    """Both scores from the losses of each spectrum, with the intervals of ours and of the gain."""
    columns = {"n": 1.0, "loss": np.asarray(loss, float), "trivial": np.asarray(trivial_loss, float)}
    table = pd.DataFrame(columns)
    sums = table.groupby(np.asarray(groups, str)).sum()
    with np.errstate(divide="ignore", invalid="ignore"):  # of no spectra, no score
        scores = _scores(score, table.to_numpy().sum(axis=0)[None])
    ours, trivial, gain = (float(value[0]) for value in scores)
    count = len(sums)
    low, high = np.array([-np.inf] * 2), np.array([np.inf] * 2)
    if np.isfinite(gain) and 2 * 0.5**count <= 1 - CONFIDENCE:
        drawn = _scores(score, _resampled(sums.to_numpy()))
        reach = stats.t.ppf((1 + CONFIDENCE) / 2, count - 1) * np.sqrt(count / (count - 1))
        tails = 100 * stats.norm.cdf([-reach, reach])
        low, high = np.percentile([drawn[0], drawn[2]], tails, axis=1)
        if score == "accuracy":
            exact = _mcnemar_interval(sums["trivial"] - sums["loss"], count)
            low[1], high[1] = min(low[1], exact[0]), max(high[1], exact[1])
    numbers = (ours, float(low[0]), float(high[0]), trivial, gain, float(low[1]), float(high[1]))
    return Comparison(score, answer, len(table), count, *numbers)


def _scores(score, sums):
    """Ours, the trivial one and the gain from rows of sums of counts, losses and trivial losses."""
    n, loss, trivial = sums.T
    if score == "accuracy":
        return 1 - loss / n, 1 - trivial / n, (trivial - loss) / n
    if score == "rms":
        ours, constant = np.sqrt(loss / n), np.sqrt(trivial / n)
        return ours, constant, constant - ours
    explained = 1 - loss / trivial
    return explained, np.zeros_like(explained), explained


def _resampled(sums):
    """Sums over groups drawn with replacement, `SAMPLES` times."""
    count = len(sums)
    rng, share = np.random.default_rng(0), np.full(count, 1 / count)
    block = max(1, _DRAWN_AT_ONCE // count)
    sizes = [min(block, SAMPLES - start) for start in range(0, SAMPLES, block)]
    return np.concatenate([rng.multinomial(count, share, size) @ sums for size in sizes])


def _mcnemar_interval(gains, count):
    """Exact interval of a gain in accuracy, given the number of groups in which the two answers differ."""
    better, differ = int((gains > 0).sum()), int((gains != 0).sum())
    if not differ:
        return 0.0, 0.0
    interval = stats.binomtest(better, differ).proportion_ci(CONFIDENCE, "exact")
    return tuple(differ / count * (2 * end - 1) for end in (interval.low, interval.high))
