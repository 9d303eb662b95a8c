"""Central ranges hold their share, and calibrated ones the true classes of as many stars as promised."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obafgkm.classify.calibration import conformal_quantile, range_shares
from obafgkm.classify.ranges import central_range, half_width, needed_shares

seeds = st.integers(0, 2**32 - 1)


def test_ranges_hold_their_share():
    probabilities = np.random.default_rng(0).dirichlet(np.full(70, 0.3), 50)
    for share in (0.68, 0.95):
        for low, high, own in zip(*central_range(probabilities, share), probabilities, strict=True):
            assert own[low : high + 1].sum() >= share - 1e-6
            assert own[:low].sum() <= (1 - share) / 2 + 1e-6
            assert own[high + 1 :].sum() <= (1 - share) / 2 + 1e-6
    assert central_range(np.eye(70)[42], 0.95) == (42, 42)


def test_a_range_of_no_share_is_the_median_and_one_of_all_leaves_nothing_out():
    probabilities = np.random.default_rng(1).dirichlet(np.full(70, 0.5), 20)
    low, high = central_range(probabilities, 0)
    np.testing.assert_array_equal(low, high)
    np.testing.assert_array_equal(low, (np.cumsum(probabilities, axis=1) < 0.5).sum(1))
    low, high = central_range(probabilities, 1)
    for first, last, own in zip(low, high, probabilities, strict=True):
        assert own[first : last + 1].sum() == pytest.approx(1)


@given(seeds, st.floats(0.02, 3))
def test_the_needed_share_is_the_smallest_whose_range_contains_the_class(seed, concentration):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.full(70, concentration), 20).astype(np.float32)
    classes = rng.integers(0, 70, 20)
    needed = needed_shares(probabilities, classes)
    for own, wanted, share in zip(probabilities, classes, needed, strict=True):
        low, high = central_range(own, share)
        assert low <= wanted <= high
        if share > 1e-6:
            low, high = central_range(own, share - 1e-6)
            assert not low <= wanted <= high


@pytest.mark.parametrize("sharpness", [0.4, 1.0, 2.5])
def test_calibrated_ranges_hold_what_they_say_however_wrong_the_confidence(sharpness):
    """Over many draws of calibration stars. As classes are discrete, they may hold a little more."""
    rng, held = np.random.default_rng(2), {"68": [], "95": []}
    for _ in range(60):
        centre = rng.uniform(10, 60, (500, 1))
        truth = np.clip(np.round(centre[:, 0] + rng.normal(0, 2.5, 500)), 0, 69).astype(int)
        probabilities = np.exp(-0.5 * sharpness * ((np.arange(70) - centre) / 2.5) ** 2)
        shares = range_shares(probabilities[:100], truth[:100])
        for percent, share in shares.items():
            low, high = central_range(probabilities[100:], share)
            held[percent].append(((low <= truth[100:]) & (truth[100:] <= high)).mean())
    assert np.mean(held["68"]) == pytest.approx(0.68, abs=0.03)
    assert np.mean(held["95"]) == pytest.approx(0.95, abs=0.02)


def test_too_few_stars_make_ranges_of_all_probability():
    probabilities = np.random.default_rng(3).dirichlet(np.ones(70), 2)
    assert range_shares(probabilities[:0], np.zeros(0, int)) == {"68": 1.0, "95": 1.0}
    assert range_shares(probabilities, np.array([3, 60])) == {"68": 1.0, "95": 1.0}


@pytest.mark.parametrize(("n", "rank"), [(2, None), (3, 3), (24, 17), (99, 68)])
def test_a_conformal_quantile_is_the_order_statistic_of_a_new_star(n, rank):
    scores = np.random.default_rng(4).permutation(np.arange(1.0, n + 1))
    assert conformal_quantile(scores, 0.68) == (np.inf if rank is None else rank)


def test_half_the_width_is_the_standard_deviation_of_a_normal_distribution():
    centre = np.array([[30.0], [30.4], [45.5]])
    for sigma in (1.5, 4.0):
        normal = np.exp(-0.5 * ((np.arange(70) - centre) / sigma) ** 2)
        # Classes of width 1 add their own variance; 68.27 % lie within one standard deviation.
        np.testing.assert_allclose(half_width(normal, 0.6827), np.hypot(sigma, 12**-0.5), rtol=0.05)
    assert half_width(np.eye(70)[0], 0.5) == pytest.approx(0.25)
