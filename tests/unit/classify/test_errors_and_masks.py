"""Errors and masks belong to one spectrum each, and have units of their own."""

import numpy as np
import pytest
from astropy import units
from astropy.table import MaskedColumn, Table
from test_layouts import (
    AIR,
    BAD,
    ERROR,
    MARK,
    STAR,
    VACUUM,
    image,
    is_the_star,
    linear,
    multispec,
    other,
    read,
    table,
    text,
    three_rows,
    write,
)

from obafgkm.classify.reading.arrays import spectra_of_arrays
from obafgkm.errors import ArchiveFileError


@pytest.mark.parametrize(
    ("name", "values", "unit"),
    [
        ("variance", ERROR**2 * 1e4, "1e-34 erg2/(s2 cm4 Angstrom2)"),
        ("variance", ERROR**2 * 1e4, "1e-17 erg/s/cm2/Angstrom"),  # some programs give the unit of its root
        ("ivar", ERROR**-2 * 1e-4, "1e34 s2 cm4 Angstrom2/erg2"),
    ],
)
def test_variances_and_weights_are_read_in_their_own_unit(name, values, unit, tmp_path):
    hdu = table({"wave": AIR, "flux": 1e-15 * STAR, name: values}, units_of={"wave": "Angstrom"})
    hdu.header.update({"TUNIT2": "erg/s/cm2/Angstrom", "TUNIT3": unit})
    write(tmp_path / "star.fits", hdu)
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_allclose(spectrum.ivar**-0.5, 1e-15 * ERROR, rtol=1e-4)


def test_errors_in_an_extension_have_the_unit_of_that_extension(tmp_path):
    flux = image(1e-15 * STAR, "FLUX", **linear(CUNIT1="Angstrom", BUNIT="erg/s/cm2/Angstrom"))
    write(tmp_path / "star.fits", flux, image(1e2 * ERROR, "ERROR", BUNIT="1e-17 erg/s/cm2/Angstrom"))
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_allclose(spectrum.ivar**-0.5, 1e-15 * ERROR, rtol=1e-4)


def test_each_flux_has_the_errors_of_its_name(tmp_path):
    own = {"wave": AIR, "flux_1": STAR, "err_1": ERROR, "flux_2": other(2, 1), "err_2": 3 * ERROR}
    write(tmp_path / "two.fits", table(own))
    for spectrum, by in zip(read(tmp_path / "two.fits"), (1, 3), strict=True):
        np.testing.assert_allclose(spectrum.ivar**-0.5, by * ERROR)


def test_each_row_has_its_own_errors_and_mask(tmp_path):
    flux, error = np.stack([STAR, other(2, 1)]), np.stack([ERROR, 3 * ERROR])
    mask = np.zeros(flux.shape, "i2")
    mask[0, 500:600], mask[1, 800:900] = 1, 1
    hdus = [image(flux, "FLUX", **linear()), image(error, "ERROR"), image(mask, "MASK")]
    write(tmp_path / "images.fits", *hdus)
    columns = {"wave": np.tile(AIR, (2, 1)), "flux": flux, "error": error, "mask": mask}
    write(tmp_path / "table.fits", table(columns))
    for path in tmp_path.iterdir():
        spectra = read(path)
        assert len(spectra) == 2
        for i, spectrum in enumerate(spectra):
            np.testing.assert_array_equal(np.isnan(spectrum.flux), mask[i] == 1)
            np.testing.assert_allclose(spectrum.ivar**-0.5, error[i])


def test_a_negative_value_that_often_occurs_among_positive_ones_is_no_flux(tmp_path):
    flux = STAR.copy()
    flux[BAD] = flux[700:710] = -1.0
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": flux}))
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_array_equal(~spectrum.valid, flux == -1)


def test_masked_cells_of_a_table_in_memory_are_no_flux():
    flux = MaskedColumn(np.where(MARK, 0.7, STAR), mask=MARK)
    (spectrum,) = spectra_of_arrays(Table({"wavelength": AIR * units.AA, "flux": flux}))
    np.testing.assert_array_equal(np.isnan(spectrum.flux), MARK)


@pytest.mark.parametrize(
    ("unit", "flux"),
    [
        ("photon/s/cm2/Hz", STAR * AIR**3),
        ("log(Jy)", np.log10(STAR * AIR**2)),
        ("log(erg/s/cm2/Hz)", np.log10(STAR * AIR**2)),
        ("nmgy", STAR * AIR**2),
        ("fnu", STAR * AIR**2),
        ("photlam", STAR * AIR),
        ("photnu", STAR * AIR**3),
        ("STmag", -2.5 * np.log10(STAR)),
        ("erg/s/cm2", STAR * AIR),
        ("log(photlam)", np.log10(STAR * AIR)),
    ],
)
def test_further_units_of_flux_become_flux_per_wavelength(unit, flux, tmp_path):
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": flux}, TUNIT1="Angstrom", TUNIT2=unit))
    (spectrum,) = read(tmp_path / "star.fits")
    assert is_the_star(spectrum)


