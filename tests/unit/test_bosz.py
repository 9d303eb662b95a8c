"""The published grid BOSZ: addresses, files, and a grid made of them."""

import numpy as np
import pytest

from obafgkm.errors import ArchiveFileError
from obafgkm.simulate.bosz import file_name, read_bosz, store_bosz, url, write_bosz
from obafgkm.simulate.grids import GridDescription, SyntheticGrid

WAVE = np.arange(4495.0, 4515.0, 0.02)


def spectrum(teff, logg, feh):
    """A line over a continuum; its depth, and the continuum's flux."""
    continuum = 1e7 * (teff / 5000) ** 4 * np.ones_like(WAVE)
    depth = 0.1 * 2.0**feh * (7000 / teff) * (1 + 0.05 * logg)
    return (1 - depth * np.exp(-(((WAVE - 4505) / 0.3) ** 2))) * continuum, continuum


def test_addresses_are_those_of_the_archive():
    assert url(6000, 4.0, 0.0, resolution="r20000").endswith(
        "/r20000/m%2B0.00/bosz2024_mp_t6000_g%2B4.0_m%2B0.00_a%2B0.00_c%2B0.00_v2_r20000_noresam.txt.gz"
    )
    assert file_name(9000, 2.0, -0.5).startswith("bosz2024_ap_t9000_g+2.0_m-0.50_")
    assert file_name(5000, 1.0, -0.0).startswith("bosz2024_ms_t5000_g+1.0_m+0.00_")


def test_files_become_a_grid(tmp_path):
    description = GridDescription(
        (7000, 7250, 7500, 7750), (-1, -0.5, 0, 0.5), ((7000, 3.5),), 5, 4, (4500, 4510), 1.5
    )
    for teff in description.teff:
        for logg in description.gravities(teff):
            for feh in description.feh:
                write_bosz(tmp_path / file_name(teff, logg, feh), WAVE, *spectrum(teff, logg, feh))
    store_bosz(description, tmp_path, tmp_path / "grid.npz")
    grid = SyntheticGrid.load(tmp_path / "grid.npz", description)
    flux, continuum = spectrum(7250, 4.0, -0.5)
    expected = np.interp(grid.wave, WAVE, flux / continuum)
    np.testing.assert_allclose(grid.spectra(7250.0, 4.0, -0.5)[0], expected, atol=1e-3)


def test_a_truncated_or_short_file_is_named(tmp_path):
    path = tmp_path / "short.txt.gz"
    write_bosz(path, WAVE, *spectrum(7000, 4, 0))
    with pytest.raises(ArchiveFileError, match="covers 4495-4515"):
        read_bosz(path, np.arange(4400.0, 4500.0))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ArchiveFileError, match=r"short\.txt\.gz"):
        read_bosz(path, WAVE)
