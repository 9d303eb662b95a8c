"""Which pixels of a spectrum are missing: runs of zeros, cosmic rays, weights that are none."""

import numpy as np
import pytest

from obafgkm.classify.reading.pixels import errors_beside, inverse_variances, lone, masked
from obafgkm.classify.reading.refusal import RefusedError


@pytest.mark.parametrize(("zeros", "missing"), [(1, 0), (2, 0), (3, 3), (9, 9)])
def test_three_zeros_in_a_row_are_no_flux(zeros, missing):
    flux = np.random.default_rng(1).uniform(0.005, 2, 500)  # deep lines: a zero alone may be one
    flux[::50] = 0.005
    flux[200 : 200 + zeros] = 0
    assert masked(flux).sum() == missing


def test_weights_a_million_times_below_the_others_are_none():
    values = np.full(100, 4.0)
    values[3], values[5], values[7] = 4e-7, 4e-5, 4e9
    ivar = inverse_variances(values, "ivar")
    assert np.flatnonzero(ivar == 0).tolist() == [3, 7]
    assert ivar[5] == 4e-5


PIXELS = np.arange(2000)
NOISE = np.random.default_rng(2).normal(0, 0.01, PIXELS.size)


@pytest.mark.parametrize("centre", [700.0, 700.25, 700.5])
@pytest.mark.parametrize(("width", "is_line"), [(2.0, True), (3.0, True), (6.0, True), (0.6, False)])
def test_emission_lines_that_two_pixels_sample_are_no_cosmic_rays(width, is_line, centre):
    line = 50 * np.exp(-4 * np.log(2) * ((PIXELS - centre) / width) ** 2)
    found = np.flatnonzero(lone(1 + NOISE + line))
    assert set(found) <= {700, 701}
    assert (found.size == 0) == is_line


def test_a_deviation_that_its_error_admits_is_no_cosmic_ray():
    flux, ivar = 1 + NOISE, np.full(PIXELS.size, 1e4)
    flux[[500, 900]] = 5.0
    ivar[900] = 1.0  # an error of 1: four times that is no accident
    assert np.flatnonzero(lone(flux, ivar)).tolist() == [500]


@pytest.mark.parametrize(("count", "found"), [(20, 20), (21, 0)])
def test_pixels_that_often_stand_out_are_no_accidents(count, found):
    flux = 1 + NOISE
    flux[np.arange(50, 50 + 40 * count, 40)] = 10.0
    assert lone(flux).sum() == found


def starlight(slope, seed):
    """Smooth light with 60 lines, whose photons are counted; and its expectation."""
    rng = np.random.default_rng(seed)
    lines = np.exp(-0.5 * ((PIXELS - rng.uniform(0, PIXELS.size, (60, 1))) / 4) ** 2)
    expected = 2500 * (1 + PIXELS / 1000) ** slope * np.exp(-(rng.uniform(0.1, 0.6, (60, 1)) * lines).sum(0))
    return rng.poisson(expected).astype(float), expected


def beside(values, flux):
    try:
        return errors_beside(values, flux)
    except RefusedError as problem:
        return str(problem)


@pytest.mark.parametrize("seed", range(10))
def test_a_second_star_in_counts_is_not_taken_for_the_variance(seed):
    flux, _ = starlight(-1, seed)
    another, _ = starlight(2, 100 + seed)
    assert beside(another, flux) == ""
    # Another exposure is as like the flux as an independent estimate of its variance.
    again = np.random.default_rng(seed).poisson(flux).astype(float)
    assert beside(again, flux) in ("", "may be the variance of the flux, or the flux of another star")


@pytest.mark.parametrize("seed", range(5))
def test_the_variance_of_counts_is_found_by_its_noise(seed):
    flux, expected = starlight(-1, seed)
    assert errors_beside(flux + 25, flux) == "variance"
    assert errors_beside(np.convolve(flux, np.ones(21) / 21, "same") + 25, flux) == "variance"
    assert errors_beside(np.sqrt(expected), flux) == "error"
    assert errors_beside(1 / expected, flux) == "ivar"


def test_unknown_errors_of_pixels_without_flux_do_not_count_against_the_others():
    light = np.arange(100) < 40
    values = np.where(light, 0.1, 0.0)
    np.testing.assert_allclose(inverse_variances(values, "error", light), np.where(light, 100, 0))
    assert inverse_variances(values, "error") is None
