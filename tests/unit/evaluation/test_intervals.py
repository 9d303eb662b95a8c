"""Intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from obafgkm.evaluation.intervals import (
    bootstrap_interval,
    error_columns,
    error_intervals,
    rms_interval,
    wilson_interval,
    with_intervals,
)
from obafgkm.evaluation.metrics import dispersion

BOOTSTRAP = {"samples": 4000, "confidence": 0.9, "seed": 3}


@pytest.fixture(scope="module")
def errors():
    """Errors of 300 stars of one to five spectra each, correlated within a star, and their stars."""
    rng = np.random.default_rng(5)
    stars = np.repeat(np.arange(300).astype(str), rng.integers(1, 6, 300))
    of_star = dict(zip(np.unique(stars), rng.normal(1, 2, 300), strict=True))
    return np.array([of_star[star] for star in stars]) + rng.normal(0, 0.5, stars.size), stars


def within(interval, expected, part=0.1):
    """Whether two intervals agree to a part of their width: 4,000 samples do not fix them better."""
    np.testing.assert_allclose(interval, expected, atol=part * np.ptp(expected))


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    values = np.random.default_rng(0).normal(5, 2, 400)
    (interval,) = bootstrap_interval(lambda x: {"mean": x.mean()}, range(400), values, **BOOTSTRAP).values()
    within(interval, values.mean() + np.array([-1, 1]) * norm.ppf(0.95) * values.std() / 20)


def test_several_spectra_of_a_star_tell_no_more_than_one():
    values, stars = np.random.default_rng(1).normal(size=50), np.arange(50)
    once, often = (
        bootstrap_interval(lambda x: {"mean": x.mean()}, s, x, **BOOTSTRAP)["mean"]
        for s, x in ((stars, values), (np.repeat(stars, 7), np.repeat(values, 7)))
    )
    np.testing.assert_allclose(once, often)


def test_a_sample_has_as_many_stars_as_there_are_and_any_of_them():
    def metrics(x):
        return {"stars": x.size, **{f"share of {i}": np.mean(x == i) for i in range(5)}}

    (stars, *shares) = bootstrap_interval(metrics, range(5), np.arange(5), **BOOTSTRAP).values()
    assert stars == (5, 5)
    assert all(high >= 2 / 5 for _, high in shares)


def test_without_confidence_the_interval_is_the_median(errors):
    difference, stars = errors
    settings = BOOTSTRAP | {"confidence": 0}
    intervals = [
        *bootstrap_interval(lambda x: {"mean": x.mean()}, stars, difference, **settings).values(),
        *error_intervals(difference, stars, **settings).values(),
        rms_interval(difference[:, None], stars, **settings)[:, 0],
    ]
    assert all(low == high for low, high in intervals)


def test_a_metric_that_a_sample_lacks_is_left_out_of_its_interval():
    kinds = np.array(["a"] * 30 + ["b"])

    def share_of_b(kind):
        return {"b": 1.0 if (kind == "b").any() else np.nan}

    assert bootstrap_interval(share_of_b, range(31), kinds, **BOOTSTRAP)["b"] == (1, 1)


def test_fast_intervals_of_errors_are_those_of_the_bootstrap(errors):
    difference, stars = errors

    def metrics(x):
        return {"mae": np.abs(x).mean(), "bias": x.mean(), "sigma": x.std(), "rms": np.sqrt(np.mean(x**2))}

    expected = bootstrap_interval(metrics, stars, difference, **BOOTSTRAP)
    fast = error_intervals(difference, stars, **BOOTSTRAP)
    assert list(fast) == ["mae", "bias", "sigma"]
    for name, interval in fast.items():
        within(interval, expected[name])
        np.testing.assert_allclose(
            error_intervals(difference / 100, stars, **BOOTSTRAP)[name], np.divide(interval, 100)
        )
    within(rms_interval(difference[:, None], stars, **BOOTSTRAP)[:, 0], expected["rms"])


def test_sets_of_predictions_share_their_stars_and_may_lack_some(errors):
    difference, stars = errors
    some = np.where(np.arange(stars.size) % 3 == 0, np.nan, difference)
    low, high = rms_interval(np.column_stack([difference, 2 * difference, some]), stars, **BOOTSTRAP)
    np.testing.assert_allclose([low[1], high[1]], [2 * low[0], 2 * high[0]])
    kept = ~np.isnan(some)
    within((low[2], high[2]), rms_interval(some[kept, None], stars[kept], **BOOTSTRAP)[:, 0])


def test_errors_stand_beside_their_bounds(errors):
    difference, stars = errors
    settings = {"bootstrap": 4000, "confidence": 0.9, "clip": 3}
    columns = error_columns(difference, stars, settings, 3)
    for name, bounds in error_intervals(difference, stars, **BOOTSTRAP).items():
        assert (columns[f"{name}_low"], columns[f"{name}_high"]) == bounds
        assert bounds[0] < columns[name] < bounds[1]
    assert columns["bias"] == pytest.approx(difference.mean())
    assert columns["sigma"] == pytest.approx(difference.std())
    assert not {"clipped_sigma_low", "clipped_fraction_low"} & set(columns)


def test_the_interval_of_a_share_is_wilsons():
    # 0.58 * 50 is 28.999...96: counts are rounded, not cut.
    right, n = np.array([0, 29, 25, 3]), np.array([50, 50, 25, 40])
    low, high = wilson_interval(right / n, n, 0.9)
    for i in range(4):
        expected = binomtest(right[i], n[i]).proportion_ci(0.9, method="wilson")
        np.testing.assert_allclose([low[i], high[i]], expected, atol=1e-9)


def test_a_share_of_none_or_all_stars_has_an_interval():
    """And depends on the number of stars, not on that of their spectra."""
    stars = np.repeat(np.arange(8), 5)

    def row_of(right):
        def metrics(right):
            return {"share": right.mean(), "other": right.mean()}

        settings = {"samples": 100, "confidence": 0.95, "seed": 0}
        return with_intervals(metrics, stars, right, shares={"share": 8}, **settings)

    every = row_of(np.ones(40, bool))
    expected = binomtest(8, 8).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose([every["share_low"], every["share_high"]], expected)
    assert every["other_low"] == every["other_high"] == 1
    none = row_of(np.zeros(40, bool))
    np.testing.assert_allclose([none["share_low"], none["share_high"]], 1 - np.array(expected)[::-1])
    half = row_of(stars % 2 == 0)
    assert (half["share_low"], half["share_high"]) == (half["other_low"], half["other_high"])


@given(n=st.integers(1, 10_000))
def test_the_interval_of_none_begins_at_zero_and_that_of_all_ends_at_one(n):
    (low, _), (_, high) = wilson_interval(0, n), wilson_interval(1, n)
    assert (low, high) == (0, 1)


def test_interval_covers_the_mean_as_often_as_it_says():
    covered = 0
    for seed in range(200):
        values = np.random.default_rng(seed).normal(0, 1, 60)
        interval = bootstrap_interval(
            lambda v: {"mean": v.mean()}, np.arange(60), values, samples=200, confidence=0.9, seed=seed
        )
        low, high = interval["mean"]
        covered += low <= 0 <= high
    assert 0.82 <= covered / 200 <= 0.96


def test_errors_are_clipped_at_the_threshold_of_the_settings():
    difference = np.random.default_rng(1).normal(size=50)
    columns = error_columns(difference, np.arange(50), {"bootstrap": 9, "confidence": 0.9, "clip": 1}, 3)
    assert columns["clipped_sigma"] == dispersion(difference, 1)["clipped_sigma"]
    assert columns["clipped_fraction"] > 0.3 > dispersion(difference)["clipped_fraction"]
