"""Archives of synthetic spectra, model atmospheres and lines: names, files written and read, faults."""

import numpy as np
import pytest
from astropy.io import fits

from obafgkm.archives import atlas9, bosz, phoenix, vald
from obafgkm.errors import ArchiveFileError
from obafgkm.simulate.engine import initialise_engine
from obafgkm.simulate.lines import atomic_lines
from obafgkm.spectroscopy.wavelengths import airtovac

WAVE = np.arange(4495.0, 4515.0, 0.02)
CONTINUUM = 1e7 * (WAVE / 4500) ** -2
FLUX = CONTINUUM * (1 - 0.4 * np.exp(-(((WAVE - 4505) / 0.3) ** 2)))


def test_names_are_those_of_the_archives():
    assert bosz.file_name(6000, 4.0, -0.0) == (
        "rorig/m+0.00/bosz2024_mp_t6000_g+4.0_m+0.00_a+0.00_c+0.00_v2_rorig_noresam.txt.gz"
    )
    assert "bosz2024_ap_t9000_g+2.0_m-0.50_" in bosz.file_name(9000, 2.0, -0.5)
    assert "bosz2024_ms_t5000_g+1.0_" in bosz.file_name(5000, 1.0, 0.0)
    assert phoenix.file_name(5800, 4.5, 0.0) == (
        "PHOENIX-ACES-AGSS-COND-2011/Z-0.0/lte05800-4.50-0.0.PHOENIX-ACES-AGSS-COND-2011-HiRes.fits"
    )
    assert "/Z+0.5/lte10000-2.00+0.5." in phoenix.file_name(10000, 2.0, 0.5)
    assert atlas9.file_name(-1.5) == "gridm15k2odfnew/am15k2odfnew.dat"
    assert atlas9.file_name(0.0) == "gridp00k2odfnew/ap00k2odfnew.dat"


@pytest.mark.parametrize(
    ("teff", "logg", "kind"),
    [(5000, 3.0, "ms"), (5000, 3.5, "mp"), (8000, 3.5, "mp"), (8250, 3.5, "ap"), (8250, 2.0, "ap")],
)
def test_the_model_atmosphere_of_a_bosz_node_is_named(teff, logg, kind):
    assert f"bosz2024_{kind}_t{teff}_" in bosz.file_name(teff, logg, 0.0)


def test_phoenix_has_flux_per_centimetre_at_wavelengths_in_vacuum(tmp_path):
    phoenix.write(tmp_path, 5800, 4.5, 0.0, WAVE, FLUX)
    np.testing.assert_allclose(fits.getdata(tmp_path / phoenix.WAVE_FILE), airtovac(WAVE), atol=1e-6)
    per_centimetre = fits.getdata(tmp_path / phoenix.file_name(5800, 4.5, 0.0))
    np.testing.assert_allclose(per_centimetre, 1e8 * FLUX, rtol=1e-6)  # 1 cm is 1e8 Angstrom


@pytest.mark.parametrize("archive", [bosz, phoenix])
def test_spectra_come_back_in_air(archive, tmp_path):
    archive.write(tmp_path, 5800, 4.5, 0.0, WAVE, FLUX, CONTINUUM)
    wave, flux, continuum = archive.read(tmp_path, 5800, 4.5, 0.0)
    np.testing.assert_allclose(wave, WAVE, atol=1e-5)
    np.testing.assert_allclose(flux, FLUX, rtol=1e-6)
    if archive is bosz:
        np.testing.assert_allclose(continuum, CONTINUUM, rtol=1e-6)


@pytest.mark.parametrize("archive", [bosz, phoenix])
def test_a_truncated_spectrum_is_named(archive, tmp_path):
    archive.write(tmp_path, 5800, 4.5, 0.0, WAVE, FLUX, CONTINUUM)
    path = tmp_path / archive.file_name(5800, 4.5, 0.0)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(ArchiveFileError, match="5800"):
        archive.read(tmp_path, 5800, 4.5, 0.0)
    with pytest.raises(ArchiveFileError, match="missing"):
        archive.read(tmp_path, 5900, 4.5, 0.0)


def test_wavelengths_of_another_grid_are_not_taken(tmp_path):
    phoenix.write(tmp_path, 5800, 4.5, 0.0, WAVE, FLUX)
    phoenix.write(tmp_path, 6000, 4.5, 0.0, WAVE[:-1], FLUX[:-1])
    with pytest.raises(ArchiveFileError, match="pixels"):
        phoenix.read(tmp_path, 5800, 4.5, 0.0)


def test_model_atmospheres_come_back(tmp_path):
    rng = np.random.default_rng(1)
    layers = 10 ** (np.array([0, 3.9, 4, 14]) + rng.uniform(0, 0.5, (72, 4)))
    atlas9.write(tmp_path / "models.dat", {(5750.0, 4.5): layers, (6000.0, 4.0): 1.2 * layers})
    models = atlas9.read(tmp_path / "models.dat")
    assert list(models) == [(5750.0, 4.5), (6000.0, 4.0)]
    np.testing.assert_allclose(models[5750.0, 4.5], layers, rtol=1e-3)


def test_a_layer_of_the_archive_is_read(tmp_path):
    """Columns may run into each other, and more of them follow."""
    lines = [
        "TEFF   8250.  GRAVITY 4.00000 LTE ",
        "TITLE  [0.5] VTURB=2  L/H=1.25 NOVER NEW ODF",
        "READ DECK6  1 RHOX,T,P,XNE,ABROSS,ACCRAD,VTURB, FLXCNV,VCONV,VELSND",
        " 3.77183582E-03   5046.5 3.771E+01 2.340E+10 1.061E-03-2.210E-01 2.000E+05 0.000E+00",
        "PRADK 6.2217E+00",
    ]
    path = tmp_path / "models.dat"
    path.write_text("\n".join(lines))
    assert atlas9.read(path)[8250.0, 4.0].tolist() == [[3.77183582e-03, 5046.5, 37.71, 2.34e10]]
    path.write_text("\n".join(lines[:3]))
    with pytest.raises(ArchiveFileError, match="ends after 0"):
        atlas9.read(path)


@pytest.fixture(scope="module")
def lines():
    initialise_engine()
    table = atomic_lines().sort_values("wlcent")
    return table[table["wlcent"].between(4450, 4550)].reset_index(drop=True)


def test_a_line_list_comes_back(lines, tmp_path):
    vald.write(tmp_path / "list", lines)
    found = vald.read(tmp_path / "list", 4460, 4540)
    assert found["species"].tolist() == lines["species"].tolist()
    np.testing.assert_allclose(found.drop(columns="species"), lines.drop(columns="species"), atol=1e-3)


def test_a_line_list_must_be_there_whole_and_wide_enough(lines, tmp_path):
    with pytest.raises(ArchiveFileError, match="registered users only"):
        vald.read(tmp_path / "list", 4460, 4540)
    vald.write(tmp_path / "list", lines)
    with pytest.raises(ArchiveFileError, match="4460 to 5000"):
        vald.read(tmp_path / "list", 4460, 5000)
    text = (tmp_path / "list").read_text()
    (tmp_path / "list").write_text(text[: len(text) // 2])
    with pytest.raises(ArchiveFileError, match="truncated"):
        vald.read(tmp_path / "list", 4460, 4540)
