"""The simulated libraries: what a spectrograph does to a star, and who observed which stars."""

import numpy as np
import pytest

from obafgkm import mk
from obafgkm.errors import ArchiveFileError, SpectralTypeError
from obafgkm.simulate.broadening import rotation_matrix
from obafgkm.simulate.calibration import stellar_parameters
from obafgkm.simulate.libraries import LIBRARIES, simulate_library, sky
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.stars import draw_stars, observe
from obafgkm.spectroscopy.resolution import gaussian_matrix


@pytest.fixture(scope="module")
def grid():
    return StellarGrid.load()


def typed(texts):
    """The types that can be read."""
    for text in texts:
        try:
            yield mk.parse(text)
        except SpectralTypeError:
            continue


def luminosities(texts):
    values = [t.luminosity for t in typed(texts) if t.luminosity is not None]
    return np.bincount(values, minlength=5).tolist()


def main_classes(texts):
    return np.bincount([mk.MAIN_CLASSES.index(t.main) for t in typed(texts)], minlength=7).tolist()


@pytest.mark.parametrize("vsini", [5.0, 50.0, 280.0])
def test_rotation_conserves_equivalent_width(vsini):
    wave = np.concatenate([np.arange(4900, 5000, 0.2), np.arange(5000, 5100, 0.4)])
    line = 1 - 0.8 * np.exp(-0.5 * ((wave - 4960) / 0.5) ** 2)
    broad = rotation_matrix(wave, vsini) @ line
    assert np.trapezoid(1 - broad, wave) == pytest.approx(np.trapezoid(1 - line, wave), rel=0.01)
    assert broad.min() >= line.min()


def test_rotation_broadens_by_vsini():
    wave = np.arange(4900, 5100, 0.1)
    line = 1 - np.exp(-0.5 * ((wave - 5000) / 0.1) ** 2)
    broad = 1 - rotation_matrix(wave, 120.0) @ line
    edge = 5000 * 120 / 299792.458
    assert broad[np.abs(wave - 5000) > edge + 0.6].max() < 1e-3
    assert broad[np.abs(wave - 5000) < 0.8 * edge].min() > 1e-3


@pytest.mark.parametrize("fwhm", [2.56, 4.5])
def test_degradation_conserves_flux_and_gives_the_fwhm(fwhm):
    wave, pixels = np.arange(4900, 5100, 0.2), np.arange(4950, 5050, 0.05)
    spike = np.zeros(wave.size)
    spike[np.abs(wave - 5000).argmin()] = 1
    profile = gaussian_matrix(wave, pixels, fwhm) @ spike
    assert profile.sum() * 0.05 == pytest.approx(spike.sum() * 0.2, rel=2e-3)
    assert np.ptp(pixels[profile > profile.max() / 2]) == pytest.approx(fwhm, abs=0.11)


def test_calibration_passes_through_published_values():
    teff, logg = stellar_parameters([5, 42, 50, 62], [4, 4, 2, 0])
    np.testing.assert_allclose(teff, [41400, 5770, 4760, 3660], rtol=1e-6)
    np.testing.assert_allclose(logg, [3.92, 4.44, 2.45, 0.05])


def test_calibration_falls_along_the_sequence_and_rises_with_gravity():
    number = np.arange(5, 68)
    for luminosity in range(5):
        assert np.all(np.diff(stellar_parameters(number, luminosity)[0]) < 0)
    assert np.all(np.diff([stellar_parameters(number, k)[1] for k in range(5)], axis=0) > 0)


def test_grid_of_another_shape_is_refused(tmp_path):
    path = tmp_path / "stellar_nodes.npz"
    path.write_bytes(b"no grid")
    with pytest.raises(ArchiveFileError, match="not a readable grid"):
        StellarGrid.load(path)


def test_signal_to_noise_is_as_asked(grid):
    rng = np.random.default_rng(1)
    stars = draw_stars(np.full(20, 42.0), np.full(20, 4), rng)
    wave = np.arange(5500.0, 5600.0)
    flux, ivar = observe(grid, stars, wave, 4.5, np.full(20, 50.0), np.random.default_rng(2))
    clean, _ = observe(grid, stars, wave, 4.5, np.full(20, 1e6), np.random.default_rng(2))
    assert np.std((flux - clean) * np.sqrt(ivar)) == pytest.approx(1, abs=0.1)
    assert np.median(flux * np.sqrt(ivar)) == pytest.approx(50, rel=0.1)


def test_hot_stars_rotate_faster_than_cool_ones():
    rng = np.random.default_rng(0)
    hot, cool = (draw_stars(np.full(500, n), np.full(500, 4), rng)["vsini"].mean() for n in (15.0, 45.0))
    assert hot > 80 > 20 > cool


def test_libraries_have_their_published_sizes_and_overlaps():
    heaven = sky(7)
    stars = {name: set(table["star"]) for name, table in heaven.spectra.items()}
    assert {name: len(table) for name, table in heaven.spectra.items()} == {
        "jhc": 161,
        "miles": 985,
        "elodie": 1959,
        "cflib": 1273,
    }
    assert len(stars["elodie"]) == 1388
    assert len(stars["miles"] & stars["cflib"]) == 370
    assert len(stars["elodie"] & stars["cflib"]) == 402
    assert len(stars["elodie"] & stars["miles"]) > 180


def test_classes_of_the_published_samples():
    heaven = sky(7)
    in_cflib = set(heaven.spectra["cflib"]["star"])
    own = {name: table[~table["star"].isin(in_cflib)]["type_text"] for name, table in heaven.spectra.items()}
    assert luminosities(own["miles"]) == [1, 5, 164, 60, 223]
    assert luminosities(own["elodie"]) == [22, 11, 253, 125, 837]
    cflib = heaven.spectra["cflib"]
    complete = heaven.stars.loc[cflib["star"], "home"].to_numpy() == "cflib"
    assert main_classes(cflib[complete]["type_text"]) == [7, 98, 90, 155, 251, 221, 28]
    assert luminosities(cflib[complete]["type_text"]) == [46, 16, 349, 80, 359]


def test_jhc_has_its_own_luminosity_classes():
    types = sky(7).spectra["jhc"]["type_text"].drop(index=[152, 153, 154])
    assert luminosities(types) == [45, 8, 44, 4, 57]


def test_catalogues_disagree_by_less_than_a_subclass():
    table = sky(7).spectra["cflib"]
    first, second = (
        np.array([mk.parse(t).number for t in table[c]]) for c in ("type_text", "catalogue_type_text")
    )
    assert 0.5 < np.std(first - second) < 1.0


def test_one_sky_for_all_libraries(grid):
    parts = {name: simulate_library(name, 3, 0.03, grid) for name in LIBRARIES}
    assert all(np.isfinite(part.flux).all() for part in parts.values())
    assert all(part.provenance["source"] == "simulated" for part in parts.values())
    assert parts["elodie"].ivar.min() == 0
    merged = parts["miles"].labels.merge(parts["cflib"].labels, on="star")
    assert len(merged) > 3
    np.testing.assert_array_equal(merged["teff_x"], merged["teff_y"])


def test_same_seed_same_bytes(grid):
    first, second, other = (simulate_library("jhc", seed, 0.1, grid) for seed in (3, 3, 4))
    assert first.flux.tobytes() == second.flux.tobytes()
    assert first.flux.tobytes() != other.flux.tobytes()


def test_thinning_keeps_every_main_class(grid):
    thin = simulate_library("cflib", 3, 0.02, grid)
    assert min(main_classes(thin.labels["type_text"])) >= 1
    assert len(thin) < 40
