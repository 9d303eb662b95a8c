"""Node grids of high-resolution spectra: physics, interpolation, broadening, storage."""

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from PyAstronomy import pyasl

from obafgkm.errors import ArchiveFileError, ObafgkmError
from obafgkm.simulate import grids
from obafgkm.simulate.grids import GridDescription, SyntheticGrid
from obafgkm.simulate.synthesis import Physics
from obafgkm.spectra import Spectra, read_chunks, write_chunks

WAVE = np.arange(4452.0, 4990.0, 0.05)


@pytest.fixture(scope="module")
def config():
    return yaml.safe_load((ROOT / "config" / "config.yaml").read_text())


@pytest.fixture(scope="module")
def a_stars():
    return SyntheticGrid.load("a_stars")


def stars(**labels):
    labels = {"teff": 8000.0, "logg": 4.0, "feh": 0.0, "vsini": 0.0, **labels}
    columns = np.broadcast_arrays(*map(np.atleast_1d, labels.values()))
    return pd.DataFrame(dict(zip(labels, columns, strict=True)))


def sample(grid, labels, wave=WAVE, resolving_power=60000):
    return np.concatenate(list(grid.sample(labels, wave, resolving_power)))


def equivalent_width(flux, low, high, wave=WAVE):
    inside = (wave > low) & (wave < high)
    return np.trapezoid(1 - flux[:, inside], wave[inside], axis=1)


def test_hydrogen_is_strongest_near_a0(a_stars):
    teff = np.arange(7000.0, 11001.0, 250.0)
    # Dwarfs with faint metal lines, which would add to the width.
    width = equivalent_width(sample(a_stars, stars(teff=teff, logg=4.3, feh=-1.0)), 4821, 4901)
    assert 8500 <= teff[width.argmax()] <= 9500


def test_hydrogen_wings_of_a_stars_grow_with_gravity(a_stars):
    flux = sample(a_stars, stars(teff=10000.0, logg=[2.0, 3.0, 4.0, 5.0]))
    blue = equivalent_width(flux, 4840, 4856)
    assert np.all(np.diff(blue) > 0.1)


def test_metal_lines_grow_with_metallicity_and_towards_cool_stars(a_stars):
    by_metallicity = sample(a_stars, stars(teff=8500.0, feh=[-1.5, -1.0, -0.5, 0.0, 0.5, 1.0]))
    by_temperature = sample(a_stars, stars(teff=[11000.0, 10000.0, 9000.0, 8000.0, 7000.0]))
    assert np.all(np.diff(equivalent_width(by_metallicity, 4452, 4780)) > 0.2)
    assert np.all(np.diff(equivalent_width(by_temperature, 4452, 4780)) > 0.2)


@pytest.mark.parametrize("vsini", [5.0, 40.0, 250.0])
def test_rotation_conserves_equivalent_width(a_stars, vsini):
    # An isolated group of lines, with continuum to either side as wide as the profile.
    both = sample(a_stars, stars(teff=10000.0, feh=-1.0, vsini=[0.0, vsini]))
    width = equivalent_width(both, 4465, 4498)
    assert width[1] == pytest.approx(width[0], rel=0.02)


@pytest.mark.parametrize("vsini", [20.0, 150.0])
def test_rotation_agrees_with_pyastronomy(a_stars, vsini):
    wave = np.arange(4560.0, 4600.0, 0.01)  # fine and short: its fast method has one sampled kernel for all
    still, rotating = sample(a_stars, stars(teff=8500.0, vsini=[0.0, vsini]), wave, None)
    expected = pyasl.fastRotBroad(wave, still.astype(float), 0.6, vsini)
    inner = slice(300, -300)
    np.testing.assert_allclose(rotating[inner], expected[inner], atol=1e-3)


def test_spectra_do_not_depend_on_the_chunk(a_stars):
    rng = np.random.default_rng(0)
    labels = stars(teff=rng.uniform(7000, 11000, 7), vsini=rng.uniform(0, 300, 7))
    parts = list(a_stars.sample(labels, WAVE, 60000, chunk=3))
    assert [len(part) for part in parts] == [3, 3, 1]
    np.testing.assert_allclose(np.concatenate(parts), sample(a_stars, labels), atol=1e-5)


