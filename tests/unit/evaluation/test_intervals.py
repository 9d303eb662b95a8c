"""Intervals."""

import numpy as np
from scipy.stats import binomtest

from obafgkm.evaluation.intervals import wilson_interval


def test_the_interval_of_a_share_is_wilsons():
    # 0.58 * 50 is 28.999...96: counts are rounded, not cut.
    right, n = np.array([0, 29, 25, 3]), np.array([50, 50, 25, 40])
    low, high = wilson_interval(right / n, n, 0.9)
    for i in range(4):
        expected = binomtest(right[i], n[i]).proportion_ci(0.9, method="wilson")
        np.testing.assert_allclose([low[i], high[i]], expected, atol=1e-9)
