"""Conditions do to a spectrum what they say, and nothing else."""

import numpy as np
import pandas as pd
import pytest

from obafgkm.classify.conditions import FINE, Conditions, observe, on_fine_grid
from obafgkm.classify.inputs import WAVE
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.continuum import fit_continuum
from obafgkm.spectroscopy.extinction import extinction_curve, redden

LIGHT = 299792.458  # km/s
INSIDE = slice(10, -10)  # of `FINE`, what of it is `WAVE`


def see(flux, own=0.0, seed=1, **conditions):
    """Flux and inverse variance of spectra under conditions that are otherwise the libraries' own."""
    flux = np.atleast_2d(flux)
    own = np.broadcast_to(own, len(flux))
    return observe(flux, own, Conditions.fixed(len(flux), **conditions), np.random.default_rng(seed))


def line(place=5400.0, sigma=6.0, depth=0.5):
    return 1 - depth * np.exp(-0.5 * ((FINE - place) / sigma) ** 2)


def sloped(n):
    slope = np.linspace(-4, 3, n)[:, None]
    return 1e-15 * (FINE / 5000) ** slope * line(4861)


def moments(flux):
    """Equivalent width, centre and standard deviation of the line in flux on `WAVE` of continuum one."""
    missing = 1 - flux
    width = missing.sum() * 2
    centre = (missing * WAVE).sum() * 2 / width
    return width, centre, np.sqrt((missing * (WAVE - centre) ** 2).sum() * 2 / width)


def test_drawn_conditions_stay_in_their_ranges_and_fill_them():
    drawn = Conditions.draw(5000, np.random.default_rng(1))
    for name, low, high, share in [
        ("a_v", 0, 2, 0.6),
        ("fwhm", 1, 8, 1),
        ("velocity", -300, 300, 1),
        ("snr", 5, 300, 1),
        ("missing", 0, 0.1, 0.3),
    ]:
        values = getattr(drawn, name)
        assert low <= values.min()
        assert values.max() <= high
        assert values.max() - values.min() > 0.97 * (high - low)
        assert (values != 0).mean() == pytest.approx(share, abs=0.03)
    assert drawn.is_normalised.mean() == pytest.approx(0.3, abs=0.03)
    assert (drawn.calibration != 0).all(1).mean() == pytest.approx(0.6, abs=0.03)
    assert np.median(drawn.snr) == pytest.approx(np.sqrt(5 * 300), rel=0.1)


def test_drawn_spectra_that_are_cut_keep_600_angstrom_within_the_grid():
    drawn = Conditions.draw(5000, np.random.default_rng(2))
    whole = (drawn.first == WAVE[0]) & (drawn.last == WAVE[-1])
    assert whole.mean() == pytest.approx(0.7, abs=0.03)
    assert (drawn.last - drawn.first).min() >= 600
    assert drawn.first.min() >= WAVE[0]
    assert drawn.last.max() <= WAVE[-1] + 1e-9
    assert np.ptp(drawn.first[~whole]) > 2000


def test_conditions_of_some_spectra_are_their_own():
    drawn = Conditions.draw(10, np.random.default_rng(3))
    some = drawn.of(np.array([4, 2]))
    assert some.snr.tolist() == [drawn.snr[4], drawn.snr[2]]
    np.testing.assert_array_equal(some.calibration, drawn.calibration[[4, 2]])


def test_a_spectrum_as_observed_is_the_librarys_own():
    flux = sloped(3)
    flux[1, 300:340] = np.nan
    before = flux.copy()
    seen, ivar = see(flux)
    np.testing.assert_allclose(seen, flux[:, INSIDE], rtol=1e-9)
    np.testing.assert_array_equal(ivar > 0, np.isfinite(seen))
    assert np.isfinite(ivar).all()
    np.testing.assert_array_equal(flux, before)


def test_reddening_is_that_of_the_extinction_curve():
    a_v, flux = np.array([0, 0.5, 2]), sloped(3)
    expected = [
        redden(row, extinction_curve(WAVE), value) for row, value in zip(flux[:, INSIDE], a_v, strict=True)
    ]
    np.testing.assert_allclose(see(flux, a_v=a_v)[0], expected, rtol=1e-9)


def test_a_spoilt_calibration_is_a_smooth_factor():
    coefficients = np.array([[0.1, 0, 0, 0, 0], [0, 0, -0.3, 0.2, 0.1]])
    factor = see(np.ones((2, FINE.size)), calibration=coefficients)[0]
    x = np.linspace(-1, 1, WAVE.size)
    np.testing.assert_allclose(factor[0], np.exp(0.1 * x), rtol=1e-9)
    assert np.polynomial.legendre.legfit(x, np.log(factor[1]), 5) == pytest.approx([0, *coefficients[1]])


def test_velocities_shift_lines_to_where_they_belong():
    velocity = np.array([-300, 0, 120, 300])
    seen = see(np.tile(line(6000), (4, 1)), velocity=velocity)[0]
    for row, v in zip(seen, velocity, strict=True):
        width, centre, _ = moments(row)
        assert centre == pytest.approx(6000 * (1 + v / LIGHT), abs=0.05)
        assert width == pytest.approx(0.5 * 6 * np.sqrt(2 * np.pi), rel=0.01)


