"""Scores tell what is no star, and not how noisy, coarse or incomplete the spectrum of a star is."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from obafgkm.classify.inputs import WAVE
from obafgkm.classify.outliers import Outliers, gaussian_mean

PLACES = np.random.default_rng(1).uniform(3900, 6900, (3, 12, 1))
LINES = np.exp(-0.5 * ((WAVE - PLACES) / 8) ** 2).sum(1)  # of three elements
EMISSION = np.exp(-0.5 * ((WAVE[:, None] - [4300, 5250, 6200]) / 35) ** 2).sum(1)


def stars(n, seed):
    """Flux of a family: three elements of different strengths on different continua."""
    rng = np.random.default_rng(seed)
    strength, slope = rng.uniform(0, 0.3, (n, 3)), rng.uniform(-3, 2, (n, 1))
    return (WAVE / 5000) ** slope * (1 - strength @ LINES)


def noisy(flux, snr, seed=2):
    """Flux with noise, and its inverse variance."""
    noise = np.median(flux, axis=1, keepdims=True) / snr
    noisy = flux + noise * np.random.default_rng(seed).standard_normal(flux.shape)
    return noisy, np.broadcast_to(1 / noise**2, flux.shape).copy()


@pytest.fixture(scope="module")
def outliers():
    return Outliers.of_stars(*noisy(stars(150, 3), 1000), 6)


@pytest.fixture
def quasars():
    return stars(40, 4) * (1 + 0.8 * EMISSION)


@pytest.mark.parametrize("snr", [5, 20, 100, 1000])
def test_stars_score_little_beyond_their_noise(outliers, snr):
    score = outliers.scores(*noisy(stars(40, 4), snr))
    smoothed = 1 / snr / np.sqrt(4 * np.sqrt(np.pi))  # by a Gaussian of two pixels
    assert np.sqrt((score**2).mean()) < 0.01 + 0.5 * smoothed


@pytest.mark.parametrize("snr", [5, 20, 1000])
def test_broad_emission_scores_the_same_at_every_signal_to_noise(outliers, quasars, snr):
    expected = outliers.scores(*noisy(quasars, 1e4))
    score = outliers.scores(*noisy(quasars, snr))
    assert np.median(score / expected) == pytest.approx(1, abs=0.1)


def test_broad_emission_tells_itself_from_every_star(outliers, quasars):
    among_stars = outliers.scores(*noisy(stars(40, 4), 10))
    assert outliers.scores(*noisy(quasars, 10)).min() > 2 * among_stars.max()


def test_missing_pixels_do_not_raise_the_score_of_a_star(outliers):
    flux, ivar = noisy(stars(40, 4), 50)
    whole = outliers.scores(flux, ivar)
    for gone in (np.random.default_rng(5).random(flux.shape) < 0.3, np.arange(WAVE.size) % 1000 < 500):
        gone = np.broadcast_to(gone, flux.shape)
        score = outliers.scores(np.where(gone, np.nan, flux), np.where(gone, 0, ivar))
        assert np.median(score) < np.median(whole) + 0.01


@pytest.mark.parametrize("snr", [5, 1000])
def test_single_missing_pixels_leave_the_score_of_broad_emission(outliers, quasars, snr):
    flux, ivar = noisy(quasars, snr)
    gone = np.random.default_rng(5).random(flux.shape) < 0.5
    score = outliers.scores(np.where(gone, np.nan, flux), np.where(gone, 0, ivar))
    assert np.median(score / outliers.scores(flux, ivar)) == pytest.approx(1, abs=0.08)


def test_what_masked_pixels_hold_does_not_matter(outliers):
    flux, ivar = noisy(stars(5, 4), 50)
    ivar[:, 300:400] = 0
    expected = outliers.scores(np.where(ivar > 0, flux, np.nan), ivar)
    np.testing.assert_allclose(outliers.scores(np.where(ivar > 0, flux, 1e6), ivar), expected, rtol=1e-5)


def test_sharp_spectra_are_no_outliers_among_coarser_ones(outliers):
    flux = stars(40, 4)
    coarse = gaussian_filter1d(flux, 3 / 2.355 / 2, mode="nearest")  # 3 Angstrom
    sharp, coarser = (outliers.scores(*noisy(one, 1000)) for one in (flux, coarse))
    assert np.abs(sharp - coarser).max() < 0.01


def test_scores_ignore_the_unit_of_flux_and_how_many_are_asked_at_once(outliers, quasars):
    flux, ivar = noisy(np.concatenate([quasars, stars(60, 6)]), 30)
    score = outliers.scores(flux, ivar)
    assert score.shape == (100,)
    np.testing.assert_allclose(outliers.scores(1e-17 * flux, 1e34 * ivar), score, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(outliers.scores(flux[70:71], ivar[70:71]), score[70:71], rtol=1e-3, atol=1e-4)
    assert outliers.scores(flux[:0], ivar[:0]).shape == (0,)


def test_spectra_of_hardly_any_pixel_have_a_score(outliers):
    flux, ivar = noisy(stars(3, 4), 50)
    ivar[0], ivar[1, 3:], ivar[2, 300:] = 0, 0, 0
    score = outliers.scores(flux, ivar)
    assert np.isfinite(score).all()
    assert score[0] == 0


@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("sigma", [2.0, 2 / np.sqrt(2)])
def test_the_smoothing_is_that_of_scipy(sigma, kind):
    values = np.random.default_rng(0).standard_normal((5, WAVE.size)).astype(kind)
    smoothed = gaussian_mean(values, sigma)
    assert smoothed.dtype == values.dtype
    np.testing.assert_allclose(
        smoothed, gaussian_filter1d(values, sigma), rtol=0, atol=8 * np.finfo(kind).eps
    )