def test_chunks_are_written_and_read(a_stars, tmp_path):
    labels = stars(teff=[8000.0, 9000.0, 10000.0]).assign(source="simulated")
    write_chunks(tmp_path / "stars.h5", WAVE, a_stars.sample(labels, WAVE, 60000, chunk=2), labels)
    spectra = Spectra.read(tmp_path / "stars.h5")
    np.testing.assert_allclose(spectra.flux, sample(a_stars, labels), atol=1e-5)
    last = np.concatenate(list(read_chunks(tmp_path / "stars.h5", 1, 3, 1)))
    np.testing.assert_array_equal(last, spectra.flux[1:])


@pytest.mark.parametrize("wrong", [{"teff": 6900.0}, {"logg": 1.9}, {"feh": 1.6}])
def test_stars_outside_the_grid_are_named(a_stars, wrong):
    with pytest.raises(ObafgkmError, match="outside the grid"):
        sample(a_stars, stars(**wrong))


def test_wavelengths_outside_the_grid_are_an_error(a_stars):
    with pytest.raises(ObafgkmError, match="reach beyond"):
        sample(a_stars, stars(), np.arange(4430.0, 4500.0))


@pytest.mark.parametrize("name", ["a_stars", "fgk_stars", "saldic"])
def test_kept_grids_are_those_of_the_default_configuration(name, config):
    expected = GridDescription.from_dict(config["model_grids"]["grids"][name])
    grid = SyntheticGrid.load(name, expected)
    assert grid.residual_rms < 1e-3


def test_a_grid_of_other_nodes_is_not_taken(config):
    other = config["model_grids"]["grids"]["a_stars"] | {"step": 2.0}
    with pytest.raises(ArchiveFileError, match=r"model_grids\.sources"):
        SyntheticGrid.load("a_stars", GridDescription.from_dict(other))


def test_nodes_come_back_from_their_file_and_a_killed_part_goes_on(tmp_path, monkeypatch):
    description = GridDescription(
        (7000.0, 8000.0, 9000.0, 10000.0), (-1.0, 0.0, 0.5, 1.0), ((7000.0, 2.0),), 5.0, 4, (4500, 4510), 2.0
    )
    calls = []

    def synthesise(teff, logg, feh, wave, physics=None):
        calls.append((teff, logg, feh))
        if len(calls) == 10:
            raise KeyboardInterrupt
        depth = 0.1 * (teff / 7000) ** -2 * 3.0**feh * (1 + 0.1 * logg)
        return 1 - depth * np.exp(-(((wave - 4505) / 0.3) ** 2)), np.ones_like(wave), True

    monkeypatch.setattr(grids, "synthesise", synthesise)
    parts = [tmp_path / f"{part}.npz" for part in range(4)]
    with pytest.raises(KeyboardInterrupt):
        grids.compute_part(description, 0, parts[0])
    for number, part in enumerate(parts):
        grids.compute_part(description, number, part)
    assert len(calls) == 4 * 4 * 4 + 1  # the node that was under way is computed twice
    rms = grids.gather_parts(description, parts, tmp_path / "grid.npz")
    grid = SyntheticGrid.load(tmp_path / "grid.npz", description)
    assert grid.source == "simulated"
    assert rms < 2e-4
    flux = grid.spectra(8000.0, 3.0, 0.0)[0]
    np.testing.assert_allclose(flux, synthesise(8000.0, 3.0, 0.0, grid.wave)[0], atol=1e-3)


def test_a_file_that_is_no_grid_is_named(tmp_path):
    (tmp_path / "grid.npz").write_bytes(b"PK nonsense")
    with pytest.raises(ArchiveFileError, match=r"grid\.npz"):
        SyntheticGrid.load(tmp_path / "grid.npz")


@pytest.mark.parametrize(
    ("physics", "source"),
    [
        (Physics(), "simulated"),
        (Physics("models", "list.vald"), "ATLAS9 and VALD"),
        (Physics("models"), "ATLAS9 and own lines"),
        (Physics(lines="list.vald"), "own atmospheres and VALD"),
        (Physics("models", "list.vald", simulated=True), "simulated"),
    ],
)
def test_spectra_say_what_they_are_made_of(physics, source):
    assert physics.source == source
