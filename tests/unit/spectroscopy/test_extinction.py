import astropy.units as u
import numpy as np
import pytest
from dust_extinction.parameter_averages import G23
from hypothesis import given
from hypothesis import strategies as st

from obafgkm.spectroscopy.extinction import extinction_curve, redden, reddened

WAVE = np.arange(3900.0, 6800.0)
UNITY_AT = 5550.0


@pytest.fixture
def flux():
    flux = np.random.default_rng(0).uniform(0.5, 2, (3, WAVE.size)).astype(np.float32)
    flux[:, WAVE == UNITY_AT] = 1
    return flux


def test_curve_is_one_in_v_and_has_the_mean_ratio_of_total_to_selective_extinction():
    blue, visual = extinction_curve([4361.0, 5448.0])
    assert visual == pytest.approx(1, abs=0.03)
    assert blue - visual == pytest.approx(1 / 3.1, abs=0.03)


def test_curve_agrees_with_an_independent_law_to_four_hundredths_of_a_magnitude():
    ours, theirs = extinction_curve(WAVE), G23(Rv=3.1)(WAVE * u.AA)
    at = WAVE == UNITY_AT
    difference = (ours - ours[at]) - (theirs - theirs[at])
    assert np.abs(difference).max() < 0.04
    assert np.abs(ours - theirs).max() < 0.032


def test_air_and_vacuum_differ_by_less_than_a_thousandth():
    assert np.abs(extinction_curve(WAVE) - extinction_curve(WAVE * 1.00028)).max() < 6e-4


def test_one_magnitude_dims_by_one_magnitude():
    np.testing.assert_allclose(
        -2.5 * np.log10(redden(np.ones(3), np.array([0.5, 1.0, 2.0]), 1.0)), [0.5, 1, 2]
    )


@given(st.floats(0, 3), st.floats(0, 3))
def test_reddening_adds_up_and_can_be_taken_away(one, other):
    flux, curve = np.linspace(0.5, 2, WAVE.size), extinction_curve(WAVE)
    both = redden(redden(flux, curve, one), curve, other)
    np.testing.assert_allclose(both, redden(flux, curve, one + other), rtol=1e-10)
    np.testing.assert_allclose(redden(both, curve, -one - other), flux, rtol=1e-10)


def test_stream_is_redden_and_normalise_at_every_step(flux):
    values = [0.0, 0.3, 1.0]
    curve = extinction_curve(WAVE)
    for a_v, streamed in zip(values, reddened(flux, WAVE, values, UNITY_AT), strict=True):
        expected = redden(flux, curve, a_v)
        expected /= expected[:, WAVE == UNITY_AT]
        np.testing.assert_allclose(streamed, expected, rtol=1e-5)
        assert streamed.dtype == np.float32


def test_reddened_spectra_are_one_where_they_are_normalised_and_redder(flux):
    (red,) = reddened(flux, WAVE, [1.0], UNITY_AT)
    np.testing.assert_allclose(red[:, WAVE == UNITY_AT], 1)
    assert (red[:, 0] < flux[:, 0]).all()
    assert (red[:, -1] > flux[:, -1]).all()
