"""Calibration recovers what spoilt the probabilities, and thresholds hold the shares that they promise."""

import numpy as np
import pytest

from obafgkm.classify.calibration import (
    conformal_threshold,
    fit_temperature,
    outlier_thresholds,
    scaled_mean,
    scaled_weights,
)
from obafgkm.classify.model import conformal_sets


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def stars(n, rng, spread=1.5):
    """Logits of both heads, and classes drawn with the probabilities that they tell."""
    logits = [rng.normal(0, spread, (n, size)) for size in (70, 5)]
    truth = [(softmax(head).cumsum(1) < rng.random((n, 1))).sum(1).clip(0, 69) for head in logits]
    return logits, truth


@pytest.mark.parametrize("spoilt", [(2.0, 0.7), (0.6, 3.0)])
def test_the_temperature_of_each_head_is_found(spoilt):
    logits, truth = stars(6000, np.random.default_rng(1))
    heads = [softmax(head * by) for head, by in zip(logits, spoilt, strict=True)]
    found = fit_temperature(np.concatenate(heads, axis=1)[None], *truth)
    np.testing.assert_allclose(found, spoilt, rtol=0.06)


def test_stars_of_unknown_class_do_not_set_the_temperature():
    logits, (classes, luminosity) = stars(3000, np.random.default_rng(2))
    members = np.concatenate([softmax(2 * head) for head in logits], axis=1)[None]
    half = np.arange(3000) % 2 == 0
    expected = fit_temperature(members[:, half], classes[half], luminosity[half])
    members[:, ~half, 70:] = np.eye(5)[0]
    found = fit_temperature(members, np.where(half, classes, -1), np.where(half, luminosity, -1))
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_the_first_class_sets_the_temperature_as_any_other():
    """Supergiants have the luminosity number 0; what the numbers are called does not matter."""
    logits, (classes, luminosity) = stars(3000, np.random.default_rng(4))
    logits[1][:, 0] += 3 * (np.arange(3000) % 3 == 0)  # the first class is told worse than the others
    heads = [softmax(head) for head in logits]
    found = fit_temperature(np.concatenate(heads, axis=1)[None], classes, luminosity)
    heads[1] = heads[1][:, ::-1]
    mirrored = fit_temperature(np.concatenate(heads, axis=1)[None], classes, 4 - luminosity)
    np.testing.assert_allclose(found, mirrored, rtol=1e-6)


def test_scaled_weights_give_the_scaled_probabilities():
    rng, temperature = np.random.default_rng(3), (1.7, 0.6)
    shapes = [(40, 8), 8, (8, 6), 6, (6, 70), 70, (6, 5), 5]
    members = [[rng.normal(0, 0.3, shape) for shape in shapes] for _ in range(3)]
    x = rng.normal(0, 1, (20, 40))

    def both_heads(w):
        hidden = np.maximum(np.maximum(x @ w[0] + w[1], 0) @ w[2] + w[3], 0)
        return np.concatenate([softmax(hidden @ w[4] + w[5]), softmax(hidden @ w[6] + w[7])], axis=1)

    expected = scaled_mean(np.stack([both_heads(w) for w in members]), temperature)
    scaled = np.mean([both_heads(scaled_weights(w, temperature)) for w in members], axis=0)
    np.testing.assert_allclose(scaled, expected, atol=1e-6)
    assert np.abs(expected - scaled_mean(np.stack([both_heads(w) for w in members]), (1, 1))).max() > 0.05


def test_a_temperature_of_one_leaves_the_mean_of_the_networks():
    rng = np.random.default_rng(4)
    members = np.concatenate([rng.dirichlet(np.ones(size), (3, 10)) for size in (70, 5)], axis=2)
    np.testing.assert_allclose(scaled_mean(members, (1, 1)), members.mean(0), atol=1e-7)
    sharp = scaled_mean(members[:1], (0.5, 1))
    np.testing.assert_allclose(sharp[:, :70].sum(1), 1)
    assert (sharp[:, :70].max(1) > members[0, :, :70].max(1)).all()
    np.testing.assert_allclose(sharp[:, 70:], members[0, :, 70:], atol=1e-7)


