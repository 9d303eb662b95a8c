"""Whether a network has learnt: its score beside that of the trivial answer."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import r2_score

from obafgkm.evaluation.trivial import (
    CONFIDENCE,
    Comparison,
    add_to_card,
    compare_classes,
    compare_spectra,
    compare_values,
    median,
    pool,
)


def labels(n, seed=0):
    """Classes of which the first is the commonest, and a parameter."""
    rng = np.random.default_rng(seed)
    return rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1]), rng.normal(6000, 800, n), np.arange(n)


def test_a_good_classifier_and_a_good_regression_have_learnt():
    classes, teff, star = labels(200)
    rng = np.random.default_rng(1)
    said = np.where(rng.random(200) < 0.8, classes, rng.integers(0, 4, 200))
    compared = compare_classes(classes, said, star)
    assert compared.has_learnt
    assert compared.ours == np.mean(said == classes)
    assert compared.trivial == np.mean(classes == 0)
    assert compared.ours_low < compared.ours < compared.ours_high
    compared = compare_values(teff, teff + rng.normal(0, 300, 200), star)
    assert compared.has_learnt
    assert compared.trivial == pytest.approx(teff.std())


@pytest.mark.parametrize("seed", range(5))
def test_the_commonest_class_with_or_without_noise_and_guesses_have_not_learnt(seed):
    classes, _, star = labels(300, seed)
    rng = np.random.default_rng(seed + 100)
    noisy = np.where(rng.random(300) < 0.1, rng.integers(0, 4, 300), 0)
    for said in (np.zeros(300, int), noisy, rng.permutation(classes), rng.integers(0, 4, 300)):
        assert not compare_classes(classes, said, star).has_learnt


@pytest.mark.parametrize("seed", range(5))
def test_a_constant_the_mean_and_noise_about_it_have_not_learnt(seed):
    _, teff, star = labels(300, seed)
    rng = np.random.default_rng(seed + 100)
    for said in (np.full(300, teff.mean()), np.full(300, 7000.0), teff.mean() + rng.normal(0, 100, 300)):
        assert not compare_values(teff, said, star).has_learnt


def test_a_network_that_scatters_little_about_a_wrong_value_has_not_learnt():
    _, teff, star = labels(300)
    assert not compare_values(teff, teff + 2000, star).has_learnt


def test_an_accuracy_of_one_has_an_interval_that_narrows_with_more_stars():
    few, many = (compare_classes(*3 * [np.arange(n)]) for n in (10, 100))
    assert few.ours == many.ours == 1 == few.ours_high
    assert few.ours_low < 0.8 < 0.95 < many.ours_low < 1


def test_names_of_classes_are_compared_like_numbers():
    classes, _, star = labels(100)
    names = np.array(["STAR", "GALAXY", "QSO", "NULL"])[classes]
    assert compare_classes(names, names, star) == compare_classes(classes, classes, star)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
def test_a_handful_of_stars_shows_nothing_however_right_all_are(n):
    """A sign test of five stars without exception has a p of 1 in 16."""
    classes, teff = np.arange(n), np.arange(n) * 1000.0
    for compared in (compare_classes(classes, classes, classes), compare_values(teff, teff, classes)):
        assert not compared.has_learnt
        assert compared.gain_low == -np.inf
        assert "not shown to be better" in str(compared)


def test_spectra_of_one_star_do_not_count_as_many_stars():
    classes = np.repeat([0, 1, 2], 100)
    assert not compare_classes(classes, classes, classes).has_learnt
    assert compare_classes(classes, classes, np.arange(300)).has_learnt


def test_few_stars_that_differ_are_judged_by_the_exact_test():
    """Resampling thinks that five of five stars are enough to be sure; McNemar's test wants six."""
    expected = np.repeat([0, 1], [40, 6])
    for right, learnt in [(5, False), (6, True)]:
        said = np.zeros(46, int)
        said[40 : 40 + right] = 1
        assert compare_classes(expected, said, np.arange(46)).has_learnt == learnt


def test_the_trivial_answer_itself_gains_nothing():
    compared = compare_classes(np.repeat([0, 1], [40, 6]), np.zeros(46, int), np.arange(46))
    assert (compared.gain, compared.gain_low, compared.gain_high) == (0, 0, 0)


def test_the_gain_of_few_stars_has_the_exact_interval_of_those_that_differ():
    expected = np.repeat([0, 1], [40, 6])
    said = np.repeat([0, 1, 0], [40, 3, 3])
    compared = compare_classes(expected, said, np.arange(46))
    assert compared.gain == pytest.approx(3 / 46)
    low, _ = binomtest(3, 3).proportion_ci(CONFIDENCE, "exact")
    assert compared.gain_low == pytest.approx(3 / 46 * (2 * low - 1))
    # One more star differs, and is lost.
    said[0] = 1
    low, _ = binomtest(3, 4).proportion_ci(CONFIDENCE, "exact")
    assert compare_classes(expected, said, np.arange(46)).gain_low == pytest.approx(4 / 46 * (2 * low - 1))


