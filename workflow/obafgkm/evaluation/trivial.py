"""Whether a network has learnt: its score compared with that of a trivial answer on the same test spectra.

The trivial answer is the best one that ignores the spectrum: the commonest class of the test sample, the mean
of its labels, its mean spectrum. Derived from the test sample itself, it is at least as good as the same
answer derived from the training sample. A network has learnt if the interval of the paired difference lies
above zero; `Comparison` tests this and holds all numbers.

Intervals are percentile intervals under resampling of groups (stars, model atmospheres), widened for few
groups (the expanded percentile interval of Hesterberg 2015, The American Statistician 69, 371). There is no
interval if the groups are so few that even a unanimous sign test would not be significant. That of an
accuracy is at least as wide as Wilson's, that of its gain as the exact one of McNemar's test.
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
PREFIX = "compared_"  # prefix of the columns of a table that hold a comparison
SAMPLES = 1000
_DRAWN_AT_ONCE = 10_000_000  # numbers, so that tens of thousands of groups fit into memory


@dataclass(frozen=True)
class Comparison:
    """The score of a network and that of the trivial answer, on the same spectra.

    Attributes
    ----------
    score : str
        ``accuracy``; ``rms``, the root mean square error; or ``explained``, the fraction of the variance
        about the mean spectrum explained by a reconstruction.
    answer : str
        The trivial answer.
    n, groups : int
        Numbers of spectra and of resampled groups.
    ours, ours_low, ours_high : float
    trivial : float
    gain, gain_low, gain_high : float
        Improvement of the network's score, positive if the network is better.
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
        """Whether the network is significantly better than the trivial answer."""
        return bool(self.gain_low > 0)

    def columns(self):
        """The numbers as columns of a table, to be read by `of_row`."""
        return {f"{PREFIX}{name}": value for name, value in asdict(self).items()}

    @classmethod
    def of_row(cls, row):
        """The comparison that a row of a table holds in the columns of `columns`.

        Raises
        ------
        KeyError
            If the row has none.
        """
        values = {field.name: row[f"{PREFIX}{field.name}"] for field in fields(cls)}
        # pandas turns counts into floats if some rows hold no comparison.
        return cls(**values | {name: int(values[name]) for name in ("n", "groups")})

    def __str__(self):
        """Both numbers as a sentence."""
        told = "better" if self.has_learnt else "not shown to be better"
        return (
            f"{self.score} {self.ours:.4g} ({self.ours_low:.4g} to {self.ours_high:.4g}) on {self.n} "
            f"spectra, {self.answer} {self.trivial:.4g}: {told}, the gain is {self.gain:.3g} "
            f"({self.gain_low:.3g} to {self.gain_high:.3g})"
        )


def compare_classes(expected, predicted, groups):
    """Accuracy of a classifier, compared with that of the commonest class.

    Parameters
    ----------
    expected, predicted : array-like (n,)
        Classes, as numbers or names.
    groups : array-like (n,)
        Unit of resampling: the star of each spectrum.

    Returns
    -------
    Comparison
    """
    expected, predicted = np.asarray(expected), np.asarray(predicted)
    commonest = _best_constant(DummyClassifier(strategy="most_frequent"), expected)
    return _compare("accuracy", "the commonest class", expected != predicted, expected != commonest, groups)


def compare_values(expected, predicted, groups, known=None):
    """Root mean square error of predicted numbers, compared with that of a constant.

    Parameters
    ----------
    expected, predicted : array-like (n,)
    groups : array-like (n,)
        See `compare_classes`.
    known : array-like (m,), optional
        Labels whose mean is the constant, for test labels that carry information no model could have, such as
        that all lie in a hole of the training sample.

    Returns
    -------
    Comparison
    """
    expected, predicted = np.asarray(expected, float), np.asarray(predicted, float)
    constant = _best_constant(DummyRegressor(), expected if known is None else np.asarray(known, float))
    errors = (predicted - expected) ** 2, (constant - expected) ** 2
    return _compare("rms", "a constant", *errors, groups)


def compare_spectra(spectra, reconstructions, groups):
    """Fraction of the variance about the mean spectrum explained by an autoencoder; R² over all pixels.

    Parameters
    ----------
    spectra, reconstructions : arrays (n, ...)
        Input and output of the network.
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
    """Combine accuracies on several samples, such as the folds of a cross-validation.

    The limits of the mean follow from those of its parts by the method of variance estimates recovery (Zou &
    Donner 2008, Statistics in Medicine 27, 1693).

    Parameters
    ----------
    comparisons : sequence of Comparison
        Comparisons of accuracies.

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
    """Medians of the numbers of several networks' comparisons.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Comparisons for networks with the same task and test spectra.

    Returns
    -------
    Comparison
    """
    table = pd.DataFrame([asdict(one) for one in comparisons])
    first = comparisons[0]
    numbers = table[["ours", "ours_low", "ours_high", "trivial", "gain", "gain_low", "gain_high"]]
    # A diverged network has no score, and counts as worse than any other.
    unbounded = [name for name in numbers if name.startswith("ours") and first.score == "rms"]
    worst = {name: np.inf if name in unbounded else -np.inf for name in numbers}
    return Comparison(first.score, first.answer, first.n, first.groups, **numbers.fillna(worst).median())


def add_to_card(path, comparison):
    """Add a network's comparison to the card of its training, a JSON file."""
    card = json.loads(path.read_text())
    path.write_text(json.dumps(card | comparison.columns(), indent=1))


def _best_constant(dummy, labels):
    """Predictions of scikit-learn's estimator that ignores its input, for as many spectra."""
    if len(labels) == 0:
        return labels
    nothing = np.zeros((len(labels), 1))
    return dummy.fit(nothing, labels).predict(nothing)[:1]


def _compare(score, answer, loss, trivial_loss, groups):
    """Both scores from the losses per spectrum, with intervals of the network's score and the gain."""
    columns = {"n": 1.0, "loss": np.asarray(loss, float), "trivial": np.asarray(trivial_loss, float)}
    table = pd.DataFrame(columns)
    sums = table.groupby(np.asarray(groups, str)).sum()
    with np.errstate(divide="ignore", invalid="ignore"):  # no spectra, no score
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
            wilson = stats.binomtest(round(ours * count), count).proportion_ci(CONFIDENCE, "wilson")
            exact = _mcnemar_interval(sums["trivial"] - sums["loss"], count)
            others = np.array([wilson, exact])
            low, high = np.minimum(low, others[:, 0]), np.maximum(high, others[:, 1])
    numbers = (ours, float(low[0]), float(high[0]), trivial, gain, float(low[1]), float(high[1]))
    return Comparison(score, answer, len(table), count, *numbers)


def _scores(score, sums):
    """Network's score, trivial score and gain from rows of sums of counts, losses and trivial losses."""
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
