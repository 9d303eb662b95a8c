"""Published grids of spectra and of atmospheres as sources of node grids of our own."""

import numpy as np
import pandas as pd
import pytest

from obafgkm.archives import phoenix
from obafgkm.errors import ObafgkmError
from obafgkm.simulate.atmosphere import structure_from_models
from obafgkm.simulate.grids import GridDescription, SyntheticGrid, gather_parts
from obafgkm.simulate.published import archive_files, compute_published_part, nodes, planck, write_archive

GRID = {
    "teff": (5000, 5500, 6000, 6500),
    "feh": (-1, -0.5, 0, 0.5),
    "lowest_logg": ((5000, 3.2), (6500, 3.5)),
    "highest_logg": 5,
    "n_logg": 4,
    "wave": (5160, 5200),
    "step": 1.5,
}


@pytest.fixture(scope="module")
def kept():
    return SyntheticGrid.load("fgk_stars")


# The continuum of PHOENIX is sought, at the highest points.
@pytest.mark.parametrize(
    ("archive", "tolerance"), [pytest.param("bosz", 1e-3, marks=pytest.mark.slow), ("phoenix", 5e-3)]
)
def test_a_published_grid_becomes_one_of_ours(kept, tmp_path, archive, tolerance):
    """Made of spectra of the kept grid, which it must give back between its nodes too."""
    description = GridDescription(**GRID)
    write_archive(description, archive, tmp_path, kept)
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written - {phoenix.WAVE_FILE} == set(archive_files(description, archive))
    parts = [tmp_path / f"{part}.npz" for part in range(4)]
    for number, part in enumerate(parts):
        compute_published_part(description, number, archive, tmp_path, part, "mirror")
    gather_parts(description, parts, tmp_path / "grid.npz")
    grid = SyntheticGrid.load(tmp_path / "grid.npz", description)
    star = pd.DataFrame({"teff": [5500.0], "logg": 4.1, "feh": -0.5, "vsini": 3.0})
    flux, expected = (next(one.sample(star, np.arange(5165, 5195, 0.05), 60000))[0] for one in (grid, kept))
    assert np.sqrt(np.mean((flux - expected) ** 2)) < tolerance
    assert np.mean(1 - flux) == pytest.approx(np.mean(1 - expected), abs=tolerance)
    assert flux.min() < 0.5  # there are lines to differ in
    assert (grid.source, kept.source) == (archive.upper(), "simulated")


def test_black_body():
    wave = np.geomspace(100, 1e7, 20000)
    assert np.trapezoid(planck(wave, 5772.0), wave) == pytest.approx(5.670374e-5 * 5772.0**4, rel=1e-4)


def test_only_the_gravities_that_span_the_grid_are_taken():
    there = nodes(GridDescription(**GRID), "phoenix")
    assert there[5000, 0].tolist() == [3.0, 3.5, 4.0, 4.5, 5.0]
    assert there[6500, 0].tolist() == [3.5, 4.0, 4.5, 5.0]


@pytest.mark.parametrize(
    ("archive", "wrong", "message"),
    [
        ("bosz", {"feh": (-1, 0, 0.5, 1.5)}, r"no node at feh 1\.5, nearest are 0\.5 and 0\.75"),
        ("phoenix", {"teff": (7000, 7500, 8000, 9000)}, "no node at teff 7500, nearest are 7400 and 7600"),
        ("bosz", {"teff": (7000, 7250, 8000, 9000), "lowest_logg": ((7000, 1),)}, "log g 2 to 5 at 7250 K"),
        ("atlas9", {"feh": (-1, 0, 0.5, 1)}, "no node at feh 1"),
    ],
)
def test_what_an_archive_lacks_is_named(archive, wrong, message):
    with pytest.raises(ObafgkmError, match=message):
        archive_files(GridDescription(**GRID | wrong), archive)


def test_an_atmosphere_between_two_models_lies_between_them():
    surface = np.array([1e-3, 4000.0, 10.0, 1e11])
    models = {
        (6000.0, logg): surface * np.geomspace(1, [1e4, 2, 1e4, 1e5], 72) * [1, 1, 10 ** (0.6 * logg), 1]
        for logg in (3.0, 3.5, 4.0, 4.5)
    }
    layers = structure_from_models(models, 6000.0, 3.7)
    np.testing.assert_allclose(layers.pressure[[0, -1]], 10 * 10 ** (0.6 * 3.7) * np.array([1, 1e4]))
    np.testing.assert_allclose(layers.temperature[[0, -1]], [4000.0, 8000.0])
    assert layers.electrons[0] == pytest.approx(1e11 * 1.380649e-16 * 4000 / layers.pressure[0])
    with pytest.raises(ObafgkmError, match=r"log g 3 to 4\.5 at 6000 K, not 5"):
        structure_from_models(models, 6000.0, 5.0)
    with pytest.raises(ObafgkmError, match="no model at 6100 K"):
        structure_from_models(models, 6100.0, 4.0)
