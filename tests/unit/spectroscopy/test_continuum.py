import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obafgkm.archives import jhc
from obafgkm.spectroscopy.continuum import fit_continuum, normalise
from obafgkm.spectroscopy.homogenise import homogenise, wavelength_grid

WAVE = np.arange(3900.0, 6800.0)
BALMER = [3970.1, 4101.7, 4340.5, 4861.3, 6562.8]


def planck(temperature):
    return WAVE**-5 / np.expm1(1.4388e8 / WAVE / temperature) * 1e18


def lines(centres, depth, width):
    profile = np.exp(-0.5 * ((WAVE[:, None] - centres) / width) ** 2)
    return 1 - depth * profile.max(axis=1)


def band(head, depth):
    """A molecular band: sharp at its head, fading to the red."""
    red = (head <= WAVE) & (head + 180 > WAVE)
    return np.where(red, 1 - depth * (1 - (WAVE - head) / 180), 1.0)


@pytest.mark.parametrize("temperature", [3500, 5800, 9500, 30000])
def test_featureless_spectrum_is_its_own_continuum(temperature):
    np.testing.assert_allclose(normalise(WAVE, planck(temperature)[None]), 1, atol=0.01)


def test_continuum_passes_over_the_balmer_lines_of_an_a_star():
    truth = planck(9500)
    flux = truth * lines(BALMER, 0.7, 18.0)
    continuum = fit_continuum(WAVE, flux[None])[0]
    np.testing.assert_allclose(continuum / truth, 1, atol=0.02)
    for centre in BALMER:
        at = np.argmin(np.abs(WAVE - centre))
        assert flux[at] / continuum[at] == pytest.approx(0.3, abs=0.02)


def test_continuum_passes_over_molecular_bands():
    truth = planck(3500)
    flux = truth * band(4760, 0.3) * band(4954, 0.4) * band(5448, 0.3) * band(5847, 0.3) * band(6158, 0.4)
    continuum = fit_continuum(WAVE, flux[None])[0]
    np.testing.assert_allclose(continuum / truth, 1, atol=0.1)


def test_noise_raises_the_continuum_by_less_than_its_own_size():
    truth = np.tile(planck(6000), (20, 1))
    flux = truth * np.random.default_rng(0).normal(1, 0.05, truth.shape)
    assert abs((fit_continuum(WAVE, flux) / truth).mean() - 1) < 0.02


@settings(max_examples=20)
@given(st.floats(1e-3, 1e3))
def test_continuum_scales_with_the_flux(scale):
    flux = (planck(5000) * lines(BALMER, 0.3, 8.0))[None]
    np.testing.assert_allclose(
        fit_continuum(WAVE, scale * flux), scale * fit_continuum(WAVE, flux), rtol=1e-9
    )


def test_continuum_does_not_depend_on_the_width_of_the_pixels():
    """The widths of the filters are in Angstrom."""

    def comb(wave):
        return (1 - 0.6 * np.exp(-0.5 * (((wave - 3900) % 20 - 10) / 3) ** 2))[None]

    other = np.arange(3900, 6799.1, 0.5)
    expected = np.interp(other, WAVE, fit_continuum(WAVE, comb(WAVE))[0])
    np.testing.assert_allclose(fit_continuum(other, comb(other))[0], expected, rtol=0.02)


def test_spectra_do_not_influence_each_other():
    flux = np.array([planck(4000), planck(20000) * lines(BALMER, 0.4, 10.0)], np.float32)
    together = fit_continuum(WAVE, flux)
    np.testing.assert_allclose(together[1:], fit_continuum(WAVE, flux[1:]), rtol=1e-5)
    assert together.dtype == np.float32


def test_continuum_is_positive_where_the_flux_is_not():
    flux = planck(3000)[None] - planck(3000)[200]
    assert (flux < 0).any()
    assert (fit_continuum(WAVE, flux) > 0).all()


def test_uneven_wavelengths_are_refused():
    with pytest.raises(ValueError, match="evenly spaced"):
        fit_continuum(WAVE**1.1, np.ones((1, WAVE.size)))


def test_a_spectrum_without_flux_is_refused():
    with pytest.raises(ValueError, match="without positive flux"):
        fit_continuum(WAVE, np.zeros((1, WAVE.size)))


def test_real_a_stars_keep_their_balmer_lines(mirror):
    raw = jhc.read(mirror / "jhc")[0]
    spectra = homogenise(raw, wavelength_grid(3900, 6799, 1), 4.5, 5550)[0]
    stars = spectra.select(spectra.labels["type_text"].isin(["A0V", "A1V", "A2V", "A3V"]).to_numpy())
    continuum = fit_continuum(spectra.wave, stars.flux)
    beside = np.abs(np.abs(spectra.wave - 4861.3) - 100) < 10  # outside the wings of H beta
    at = np.argmin(np.abs(spectra.wave - 4861.3))
    assert len(stars) >= 3
    np.testing.assert_allclose(continuum[:, at], stars.flux[:, beside].mean(axis=1), rtol=0.05)
    assert (stars.flux[:, at] / continuum[:, at] < 0.6).all()
