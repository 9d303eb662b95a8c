"""Files of every format as spectra: read back as written, in air; damaged files say what is wrong."""

import gzip
import tarfile

import numpy as np
import pandas as pd
import pytest
from astropy import units
from astropy.io import fits
from astropy.nddata import StdDevUncertainty
from astropy.table import Table

from obafgkm.archives import cflib, elodie, jhc, miles, write_tar
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.labels import COLUMNS as SDSS_LABELS
from obafgkm.classify.reading import read_file
from obafgkm.classify.reading.by_specutils import spectra_of
from obafgkm.errors import ArchiveFileError
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.wavelengths import airtovac

GRID = np.arange(3800.0, 7000.5, 1.0)
LINE = 6562.80  # H alpha in air, Angstrom


def light(air):
    """A sloping spectrum with one narrow line; the argument is the wavelength in air."""
    return 2 + air / 10000 - 0.8 * np.exp(-0.5 * ((air - LINE) / 4) ** 2)


def line_centre(spectrum):
    """Where the line is on the grid: the centroid of what it takes away."""
    flux, _ = spectrum.on_grid(GRID)
    near = np.abs(GRID - LINE) < 15
    depth = 2 + GRID[near] / 10000 - flux[near]
    return (depth * GRID[near]).sum() / depth.sum()


def of_library(wave, file, **labels):
    labels = pd.DataFrame([{"file": file, "name": "HD 1", "type_text": "A0V", **labels}])
    return Spectra(wave, light(wave)[None], np.full((1, wave.size), 100.0), labels)


def write_sdss(folder):
    flux, ivar = light(sdss.WAVE / 1.000277)[None], np.full((1, sdss.WAVE.size), 4.0)
    labels = {**SDSS_LABELS, "plate": 266, "mjd": 51602, "fiberid": 31, "run2d": "26", "ra": 0.0, "dec": 0.0}
    sdss.write(folder, Spectra(sdss.WAVE, flux, ivar, pd.DataFrame([labels]), "vacuum", 2.76))
    return next(folder.rglob("spec-*.fits"))


def write_dr7(path):
    loglam = 3.58 + 1e-4 * np.arange(3820)
    flux = light(10**loglam / 1.000277)
    header = {"TELESCOP": "SDSS 2.5-M", "COEFF0": 3.58, "COEFF1": 1e-4, "VACUUM": True, "SPEC_CLN": 1}
    rows = np.stack([flux, flux, np.full(flux.size, 0.5), np.zeros(flux.size)])
    fits.PrimaryHDU(rows.astype("f4"), fits.Header(header)).writeto(path)


def lamost_wave():
    return 10 ** (3.568 + 1e-4 * np.arange(3900))


def write_lamost_image(path):
    wave = lamost_wave()
    rows = np.stack([light(wave / 1.000277), np.full(wave.size, 4.0), wave, 0 * wave, 0 * wave])
    header = {"TELESCOP": "LAMOST", "DESIG": "LAMOST J1", "COEFF0": 3.568, "COEFF1": 1e-4, "VACUUM": "T"}
    fits.PrimaryHDU(rows.astype("f4"), fits.Header(header)).writeto(path)


def write_lamost_table(path):
    wave = lamost_wave()
    columns = {"FLUX": light(wave / 1.000277), "IVAR": np.full(wave.size, 4.0), "WAVELENGTH": wave}
    table = fits.BinTableHDU.from_columns(
        [fits.Column(name, f"{wave.size}E", array=values[None]) for name, values in columns.items()],
        name="COADD",
    )
    fits.HDUList([fits.PrimaryHDU(header=fits.Header({"TELESCOP": "LAMOST"})), table]).writeto(path)


