"""Intervals."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from obafgkm.evaluation.intervals import wilson_interval, with_intervals


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
