"""Where a star is: the object's own position, never that of the telescope or of a field of many fibres."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from obafgkm.archives import jhc, miles
from obafgkm.classify import classify_files
from obafgkm.classify.reading import read_file
from obafgkm.classify.reading.positions import by_designation
from obafgkm.classify.reading.surveys import _JHC, _MILES

WAVE = np.arange(4000.0, 6000.0, 2)
FLUX = 1 + 0.1 * np.sin(WAVE / 7)


def image(path, **keywords):
    header = fits.Header()
    header.update({"CRVAL1": 4000.0, "CDELT1": 2.0, "CUNIT1": "Angstrom"} | keywords)
    fits.PrimaryHDU(FLUX, header).writeto(path)
    return path


def position(path):
    (spectrum,) = read_file(path)
    return spectrum.position


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"RA": 150.5, "DEC": -20.25}, (150.5, -20.25)),
        ({"RA": "10:02:00", "DEC": "-20:15:00"}, (150.5, -20.25)),
        ({"RA": "10 02 00.0", "DEC": "-00 15 00"}, (150.5, -0.25)),
        ({"RA": "150.5", "DEC": "-20.25"}, (150.5, -20.25)),
        ({"RA_TARG": 1.0, "DEC_TARG": 2.0, "RA": 150.5, "DEC": -20.25}, (1.0, 2.0)),
        ({"RAOBJ": 309.9, "DECOBJ": -1.14, "RA": 310.1, "DEC": 0.0, "PLATEID": 1117}, (309.9, -1.14)),
        ({"RA": (310.1, "RA of telescope boresight (deg)"), "DEC": 0.5}, None),
        ({"RA": 310.1, "DEC": 0.5, "PLATEID": 1117}, None),  # that of the plate
        ({"RA": 0.0, "DEC": 0.0}, None),
        ({"RA": "unknown", "DEC": "unknown"}, None),
        ({"RA": 400.0, "DEC": 2.0}, None),
        ({"RA": 150.5}, None),
        ({"OBJECT": "LAMOST J103250.26-354136.2"}, (158.209417, -35.693389)),
        ({"OBJECT": "HD 1"}, None),
    ],
)
def test_the_header_of_one_spectrum(tmp_path, keywords, expected):
    found = position(image(tmp_path / "a.fits", **keywords))
    assert found == (pytest.approx(expected, abs=1e-5) if expected else None)


@pytest.mark.parametrize("key", ["EQUINOX", "EPOCH"])
def test_an_old_equinox_is_brought_to_j2000(key, tmp_path):
    """Vega, from the Bright Star Catalogue: B1900 to J2000 is more than a degree."""
    found = position(image(tmp_path / "a.fits", RA="18:33:33", DEC="+38:41:26", **{key: 1900.0}))
    np.testing.assert_allclose(found, [279.234, 38.784], atol=0.02)


def test_rows_take_their_positions_from_the_table_that_names_them(tmp_path):
    names = [39627, 39628, 39629]
    fibres = Table({"TARGETID": names, "TARGET_RA": [1.0, 2.0, 3.0], "TARGET_DEC": [-1.0, -2.0, -3.0]})
    hdus = [
        fits.PrimaryHDU(header=fits.Header({"RA": 150.0, "DEC": 2.0})),
        fits.BinTableHDU(fibres, name="FIBERMAP"),
        fits.ImageHDU(WAVE, name="B_WAVELENGTH"),
        fits.ImageHDU(np.stack([FLUX] * 3), name="B_FLUX"),
    ]
    fits.HDUList(hdus).writeto(tmp_path / "coadd.fits")
    found = {spectrum.name: spectrum.position for spectrum in read_file(tmp_path / "coadd.fits")}
    assert found == {"39627": (1.0, -1.0), "39628": (2.0, -2.0), "39629": (3.0, -3.0)}


@pytest.mark.parametrize("second", [1.0, 1e-4])
def test_rows_with_errors_of_their_own_are_stars(tmp_path, second):
    """Whatever their flux: without, one that equals the first or its noise would be in doubt."""
    flux = FLUX + np.random.default_rng(0).normal(0, 0.01, WAVE.size)
    hdus = [
        fits.PrimaryHDU(),
        fits.ImageHDU(WAVE, name="WAVELENGTH"),
        fits.ImageHDU(np.stack([flux, second * flux]), name="FLUX"),
        fits.ImageHDU(np.full((2, WAVE.size), 1e4), name="IVAR"),
    ]
    fits.HDUList(hdus).writeto(tmp_path / "a.fits")
    assert len(list(read_file(tmp_path / "a.fits"))) == 2


def test_a_file_of_sdss_has_the_position_of_the_fibre_in_the_pipelines_row(mirror):
    for path in sorted(mirror.glob("sdss/spectra/lite/*/spec-*.fits"))[::40]:
        row = fits.getdata(path, 2)[0]
        assert position(path) == pytest.approx((row["PLUG_RA"], row["PLUG_DEC"])), path.name


def test_the_table_has_degrees(tmp_path):
    (row,) = classify_files(image(tmp_path / "a.fits", RA="10:02:00", DEC="-20:15:00")).to_dict("records")
    assert (row["ra"], row["dec"]) == (pytest.approx(150.5), pytest.approx(-20.25))


def test_the_libraries_in_air_are_known_by_their_layouts(mirror):
    assert [miles.WAVE.size, miles.WAVE[0], round(miles.WAVE[1] - miles.WAVE[0], 6)] == _MILES
    assert jhc.WAVE.size == _JHC[0]
    for path, library in (("jhc/jc_1.fits", "JHC"), ("miles/MILES_library_v9.1_FITS.tar.gz", "MILES")):
        spectrum = next(iter(read_file(mirror / path)))
        assert (spectrum.medium, spectrum.receipt.medium) == ("air", f"the layout of {library}")


def test_another_grid_is_no_library(tmp_path):
    (spectrum,) = read_file(image(tmp_path / "a.fits"))
    assert spectrum.medium is None


def test_a_designation_just_south_of_the_equator_is_south():
    assert by_designation("J000000.00-003000.0") == pytest.approx((0, -0.5))
    assert by_designation("J000000.00+003000.0") == pytest.approx((0, 0.5))