@pytest.mark.parametrize(("own", "asked", "added"), [(0, 8, 8), (6, 8, np.sqrt(28)), (9, 8, 0), (2.5, 0, 0)])
def test_blurring_reaches_the_resolution_and_keeps_the_light(own, asked, added):
    width, centre, sigma = moments(see(line(), own, fwhm=asked)[0][0])
    assert sigma == pytest.approx(np.hypot(6, added / np.sqrt(8 * np.log(2))), rel=1e-3)
    assert centre == pytest.approx(5400, abs=0.01)
    assert width == pytest.approx(0.5 * 6 * np.sqrt(2 * np.pi), rel=1e-3)


@pytest.mark.parametrize("snr", [5.0, 40.0])
@pytest.mark.parametrize("scale", [1, 1e-3])
def test_noise_is_what_was_asked_for_and_what_its_errors_say(snr, scale):
    flux = scale * sloped(8)
    seen, ivar = see(flux, snr=snr)
    truth = flux[:, INSIDE]
    off = (seen - truth) * np.sqrt(ivar)
    assert (off**2).mean() == pytest.approx(1, abs=5 * np.sqrt(2 / off.size))
    assert abs(np.corrcoef(off[:, 1:].ravel(), off[:, :-1].ravel())[0, 1]) < 0.05
    np.testing.assert_allclose(np.median(truth, axis=1) * np.sqrt(ivar[:, 0]), snr, rtol=1e-6)


def test_noise_differs_from_spectrum_to_spectrum_and_with_the_seed():
    (one, other), again = see(np.ones((2, FINE.size)), snr=10)[0], see(np.ones((2, FINE.size)), snr=10)[0]
    np.testing.assert_array_equal(again, [one, other])
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1
    assert not np.array_equal(see(np.ones((2, FINE.size)), seed=2, snr=10)[0], again)


def test_normalising_flattens_the_continuum_and_keeps_every_signal_to_noise():
    flux = sloped(6)
    plain, ivar = see(flux, snr=30)
    seen, its_ivar = see(flux, snr=30, is_normalised=np.arange(6) % 2 == 0)
    np.testing.assert_array_equal(seen[1::2], plain[1::2])
    np.testing.assert_allclose(seen * np.sqrt(its_ivar), plain * np.sqrt(ivar), rtol=1e-9)
    off_line = abs(WAVE - 4861) > 100
    np.testing.assert_allclose(fit_continuum(WAVE, seen[::2]), 1, atol=0.03)
    np.testing.assert_allclose(np.median(seen[::2][:, off_line], axis=1), 1, atol=0.05)


def test_pixels_are_missing_singly_and_as_many_as_asked():
    seen, ivar = see(np.ones((3, FINE.size)), missing=np.array([0, 0.1, 0.4]))
    gone = ivar == 0
    np.testing.assert_array_equal(gone, np.isnan(seen))
    np.testing.assert_allclose(gone.mean(1), [0, 0.1, 0.4], atol=0.05)
    neighbours = (gone[2, 1:] & gone[2, :-1]).mean()
    assert neighbours == pytest.approx(0.4**2, abs=0.04)


def test_pixels_lie_between_the_first_and_the_last_wavelength():
    seen, ivar = see(
        np.ones((2, FINE.size)), first=np.array([WAVE[0], 4500.0]), last=np.array([5000.0, 6001.0])
    )
    for row, weight, (low, high) in zip(seen, ivar, [(WAVE[0], 5000), (4500, 6000)], strict=True):
        assert WAVE[np.isfinite(row)][[0, -1]].tolist() == [low, high]
        np.testing.assert_array_equal(weight > 0, (low <= WAVE) & (high >= WAVE))


def test_gaps_neither_spread_nor_spoil_what_is_beside_them():
    flux = np.tile(line(), (2, 1))
    flux[0, 400:430] = np.nan
    seen, ivar = see(flux, fwhm=8.0)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(seen[0])), np.arange(390, 420))
    assert (ivar[0, 390:420] == 0).all()
    here = np.isfinite(seen[0])
    np.testing.assert_allclose(seen[0, here], seen[1, here], atol=1e-6)


def test_gaps_move_with_the_star():
    flux = np.ones(FINE.size)
    flux[810:830] = np.nan
    missing = WAVE[np.isnan(see(flux, velocity=300.0)[0][0])]
    expected = FINE[[810, 829]] * (1 + 300 / LIGHT)
    np.testing.assert_allclose(missing[[0, -1]], expected, atol=4)
    assert 20 <= missing.size <= 22


def test_a_spectrum_without_pixels_stays_so_and_disturbs_no_other():
    flux = np.ones((2, FINE.size))
    flux[0] = np.nan
    drawn = Conditions.draw(2, np.random.default_rng(4))
    drawn.is_normalised[:] = True
    seen, ivar = observe(flux, np.zeros(2), drawn, np.random.default_rng(5))
    assert np.isnan(seen[0]).all()
    assert (ivar[0] == 0).all()
    assert np.nanmedian(seen[1]) == pytest.approx(1, abs=0.1)


def test_library_spectra_come_onto_the_fine_grid_or_say_why_not():
    wave = np.arange(3700.0, 7200.0, 0.9)
    flux = np.tile(1 - 0.5 * np.exp(-0.5 * ((wave - 5400) / 6) ** 2), (2, 1))
    ivar = np.ones_like(flux)
    ivar[1, wave > 4000] = 0
    labels = pd.DataFrame({"file": ["good", "short"]})
    fine, problems = on_fine_grid(Spectra(wave, flux, ivar, labels))
    np.testing.assert_allclose(fine[0], line(), atol=0.01)
    assert np.isnan(fine[1]).all()
    assert problems[0] == ""
    assert "300 Å are needed" in problems[1]
