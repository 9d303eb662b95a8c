"""Radial velocities, and fast stars that are typed as the same stars at rest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obafgkm.classify import classify
from obafgkm.classify.inputs import WAVE, lines_and_continuum
from obafgkm.classify.presence import synthetic_lines
from obafgkm.classify.velocity import LIGHT, SIGNIFICANT, at_rest, radial_velocities
from obafgkm.mk import class_name

LINES = synthetic_lines().astype(float)


def moving(number, velocity, snr, n=1, seed=1):
    """Flux and inverse variance of n noisy synthetic stars of a class."""
    flux = np.interp(WAVE / (1 + velocity / LIGHT), WAVE, 1 + LINES[number]) * (WAVE / 5000) ** -1.5
    noise = np.random.default_rng(seed).normal(size=(n, WAVE.size))
    return flux * (1 + noise / snr), np.tile((snr / flux) ** 2, (n, 1))


@pytest.mark.parametrize("number", [12, 22, 30, 38, 45, 55, 62], ids=lambda number: class_name(number))
@pytest.mark.parametrize("velocity", [-900, -250, 0, 40, 600])
def test_the_velocity_of_a_star_is_found_within_its_error(number, velocity):
    found, error, ratio = radial_velocities(lines_and_continuum(*moving(number, velocity, 50, n=5)))
    assert (ratio > SIGNIFICANT).all()
    assert np.abs(found - velocity).max() < 5 * error.max() + 15
    assert error.max() < 60


@settings(max_examples=30, deadline=None)
@given(st.floats(-1100, 1100), st.integers(20, 62), st.floats(20, 200))
def test_a_velocity_that_is_known_is_right(velocity, number, snr):
    found, _, ratio = radial_velocities(lines_and_continuum(*moving(number, velocity, snr)))
    assert ratio[0] <= SIGNIFICANT or abs(found[0] - velocity) < 100


def test_errors_grow_with_the_noise_and_hold_what_they_say():
    off, errors = [], []
    for snr in (8, 80):
        found, error, _ = radial_velocities(lines_and_continuum(*moving(45, 300, snr, n=60)))
        off.append(np.std(found))
        errors.append(np.median(error))
    assert errors[0] > errors[1]
    assert off[0] < 2 * errors[0]


def test_faster_than_what_is_sought_is_not_known():
    _, _, ratio = radial_velocities(lines_and_continuum(*moving(45, 2500, 100)))
    assert ratio[0] < SIGNIFICANT


def test_a_continuum_has_no_velocity():
    noise = np.random.default_rng(3).normal(size=(100, WAVE.size)) / 50
    _, _, ratio = radial_velocities(lines_and_continuum(1 + noise, np.full(noise.shape, 2500.0)))
    assert (ratio > SIGNIFICANT).mean() < 0.1


def test_a_moved_spectrum_is_brought_back_without_its_gaps_spreading():
    def broad(wave):
        return 1 - 0.3 * np.exp(-0.5 * ((wave - 5000) / 40) ** 2)

    flux = broad(WAVE / (1 + 700 / LIGHT))[None]
    ivar = np.ones_like(flux)
    flux[0, 400:420], ivar[0, 400:420] = np.nan, 0
    back, weight = at_rest(flux, ivar, np.array([700.0]))
    good = weight[0] > 0
    np.testing.assert_allclose(back[0, good], broad(WAVE)[good], atol=1e-3)
    assert np.isnan(back[0, ~good]).all()
    assert 18 <= (~good[:1000]).sum() <= 24


def test_errors_move_with_the_spectrum_whatever_its_flux():
    ivar = (WAVE / 5000)[None] ** 4
    _, weight = at_rest(np.full_like(ivar, 7.0), ivar, np.array([600.0]))
    inside = weight[0] > 0
    assert inside.mean() > 0.99
    expected = (WAVE[inside] * (1 + 600 / LIGHT) / 5000) ** 4
    np.testing.assert_allclose(weight[0, inside], expected, rtol=1e-5)


@pytest.mark.parametrize("velocity", [-600, 600, 1000])
def test_fast_stars_are_typed_as_those_at_rest(velocity):
    at_zero, fast = (
        classify(WAVE, *(np.concatenate(part) for part in zip(*stars, strict=True)), medium="air")
        for stars in ([moving(k, v, 100) for k in (22, 31, 43)] for v in (0, velocity))
    )
    assert (fast["type"] != "").all()
    np.testing.assert_allclose(fast["class_number"], at_zero["class_number"], atol=1)
    np.testing.assert_allclose(fast["velocity"] - at_zero["velocity"], velocity, atol=60)
    assert fast["velocity_error"].between(1, 60).all()
