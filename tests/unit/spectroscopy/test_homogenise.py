"""Homogenising, against cases whose answer is known exactly."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.homogenise import homogenise, spline_matrix, wavelength_grid
from obafgkm.spectroscopy.resolution import gaussian_matrix

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
GRID = wavelength_grid(3900, 6799, 1)


def spectra(wave, flux, fwhm, ivar=None):
    flux = np.atleast_2d(flux)
    labels = pd.DataFrame(
        {
            "library": "test",
            "file": [f"{i}.fits" for i in range(len(flux))],
            "name": "HD 1",
            "source": "simulated",
        }
    )
    return Spectra(wave, flux, np.ones_like(flux) if ivar is None else ivar, labels, "air", fwhm)


def gaussian_line(wave, centre, fwhm, width=1.0):
    """A line of equivalent width `width` below a continuum of one."""
    sigma = fwhm / FWHM_PER_SIGMA
    return 1 - width / (sigma * np.sqrt(2 * np.pi)) * np.exp(-0.5 * ((wave - centre) / sigma) ** 2)


def test_the_grid_has_the_papers_2900_points():
    assert GRID.size == 2900
    assert GRID[0] == 3900
    assert GRID[-1] == 6799


@pytest.mark.parametrize(("step", "native"), [(0.2, 0.57), (0.4, 1.0), (0.9, 2.56)])
def test_a_gaussian_line_stays_a_gaussian_of_the_common_width(step, native):
    wave = np.arange(3880, 6820, step)
    result, _ = homogenise(spectra(wave, gaussian_line(wave, 5000.3, native), native), GRID, 4.5, 5550)
    expected = gaussian_line(GRID, 5000.3, 4.5)
    np.testing.assert_allclose(result.flux[0], expected, atol=3e-3 * (1 - expected.min()))


@pytest.mark.parametrize("step", [0.2, 0.9, 1.4])
def test_degrading_keeps_the_flux_in_a_line(step):
    wave = np.arange(4500, 5500, step)
    degraded = gaussian_matrix(wave, wave, 4.5) @ gaussian_line(wave, 5000, 4 * step, width=3.0)
    assert np.sum(1 - degraded) * step == pytest.approx(3.0, rel=1e-4)


@pytest.mark.parametrize(("step", "native"), [(0.2, 0.57), (0.9, 2.56)])
def test_it_is_what_a_gaussian_filter_and_a_spline_do(step, native):
    wave = np.arange(3840, 6860, step)
    flux = 1 + 0.3 * np.random.default_rng(1).normal(size=wave.size)
    result, _ = homogenise(spectra(wave, flux, native), GRID, 4.5, 5550)
    sigma = np.sqrt(4.5**2 - native**2) / FWHM_PER_SIGMA / step
    smooth = CubicSpline(wave, gaussian_filter1d(flux, sigma, truncate=6))
    np.testing.assert_allclose(result.flux[0], smooth(GRID) / smooth(5550), atol=2e-5)


def test_the_sparse_spline_is_the_spline_on_uneven_pixels():
    rng = np.random.default_rng(2)
    wave = np.cumsum(rng.uniform(0.5, 1.5, 900))
    grid = np.linspace(wave[0], wave[-1], 700)
    flux = rng.normal(size=wave.size)
    np.testing.assert_allclose(spline_matrix(wave, grid) @ flux, CubicSpline(wave, flux)(grid), atol=1e-7)


def test_spectra_of_the_common_resolution_are_only_resampled():
    wave = np.arange(3880, 6820, 1.0)
    flux = 1 + 0.1 * np.sin(wave / 30)
    result, _ = homogenise(spectra(wave, flux, 4.5), GRID, 4.5, 5550)
    np.testing.assert_allclose(result.flux[0], np.interp(GRID, wave, flux) / flux[wave == 5550], rtol=1e-6)


def test_flux_becomes_one_at_the_chosen_wavelength_whatever_its_scale():
    wave = np.arange(3880, 6820, 0.9)
    result, _ = homogenise(spectra(wave, [wave / 5000, 1e-14 * wave**2], 2.56), GRID, 4.5, 5550)
    np.testing.assert_allclose(result.flux[:, GRID == 5550], 1, rtol=1e-6)


@settings(max_examples=20)
@given(scale=st.floats(1e-16, 1e16))
def test_the_flux_scale_does_not_matter(scale):
    wave = np.arange(3880, 6820, 4.0)
    flux = 1 + 0.3 * np.sin(wave / 100)
    once, _ = homogenise(spectra(wave, flux, 4.5), GRID, 4.5, 5550)
    scaled, _ = homogenise(spectra(wave, flux * scale, 4.5), GRID, 4.5, 5550)
    np.testing.assert_allclose(scaled.flux, once.flux, rtol=1e-5)


def test_rows_of_the_operator_sum_to_one_on_uneven_pixels():
    wave = np.cumsum(np.random.default_rng(1).uniform(0.5, 1.5, 400))
    np.testing.assert_allclose(gaussian_matrix(wave, wave, 5.0).sum(axis=1), 1, rtol=1e-6)


def test_degrading_leaves_a_slope_unchanged_where_the_step_changes():
    wave = np.concatenate([np.arange(4000, 5000, 0.5), np.arange(5000, 6000, 1.0)])
    inside = slice(100, -50)
    np.testing.assert_allclose((gaussian_matrix(wave, wave, 5.0) @ wave)[inside], wave[inside], atol=0.05)


def test_masked_pixels_stay_masked_and_their_neighbours_do_not():
    wave = np.arange(3880, 6820, 0.4)
    ivar = np.ones((1, wave.size))
    ivar[0, (wave > 6000) & (wave < 6020)] = 0
    result, _ = homogenise(spectra(wave, np.ones_like(wave), 1.0, ivar), GRID, 4.5, 5550)
    masked = GRID[result.ivar[0] == 0]
    assert 6000 <= masked.min() <= 6001
    assert 6019 <= masked.max() <= 6020


def test_at_the_common_resolution_a_pixel_is_masked_if_the_nearest_one_is():
    wave = np.arange(3880.3, 6820, 1.0)
    ivar = np.where(np.abs(wave - 5000.3) < 0.1, 0, 1)[None]
    result, _ = homogenise(spectra(wave, np.ones_like(wave), 4.5, ivar), GRID, 4.5, 5550)
    assert GRID[result.ivar[0] == 0].tolist() == [5000]


@pytest.mark.parametrize(
    ("flux", "reason"),
    [
        (np.nan, "flux is not finite"),
        (-1.0, "flux at 5550 Å is not positive"),
        (0.0, "flux at 5550 Å is not positive"),
    ],
)
def test_unusable_spectra_are_rejected_with_the_reason(flux, reason):
    wave = np.arange(3880, 6820, 0.9)
    both = spectra(wave, [np.ones_like(wave), np.full_like(wave, flux)], 2.56)
    result, rejected = homogenise(both, GRID, 4.5, 5550)
    assert len(result) == 1
    assert rejected[["file", "reason"]].to_numpy().tolist() == [["1.fits", reason]]


def test_a_spectrum_without_data_where_it_is_normalised_is_rejected():
    wave = np.arange(3880, 6820, 0.9)
    ivar = np.where(np.abs(wave - 5550) < 20, 0, 1)[None]
    result, rejected = homogenise(spectra(wave, np.ones_like(wave), 2.56, ivar), GRID, 4.5, 5550)
    assert len(result) == 0
    assert "no data at 5550" in rejected["reason"][0]


@pytest.mark.parametrize(("first", "last"), [(4000, 6820), (3880, 6700)])
def test_a_library_that_does_not_cover_the_grid_is_rejected(first, last):
    wave = np.arange(first, last, 0.9)
    result, rejected = homogenise(spectra(wave, np.ones_like(wave), 2.56), GRID, 4.5, 5550)
    assert len(result) == 0
    assert rejected["reason"][0] == f"covers {first}-{wave[-1]:.0f} Å, not 3900-6799 Å"


def test_coarser_spectra_cannot_be_sharpened():
    wave = np.arange(3880, 6820, 0.9)
    with pytest.raises(ValueError, match="cannot be brought to"):
        homogenise(spectra(wave, np.ones_like(wave), 6.0), GRID, 4.5, 5550)


def test_an_empty_library_stays_empty():
    wave = np.arange(3880, 6820, 0.9)
    nothing = spectra(wave, np.ones_like(wave), 2.56).select(np.zeros(1, bool))
    result, rejected = homogenise(nothing, GRID, 4.5, 5550)
    assert len(result) == len(rejected) == 0