def test_more_wavelengths_than_rows_of_multispec_are_refused(tmp_path):
    multispec(tmp_path / "star.fits", lambda n: [f"0 {AIR[0]} 1.5 {n} 0. 1. 10."] * 3)
    with pytest.raises(ArchiveFileError, match="3 rows of wavelengths in WAT2 for 2 rows of flux"):
        read(tmp_path / "star.fits")


def test_fibres_of_the_sky_and_broken_ones_are_no_stars(tmp_path):
    kinds = table({"TARGETID": [7, 8, 9], "OBJTYPE": ["TGT", "SKY", "BAD"]}, "FIBERMAP")
    write(tmp_path / "stars.fits", kinds, image(AIR, "B_WAVELENGTH"), image(three_rows(), "B_FLUX"))
    (spectrum,) = read(tmp_path / "stars.fits")
    assert spectrum.name == "7"
    assert "2 rows of sky" in spectrum.receipt.left_out


def test_the_tables_of_skyserver_are_in_vacuum(tmp_path):
    names = "Wavelength,Flux,BestFit,SkyFlux"
    text(tmp_path / "spec.csv", VACUUM, STAR, STAR, 0 * STAR, names=names, delimiter=",")
    (spectrum,) = read(tmp_path / "spec.csv")
    assert (spectrum.medium, spectrum.receipt.medium) == ("vacuum", "the layout of SkyServer")


@pytest.mark.parametrize("name", ["INVVAR", "fluxivar", "weight", "iv"])
def test_weights_have_many_names(name, tmp_path):
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": STAR, name: ERROR**-2}))
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_allclose(spectrum.ivar**-0.5, ERROR)


@pytest.mark.parametrize("name", ["isbad", "bpm", "unusable", "saturated", "rejected", "nodata"])
def test_masks_of_bad_pixels_have_many_names(name, tmp_path):
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": STAR, name: MARK}))
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_array_equal(~spectrum.valid, MARK)


@pytest.mark.parametrize("name", ["isgood", "gpm", "goodpix", "keep", "usable", "use"])
def test_masks_of_valid_pixels_have_many_names(name, tmp_path):
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": STAR, name: ~MARK}))
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_array_equal(~spectrum.valid, MARK)


@pytest.mark.parametrize(
    ("code", "values"), [("stat.error;phot.flux", ERROR), ("stat.variance;phot.flux", ERROR**2)]
)
def test_a_column_without_a_telling_name_is_what_its_ucd_says(code, values, tmp_path):
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": STAR, "q1": values}, TUCD3=code))
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_allclose(spectrum.ivar**-0.5, ERROR)


@pytest.mark.parametrize("name", ["err[%]", "err (pct)", "err_percent"])
def test_errors_in_per_cent_may_say_so_in_many_ways(name, tmp_path):
    text(tmp_path / "star.txt", AIR, STAR, 100 * ERROR / STAR, names=f"wave,flux,{name}", delimiter=",")
    (spectrum,) = read(tmp_path / "star.txt")
    np.testing.assert_allclose(spectrum.ivar**-0.5, ERROR, rtol=1e-3)


def test_relative_errors_are_fractions_of_the_flux(tmp_path):
    text(
        tmp_path / "star.txt", AIR, STAR, ERROR / STAR, names="wave,flux,rel_err", delimiter=",", form="%.7f"
    )
    (spectrum,) = read(tmp_path / "star.txt")
    np.testing.assert_allclose(spectrum.ivar**-0.5, ERROR, rtol=1e-3)


def test_whole_numbers_have_a_null_of_their_own(tmp_path):
    flux = np.where(MARK, 900, np.round(1000 * STAR)).astype("i4")
    flux[(flux == 900) & ~MARK] = 901
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": flux}, TNULL2=900))
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_array_equal(np.isnan(spectrum.flux), MARK)


def test_unsigned_whole_numbers_are_read_with_their_zero_point(tmp_path):
    counts = np.round(1000 * STAR).astype("u2")
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": counts}))
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_array_equal(spectrum.flux, counts)


@pytest.mark.parametrize("word", ["INDEF", "nan", "N/A", "null", "--", "*****", "nodata"])
def test_a_word_for_a_missing_number_costs_that_number_only(word, tmp_path):
    flux = [word if bad else f"{value:.5f}" for value, bad in zip(STAR, MARK, strict=True)]
    rows = [f"{wave:.2f} {value}" for wave, value in zip(AIR, flux, strict=True)]
    (tmp_path / "star.txt").write_text("\n".join(["wave flux", *rows]))
    (spectrum,) = read(tmp_path / "star.txt")
    np.testing.assert_allclose(spectrum.wave, AIR)
    np.testing.assert_array_equal(np.isnan(spectrum.flux), MARK)


@pytest.mark.parametrize("wave", ["BOX_WAVE", "WAVE_GRID_MID"])
def test_masks_of_pypeit_mark_valid_pixels_however_few(wave, tmp_path):
    mask = np.arange(AIR.size) < 0.4 * AIR.size
    write(tmp_path / "star.fits", table({wave: AIR, "FLUX": STAR, "MASK": mask}))
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_array_equal(spectrum.valid, mask)