def make(kind, folder):
    """A file of some kind, and the medium that it declares."""
    wave = np.arange(3700.0, 7100.0, 0.7)
    path = folder / f"star.{'csv' if kind.startswith('csv') else 'txt' if kind == 'ascii' else 'fits'}"
    if kind == "sdss":
        return write_sdss(folder), "vacuum"
    if kind == "sdss dr7":
        write_dr7(path)
        return path, "vacuum"
    if kind == "lamost image":
        write_lamost_image(path)
        return path, "vacuum"
    if kind == "lamost table":
        write_lamost_table(path)
        return path, "vacuum"
    if kind == "jhc":
        jhc.write(folder, of_library(jhc.WAVE, "jc_1.fits"))
        return folder / "jc_1.fits", "air"
    if kind == "elodie":
        elodie.write(folder, of_library(elodie.WAVE, "00001.fits"))
        return folder / "ll" / "00001.fits", None
    if kind == "miles":
        miles.write(folder, of_library(miles.WAVE, "s0001.fits"))
        return folder / "MILES_library_v9.1_FITS.tar.gz", "air"
    if kind == "cflib table":
        cflib.write(folder, of_library(cflib.WAVE, "1.fits", catalogue_type_text=""))
        return folder / "BINTABLE.tgz", "air"
    if kind == "cflib text":
        cflib.write(folder, of_library(cflib.WAVE, "1.txt", catalogue_type_text=""))
        return folder / "TEXT" / "1.txt", "air"
    if kind == "hdf5":
        of_library(wave, "x").write(folder / "star.h5")
        return folder / "star.h5", "air"
    if kind == "table in nm":
        Table({"Wave": wave / 10, "Flux": light(wave), "err": 0 * wave + 0.5}, units={"Wave": "nm"}).write(
            path
        )
        return path, None
    if kind == "table, vacuum":
        Table({"loglam": np.log10(airtovac(wave)), "flux": light(wave)}, meta={"VACUUM": True}).write(path)
        return path, "vacuum"
    if kind == "image, air":
        header = fits.Header({"CRVAL1": wave[0], "CDELT1": 0.7, "CRPIX1": 1, "CTYPE1": "AWAV"})
        fits.PrimaryHDU(light(wave), header).writeto(path)
        return path, "air"
    if kind == "image, logarithmic":
        log = np.log10(3700) + 1e-4 * np.arange(2800)
        header = fits.Header({"CRVAL1": log[0], "CD1_1": 1e-4, "DC-FLAG": 1, "CTYPE1": "LINEAR"})
        fits.PrimaryHDU(light(10**log), header).writeto(path)
        return path, None
    if kind == "csv, vacuum":
        lines = "".join(f"{w},{f}\n" for w, f in zip(airtovac(wave), light(wave), strict=True))
        path.write_text("Wavelength,Flux\n".replace("Wave", "# vacuum\nWave") + lines)
        return path, "vacuum"
    if kind == "ascii":
        np.savetxt(path, np.stack([wave, light(wave), 0 * wave + 0.5], axis=1), header="wave flux error")
        return path, None
    raise AssertionError(kind)