@pytest.mark.parametrize(
    ("n", "level", "confidence"), [(24, 0.9, 1), (100, 0.9, 0.3), (100, 0.9, 3), (100, 0.68, 1)]
)
def test_sets_hold_the_true_class_as_often_as_promised_however_wrong_the_confidence(n, level, confidence):
    """Over many draws of calibration stars, as the promise is one about their mean."""
    rng, covered = np.random.default_rng(5), []
    for _ in range(150):
        (logits, _), (classes, _) = stars(n + 400, rng)
        probabilities = softmax(confidence * logits)
        sets = conformal_sets(probabilities[n:], conformal_threshold(probabilities[:n], classes[:n], level))
        covered.append(sets[np.arange(400), classes[n:]].mean())
    error = np.std(covered) / np.sqrt(len(covered))
    assert level - 3 * error < np.mean(covered) < level + 1 / (n + 1) + 3 * error
    assert error < 0.006


@pytest.mark.parametrize("n", [0, 1, 8])
def test_too_few_stars_for_the_level_make_sets_of_all_classes(n):
    probabilities = np.random.default_rng(6).dirichlet(np.ones(70), 8)
    threshold = conformal_threshold(probabilities[:n], np.zeros(n, int))
    assert threshold == 0
    assert conformal_sets(probabilities, threshold).all()


@pytest.mark.parametrize(("n", "rank"), [(9, 1), (18, 1), (19, 2), (99, 10)])
def test_the_threshold_is_the_order_statistic_of_split_conformal_prediction(n, rank):
    """Of n stars and a new one, all equally likely to come lowest, the new one is among the lowest tenth."""
    own = np.random.default_rng(8).permutation(np.linspace(0.1, 0.9, n))
    probabilities = np.stack([own, 1 - own], axis=1)
    assert conformal_threshold(probabilities, np.zeros(n, int)) == np.sort(own)[rank - 1]


def test_one_star_in_a_hundred_lies_beyond_the_thresholds():
    scores = np.random.default_rng(9).permutation(np.arange(10_000.0))
    thresholds = outlier_thresholds(scores, np.full(10_000, 25), np.full(10_000, 4))
    assert (scores > thresholds[1][2]).sum() == 100


def test_main_classes_of_many_stars_have_thresholds_of_their_own():
    rng = np.random.default_rng(7)
    predicted = np.concatenate([rng.integers(20, 30, 400), rng.integers(60, 70, 300), np.full(10, 45)])
    scores = rng.random(710) * np.where(predicted < 30, 0.1, np.where(predicted < 60, 5, 1))
    supergiants, thresholds = outlier_thresholds(scores, predicted, np.full(710, 2), share=0.9)
    assert len(thresholds) == 7
    for main, stars_of_it in [(2, predicted < 30), (6, predicted >= 60)]:
        assert (scores[stars_of_it] <= thresholds[main]).mean() == pytest.approx(0.9, abs=0.01)
    for main in (0, 1, 3, 4, 5):
        assert (scores <= thresholds[main]).mean() == pytest.approx(0.9, abs=0.01)
    assert supergiants == thresholds, "where there are no supergiants"


def test_supergiants_are_judged_by_supergiants_where_these_score_higher():
    """Those of G are enough for a threshold of their own; elsewhere all count; dwarfs of M score higher."""
    kinds = [
        (25, 4, 100, 1),
        (45, 4, 100, 3),
        (65, 4, 100, 900),
        (45, 0, 40, 30),
        (35, 0, 5, 300),
        (65, 0, 30, 9),
    ]
    predicted, luminosity, size = (
        np.repeat([kind[i] for kind in kinds], [kind[2] for kind in kinds]) for i in (0, 1, 3)
    )
    scores = size * np.random.default_rng(8).random(size.size)
    supergiants, others = outlier_thresholds(scores, predicted, luminosity, share=0.9)
    for found, own in [
        (others[2], predicted == 25),
        (others[4], predicted == 45),
        (others[3], predicted > 0),
        (supergiants[4], (predicted == 45) & (luminosity == 0)),
        (supergiants[2], luminosity == 0),
        (supergiants[6], predicted == 65),
    ]:
        assert found == pytest.approx(np.quantile(scores[own], 0.9))