@pytest.mark.parametrize("n", [6, 10, 40])
def test_luck_alone_is_seldom_taken_for_learning(n):
    """Answers whose errors are as large as the labels' own scatter are no gain; few may look like one."""
    rng = np.random.default_rng(0)
    pairs = [rng.normal(0, 1, (2, n)) for _ in range(150)]
    learnt = [compare_values(x, x + noise, np.arange(n), known=[0.0]).has_learnt for x, noise in pairs]
    assert np.mean(learnt) < 2 * (1 - CONFIDENCE)


def test_a_constant_known_from_elsewhere_is_not_told_where_the_hole_is():
    hole, star = np.random.default_rng(0).uniform(6000, 7000, 100), np.arange(100)
    said = np.full(100, 6500.0)
    assert not compare_values(hole, said, star).has_learnt
    compared = compare_values(hole, said, star, known=[3500, 9500, 4000, 4000])
    assert compared.has_learnt
    assert compared.trivial == pytest.approx(np.sqrt(np.mean((hole - 5250) ** 2)))


def test_an_autoencoder_is_judged_by_what_it_explains_beyond_the_mean_spectrum():
    rng = np.random.default_rng(0)
    spectra = rng.normal(size=(60, 1)) * np.sin(np.arange(50)) + 5 + rng.normal(0, 0.1, (60, 50))
    mean = spectra.mean(axis=0)

    def compared(rebuilt):
        return compare_spectra(spectra[..., None], rebuilt[..., None], np.arange(60))

    good = compared(mean + 0.8 * (spectra - mean))
    assert good.has_learnt
    assert good.ours == pytest.approx(0.96)
    for rebuilt in (np.tile(mean, (60, 1)), mean + rng.normal(0, 0.1, (60, 50)), np.zeros((60, 50))):
        hollow = compared(rebuilt)
        assert not hollow.has_learnt
        assert hollow.ours == pytest.approx(
            r2_score(spectra, rebuilt, multioutput="variance_weighted"), abs=1e-12
        )


def test_a_network_that_diverged_has_not_learnt():
    _, teff, star = labels(50)
    assert not compare_values(teff, np.full(50, np.nan), star).has_learnt


def test_folds_are_pooled_as_if_they_were_one_sample():
    classes, _, star = labels(400)
    said = np.where(np.random.default_rng(3).random(400) < 0.5, classes, 1)
    whole = compare_classes(classes, said, star)
    pooled = pool([compare_classes(*(array[i::4] for array in (classes, said, star))) for i in range(4)])
    assert (pooled.n, pooled.groups) == (400, 400)
    assert pooled.ours == pytest.approx(whole.ours)
    assert pooled.gain == pytest.approx(whole.gain, abs=0.01)
    assert pooled.gain_low == pytest.approx(whole.gain_low, abs=0.03)
    assert not pool([compare_classes(classes[:4], classes[:4], star[:4]), whole]).has_learnt


def test_the_median_of_networks_counts_one_that_diverged_as_the_worst():
    _, teff, star = labels(100)
    good = compare_values(teff, teff + 1, star)
    diverged = compare_values(teff, np.full(100, np.nan), star)
    assert median([good, good, diverged]).has_learnt
    assert not median([good, diverged, diverged]).has_learnt
    middle = median([good, diverged, diverged])
    assert (middle.ours, middle.gain) == (np.inf, -np.inf)


def test_a_table_keeps_a_comparison(tmp_path):
    classes, _, star = labels(30)
    compared = compare_classes(classes, classes, star)
    rows = [{"trial": 1, **compared.columns()}, {"trial": 2}]
    pd.DataFrame(rows).to_csv(tmp_path / "trials.csv", index=False)
    read = pd.read_csv(tmp_path / "trials.csv", float_precision="round_trip")
    assert Comparison.of_row(read.iloc[0]) == compared
    assert " on 30 spectra" in str(Comparison.of_row(read.iloc[0]))


def test_a_card_keeps_a_comparison_beside_what_it_told(tmp_path):
    classes, _, star = labels(30)
    compared = compare_classes(classes, classes, star)
    (tmp_path / "card.json").write_text('{"epochs": 3}')
    add_to_card(tmp_path / "card.json", compared)
    card = json.loads((tmp_path / "card.json").read_text())
    assert (card["epochs"], Comparison.of_row(card)) == (3, compared)


def test_tens_of_thousands_of_stars_need_no_more_memory(monkeypatch):
    from obafgkm.evaluation import trivial

    classes, _, star = labels(500)
    whole = compare_classes(classes, classes, star)
    monkeypatch.setattr(trivial, "_DRAWN_AT_ONCE", 500 * 7)
    assert compare_classes(classes, classes, star) == whole


def test_both_numbers_are_told():
    compared = compare_classes([0] * 30 + [1] * 20, [0] * 50, np.arange(50))
    assert "accuracy 0.6 (" in str(compared)
    assert "the commonest class 0.6: not shown to be better" in str(compared)
