"""Without spectral lines there is no type: lamps, black bodies and fringes get none, stars keep theirs."""

import numpy as np
import pytest

from obafgkm.classify import classify, presence
from obafgkm.classify.inputs import WAVE, lines_and_continuum
from obafgkm.classify.model import Model
from obafgkm.classify.presence import TEMPLATES, has_lines, line_significance, synthetic_lines
from obafgkm.classify.reading import read_file
from obafgkm.mk import class_name


@pytest.fixture(scope="module")
def lines():
    return synthetic_lines().astype(float)


def smooth(n, seed):
    """Random continua without lines (polynomials, black bodies, power laws, fringes), inverse variance."""
    rng = np.random.default_rng(seed)
    x, flux = (WAVE - 5400) / 1600, np.empty((n, WAVE.size))
    for i in range(n):
        slope = (WAVE / 5000) ** rng.uniform(-4, 3)
        ripple = 1 + rng.uniform(0.01, 0.15) * np.sin(
            2 * np.pi * WAVE / rng.uniform(60, 900) + rng.uniform(0, 6)
        )
        black = WAVE**-5.0 / np.expm1(1.4388e8 / WAVE / rng.uniform(2500, 30000))
        polynomial = np.exp(np.polynomial.legendre.legval(x, rng.normal(0, 0.5, 5)))
        flux[i] = (slope, slope * ripple, black, polynomial)[i % 4]
    flux /= np.median(flux, axis=1, keepdims=True)
    noise = 10 ** -rng.uniform(1.2, 2.5, (n, 1))  # S/N 16 to 316
    return flux + noise * rng.standard_normal(flux.shape), np.broadcast_to(noise**-2, flux.shape).copy()


def typed(flux, ivar):
    return Model.load().classify(flux, ivar).has_lines


def test_no_smooth_continuum_is_typed():
    assert not typed(*smooth(300, 5)).any()


def test_a_continuum_gets_no_type_and_is_told_why():
    flux, ivar = smooth(4, 6)
    table = classify(WAVE, flux, ivar, medium="air")
    assert table["type"].tolist() == [""] * 4
    assert table["flags"].str.contains("no_lines").all()


def noisy(lines, snr, seed=1):
    flux = 1 + lines + np.random.default_rng(seed).normal(0, 1 / snr, lines.shape)
    return flux, np.full(lines.shape, float(snr) ** 2)


@pytest.mark.parametrize("number", [8, 15, 22, 30, 38, 45, 55, 63], ids=lambda number: class_name(number))
def test_the_lines_of_a_class_are_found_however_the_spectrum_is_shifted_and_sloped(lines, number):
    own = np.stack([np.roll(lines[number], pixels) for pixels in (-3, 0, 3)])
    flux, ivar = noisy(own, 60)
    flux, ivar = flux * (WAVE / 5000) ** -3, ivar / (WAVE / 5000) ** -6
    assert has_lines(ivar, np.full(3, number), lines_and_continuum(flux, ivar)).all()


def test_lines_where_they_should_not_be_do_not_count(lines):
    flux, ivar = noisy(np.roll(lines[22:23], 60), 60)
    assert not has_lines(ivar, np.array([22]), lines_and_continuum(flux, ivar)).any()


def test_significance_grows_with_the_signal_to_noise_ratio(lines):
    found = [
        line_significance(ivar, np.array([38]), lines_and_continuum(flux, ivar))[0][0]
        for flux, ivar in (noisy(lines[38:39], snr) for snr in (10, 40, 160))
    ]
    np.testing.assert_allclose(np.divide(found[1:], found[:-1]), 4, rtol=0.3)


def test_significance_does_not_depend_on_the_unit_of_flux(lines):
    flux, ivar = noisy(lines[38:39], 40)
    own = np.array([38])
    expected = line_significance(ivar, own, lines_and_continuum(flux, ivar))
    found = line_significance(1e30 * ivar, own, lines_and_continuum(1e-15 * flux, 1e30 * ivar))
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_noise_alone_is_of_its_own_significance():
    flux, ivar = noisy(np.zeros((200, WAVE.size)), 50)
    significance, contrast = line_significance(ivar, np.full(200, 40), lines_and_continuum(flux, ivar))
    assert 0.5 < np.median(significance) < 2.5
    assert 0.5 < np.median(contrast) < 2.5


def test_missing_pixels_are_no_lines():
    flux, ivar = noisy(np.zeros((50, WAVE.size)), 50)
    gone = np.random.default_rng(2).random(flux.shape) < 0.4
    flux[gone], ivar[gone] = np.nan, 0
    assert not has_lines(ivar, np.full(50, 40), lines_and_continuum(flux, ivar)).any()


def test_the_shipped_templates_are_those_of_the_simulation(lines):
    with np.load(TEMPLATES) as file:
        np.testing.assert_allclose(file["lines"], lines, atol=2e-3)


def test_fewer_than_one_in_a_hundred_stars_of_the_libraries_is_lost(mirror):
    spectra = []
    for pattern in ("jhc/*.fits", "miles/*.tar.gz", "cflib/BINTABLE.tgz"):
        for path in sorted(mirror.glob(pattern)):
            spectra += [spectrum.on_grid(WAVE) for spectrum in read_file(path)]
    if len(spectra) < 500:
        pytest.skip("the mirror holds fewer than 500 stars of the libraries")
    flux, ivar = map(np.stack, zip(*spectra, strict=True))
    types = Model.load().classify(flux, ivar)
    stars = ~types.flagged
    assert (~types.has_lines[stars]).mean() < 0.01


@pytest.mark.parametrize(("significance", "found"), [(4.0, False), (5.0, True)])
def test_lines_must_stand_above_the_noise_however_well_they_agree(lines, significance, found):
    flux, ivar = noisy(lines[[38]], 60)
    seen, own = lines_and_continuum(flux, ivar), np.array([38])
    (before,), (contrast,) = line_significance(ivar, own, seen)
    assert contrast > 10
    assert has_lines(ivar * (significance / before) ** 2, own, seen).tolist() == [found]


@pytest.mark.parametrize(
    ("significance", "contrast", "found"),
    [(4.6, 4.6, True), (4.4, 4.6, False), (4.6, 4.4, False), (4.4, 4.4, False)],
)
def test_lines_must_exceed_both_noise_and_chance(significance, contrast, found, monkeypatch):
    monkeypatch.setattr(
        presence, "line_significance", lambda *args: (np.array([significance]), np.array([contrast]))
    )
    assert has_lines(None, None, None).tolist() == [found]