KINDS = [
    "sdss",
    "sdss dr7",
    "lamost image",
    "lamost table",
    "jhc",
    "elodie",
    "miles",
    "cflib table",
    "cflib text",
]
KINDS += ["hdf5", "table in nm", "table, vacuum", "image, air", "image, logarithmic", "csv, vacuum", "ascii"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_spectrum_of_every_format_comes_back_in_air(kind, tmp_path):
    path, medium = make(kind, tmp_path)
    (spectrum,) = read_file(path)
    assert spectrum.medium == medium
    assert line_centre(spectrum) == pytest.approx(LINE, abs=0.03)  # the shift to vacuum is 1.8
    flux, _ = spectrum.on_grid(GRID)
    away = np.abs(GRID - LINE) > 30
    here = away & np.isfinite(flux)
    assert here.sum() > 2700
    np.testing.assert_allclose(flux[here], light(GRID[here]), rtol=2e-3)


@pytest.mark.parametrize("kind", ["sdss", "sdss dr7", "lamost image", "lamost table", "table in nm", "ascii"])
def test_errors_keep_their_information_on_the_grid(kind, tmp_path):
    path, _ = make(kind, tmp_path)
    (spectrum,) = read_file(path)
    _, ivar = spectrum.on_grid(GRID)
    wave, _, own = spectrum.cleaned()
    red = (GRID > 4000) & (GRID < 4500)  # where a pixel of the grid holds more than one of any of these files
    inside = (wave > 4000) & (wave < 4500)
    assert ivar[red].sum() == pytest.approx(own[inside].sum(), rel=0.02)


def test_the_flag_overrules_the_file(tmp_path):
    path, _ = make("image, air", tmp_path)
    (spectrum,) = read_file(path, medium="vacuum")
    assert LINE - line_centre(spectrum) == pytest.approx(1.81, abs=0.02)


def test_masked_pixels_and_gaps_are_missing_on_the_grid(tmp_path):
    wave = np.arange(3900.0, 6500.0)
    ivar = np.where((wave > 5000) & (wave < 5100), 0, 1)
    Table({"wavelength": wave, "flux": light(wave), "ivar": ivar}).write(tmp_path / "gap.fits")
    (spectrum,) = read_file(tmp_path / "gap.fits")
    flux, ivar = spectrum.on_grid(GRID)
    missing = (GRID < 3900) | (GRID > 6499) | ((GRID > 5000) & (GRID < 5100))
    np.testing.assert_array_equal(np.isnan(flux), missing)
    np.testing.assert_array_equal(ivar == 0, missing)


def test_noise_is_estimated_where_a_file_has_no_errors(tmp_path):
    wave = np.arange(3800.0, 7000.0)
    flux = 1 + np.random.default_rng(1).normal(0, 0.02, wave.size)
    np.savetxt(tmp_path / "star.txt", np.stack([wave, flux], axis=1))
    (spectrum,) = read_file(tmp_path / "star.txt")
    _, ivar = spectrum.on_grid(wave)
    assert ivar[5] ** -0.5 == pytest.approx(0.02, rel=0.1)


def rows_image(path, wave, flux):
    header = fits.Header({"CRVAL1": wave[0], "CDELT1": wave[1] - wave[0], "OBJECT": "field"})
    fits.PrimaryHDU(flux, header).writeto(path)


def rows_table(path, wave, flux):
    names = [f"star {i}" for i in range(len(flux))]
    Table({"name": names, "WAVE": np.tile(wave, (len(flux), 1)), "FLUX": flux}).write(path)


def rows_extensions(path, wave, flux):
    extensions = [fits.ImageHDU(flux, name="FLUX"), fits.ImageHDU(wave, name="WAVELENGTH")]
    fits.HDUList([fits.PrimaryHDU(), *extensions, fits.ImageHDU(0 * flux + 9, name="IVAR")]).writeto(path)


def rows_hdf5(path, wave, flux):
    Spectra(wave, flux, 0 * flux + 1, pd.DataFrame({"name": [f"s{i}" for i in range(len(flux))]})).write(path)


@pytest.mark.parametrize("write", [rows_image, rows_table, rows_extensions, rows_hdf5])
def test_many_spectra_of_a_file_keep_their_order_and_names(write, tmp_path):
    wave = np.arange(3800.0, 7000.0, 2)
    flux = np.arange(1, 301)[:, None] * light(wave)
    path = tmp_path / ("many.h5" if write is rows_hdf5 else "many.fits")
    write(path, wave, flux)
    spectra = list(read_file(path))
    assert len({spectrum.name for spectrum in spectra}) == len(spectra) == 300
    np.testing.assert_allclose([s.flux[0] / light(3800.0) for s in spectra], np.arange(1, 301), rtol=1e-5)


def test_a_spectrum_of_specutils_in_other_units():
    import specutils

    air = np.arange(3800.0, 7000.0, 0.5)
    flux = light(air) * air**2 * 1e-6 * units.Jy  # flux a unit frequency
    header = {"header": {"AIRORVAC": "air", "OBJECT": "HD 1"}}
    error = StdDevUncertainty(0.1 * flux.value)
    given = specutils.Spectrum(flux=flux, spectral_axis=air / 10 * units.nm, uncertainty=error, meta=header)
    (spectrum,) = spectra_of(given)
    assert (spectrum.name, spectrum.medium) == ("HD 1", "air")
    np.testing.assert_allclose(spectrum.flux * np.sqrt(spectrum.ivar), 10)
    spectrum.flux = spectrum.flux / spectrum.flux[0] * light(air[0])
    assert line_centre(spectrum) == pytest.approx(LINE, abs=0.03)


def test_a_file_only_specutils_knows_is_read_by_it(tmp_path):
    import specutils

    frequency = (np.arange(3800.0, 7000.0, 0.5) * units.AA).to(units.THz, units.spectral())
    spectrum = specutils.Spectrum(flux=np.ones(6400) * units.Jy, spectral_axis=frequency)
    spectrum.write(tmp_path / "star.fits", format="tabular-fits", wunit=units.THz)
    (read,) = read_file(tmp_path / "star.fits")
    flux, _ = read.on_grid(GRID)
    assert np.nanmedian(flux[:100]) / np.nanmedian(flux[-101:]) == pytest.approx((6950 / 3850) ** 2, rel=0.01)


def truncated(content):
    return content[: len(content) // 2]


BAD = {
    "missing": (None, "there is no such file"),
    "empty": (b"", "empty"),
    "html": (b"<!DOCTYPE html><html>404</html>", "HTML page"),
    "binary": (b"\x00\x01\x02" * 400, "neither FITS, HDF5 nor text"),
    "prose": (b"this is\nno spectrum\n", "no spectrum"),
    "one column": (b"1\n2\n3\n4\n5\n", "one column only"),
    "ragged": (b"4000 1\n4001 2 3\n4002\n", "different numbers of columns"),
    "zero": (b"\n".join(b"%d 0" % w for w in range(4000, 6000)), "no valid pixel"),
    "infrared": (b"\n".join(b"%d 1" % w for w in range(12000, 15000)), "covers 12000-14999 Å, 0 Å of them"),
    "narrow": (b"\n".join(b"%d 1" % w for w in range(4000, 4100)), "300 Å are needed"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_says_in_one_sentence_what_is_wrong(kind, tmp_path):
    content, message = BAD[kind]
    path = tmp_path / "star.fits"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArchiveFileError) as caught:
        [spectrum.on_grid(GRID) for spectrum in read_file(path)]
    assert message in caught.value.problem
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["sdss", "sdss dr7", "jhc", "miles", "hdf5"])
def test_a_truncated_file_is_refused(kind, tmp_path):
    path, _ = make(kind, tmp_path)
    path.write_bytes(truncated(path.read_bytes()))
    with pytest.raises(ArchiveFileError, match=r"damaged|truncated|not a readable"):
        list(read_file(path))


def test_a_folder_and_a_table_without_spectra_are_refused(tmp_path):
    Table({"ra": [1.0], "dec": [2.0]}).write(tmp_path / "stars.fits")
    with pytest.raises(ArchiveFileError, match="no spectrum recognised"):
        list(read_file(tmp_path / "stars.fits"))
    with pytest.raises(ArchiveFileError, match="is a folder"):
        list(read_file(tmp_path))


def test_a_bad_member_of_an_archive_does_not_stop_the_others(tmp_path):
    path, _ = make("image, air", tmp_path)
    good = path.read_bytes()
    contents = {"a.fits": good, "b.fits": b"<html>", "c.fits": good[:5000], "d.fits": good, "README": b"x"}
    write_tar(tmp_path / "stars.tar.gz", contents.items())
    read = list(read_file(tmp_path / "stars.tar.gz"))
    assert [s if isinstance(s, str) else s.name for s in read][::3] == ["a", "d"]
    assert read[1].startswith("b.fits: an HTML page")
    assert read[2].startswith("c.fits: damaged")


def test_gzipped_files_are_read(tmp_path):
    path, _ = make("image, air", tmp_path)
    packed = tmp_path / "star.fits.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    one, other = next(read_file(path)), next(read_file(packed))
    np.testing.assert_array_equal(one.flux, other.flux)
    assert other.name == "star"


def number_of_files(path):
    """One, or those inside an archive."""
    if path.suffix not in (".tgz", ".gz") or path.suffixes[-2:] == [".fits", ".gz"]:
        return 1
    with tarfile.open(path) as archive:
        return sum(member.isfile() for member in archive)


@pytest.mark.parametrize(
    "pattern",
    [
        "jhc/*.fits",
        "miles/*.tar.gz",
        "cflib/BINTABLE.tgz",
        "cflib/TEXT/*.txt",
        "sdss/spectra/**/*.fits",
        "sdss/dr7/*.fit",
        "sdss/skyserver_csv/*.csv",
        "lamost/**/*.fits*",
    ],
)
def test_all_real_spectra_are_read(mirror, pattern):
    paths = sorted(mirror.glob(pattern))
    if not paths:
        pytest.skip(f"the mirror holds no {pattern}")
    spectra = [spectrum for path in paths for spectrum in read_file(path)]
    assert len(spectra) == sum(map(number_of_files, paths))
    covered = []
    for spectrum in spectra:
        flux, ivar = spectrum.on_grid(GRID)
        assert np.isfinite(flux[ivar > 0]).all()
        covered.append((ivar > 0).mean())
    assert np.median(covered) > 0.9
    assert min(covered) > 0.4  # one arm of the spectrograph may be lost
