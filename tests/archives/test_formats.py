"""Every library is written in its archive's format and read back, whole and damaged."""

import gzip
import io
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from libraries import FILES, HAS_PARAMETERS, LIBRARIES, invented

from obafgkm.archives import cflib, elodie, jhc, miles
from obafgkm.errors import ArchiveFileError
from obafgkm.ingest.libraries import ingest
from obafgkm.spectroscopy.runs import runs

HTML = b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>"


def by_file(spectra):
    return spectra.select(np.argsort(spectra.labels["file"].to_numpy()))


@pytest.fixture(params=LIBRARIES)
def library(request):
    return request.param


@pytest.fixture
def written(library, tmp_path):
    LIBRARIES[library].write(tmp_path, invented(library))
    return tmp_path


def test_a_written_library_is_read_back(library, written):
    spectra, rejected = LIBRARIES[library].read(written)
    back, expected = by_file(spectra), by_file(invented(library))
    assert rejected.empty
    assert list(rejected.columns) == ["library", "file", "name", "reason"]
    np.testing.assert_allclose(back.wave, expected.wave, atol=1e-9)
    np.testing.assert_array_equal(back.ivar, expected.ivar)
    good = expected.ivar > 0
    np.testing.assert_allclose(back.flux[good], expected.flux[good], rtol=1e-6)
    assert np.isfinite(back.flux).all()
    assert (back.medium, back.fwhm) == ("air", LIBRARIES[library].FWHM)
    columns = ["file", "name", "type_text"] + ["teff", "logg", "feh"] * (library in HAS_PARAMETERS)
    pd.testing.assert_frame_equal(back.labels[columns], expected.labels[columns])
    assert (back.labels["library"] == library).all()
    assert (back.labels["star"] != "").all()


def test_the_same_spectra_give_the_same_bytes_at_any_time(library, written, tmp_path_factory, monkeypatch):
    again = tmp_path_factory.mktemp("again")
    monkeypatch.setattr("time.time", lambda: 1.0e9)
    LIBRARIES[library].write(again, invented(library))
    files = sorted(path.relative_to(written) for path in written.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert all((written / file).read_bytes() == (again / file).read_bytes() for file in files)


def test_what_is_read_can_be_written_and_ingested(library, written, tmp_path_factory):
    spectra, _ = LIBRARIES[library].read(written)
    again = tmp_path_factory.mktemp("again")
    LIBRARIES[library].write(again, spectra)
    kept, rejected = ingest(library, again)
    assert len(kept) == 3
    assert rejected.empty
    assert sorted(kept.labels["mk_type"]) == ["B8V", "G8III", "K1IV"]
    kept.write(again / "library.h5")


def replace_file(library, folder, file, change):
    """Change the content of one of the library's spectra, inside the tar archive where it lies in one."""
    archive = next(folder.glob("*gz"), None)
    if archive is None or file.endswith(".txt"):
        path = next(folder.rglob(file))
        path.write_bytes(change(path.read_bytes()))
        return
    with tarfile.open(archive) as tar:
        contents = {member.name: tar.extractfile(member).read() for member in tar}
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in contents.items():
            content = change(content) if Path(name).name == file else content
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


DAMAGE = {
    "html": lambda content: HTML,
    "empty": lambda content: b"",
    "garbage": lambda content: bytes(range(256)) * 40,
    "truncated": lambda content: content[: len(content) // 3],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_rejected_and_the_others_are_read(library, written, damage):
    for file in FILES[library][::2]:
        replace_file(library, written, file, DAMAGE[damage])
    spectra, rejected = LIBRARIES[library].read(written)
    assert list(spectra.labels["file"]) == [FILES[library][1]]
    assert sorted(rejected["file"]) == sorted(FILES[library][::2])
    assert (rejected["library"] == library).all()
    assert rejected["reason"].str.contains("fetch it again|not on the library's grid").all()


def test_a_page_in_place_of_a_spectrum_is_shown(library, written):
    replace_file(library, written, FILES[library][0], DAMAGE["html"])
    _, rejected = LIBRARIES[library].read(written)
    assert "<!DOCTYPE html>" in rejected["reason"].item()


@pytest.mark.parametrize("module", [miles, cflib])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_tar_archive_is_an_error_that_names_it(module, damage, tmp_path):
    module.write(tmp_path, invented(module.__name__.rpartition(".")[2]))
    archive = next(tmp_path.glob("*gz"))
    archive.write_bytes(DAMAGE[damage](archive.read_bytes()))
    with pytest.raises(ArchiveFileError, match=rf"{archive.name}.*delete it and fetch it again"):
        module.read(tmp_path)


@pytest.mark.parametrize(
    ("library", "missing"),
    [
        ("jhc", "jhc_index.csv"),
        ("miles", "paramsMILES_v9.1.txt"),
        ("miles", "MILES_library_v9.1_FITS.tar.gz"),
        ("cflib", "BINTABLE.tgz"),
    ],
)
def test_a_missing_table_or_archive_is_an_error_that_names_it(library, missing, tmp_path):
    LIBRARIES[library].write(tmp_path, invented(library).select([0, 1]))
    (tmp_path / missing).unlink()
    with pytest.raises(ArchiveFileError, match=f"{missing}: missing.*fetch"):
        LIBRARIES[library].read(tmp_path)


@pytest.mark.parametrize(
    ("library", "table"),
    [("jhc", "jhc_index.csv"), ("miles", "paramsMILES_v9.1.txt"), ("elodie", "elodiev2.csv")],
)
def test_a_page_in_place_of_a_table_is_an_error_that_names_it(library, table, tmp_path):
    LIBRARIES[library].write(tmp_path, invented(library))
    (tmp_path / table).write_bytes(HTML)
    with pytest.raises(ArchiveFileError, match=table):
        LIBRARIES[library].read(tmp_path)


def test_a_file_without_a_line_in_the_table_is_rejected(tmp_path):
    jhc.write(tmp_path, invented("jhc"))
    (tmp_path / "jc_7.fits").write_bytes((tmp_path / "jc_1.fits").read_bytes())
    spectra, rejected = jhc.read(tmp_path)
    assert len(spectra) == 3
    assert rejected["reason"].item() == "not in jhc_index.csv"


def test_jhc_is_in_the_order_of_its_numbers(tmp_path):
    jhc.write(tmp_path, invented("jhc"))
    assert list(jhc.read(tmp_path)[0].labels["file"]) == ["jc_1.fits", "jc_2.fits", "jc_10.fits"]


def test_miles_is_read_from_its_unpacked_folder_too(tmp_path):
    miles.write(tmp_path, invented("miles"))
    packed, _ = miles.read(tmp_path)
    archive = tmp_path / "MILES_library_v9.1_FITS.tar.gz"
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    archive.unlink()
    unpacked, _ = miles.read(tmp_path)
    np.testing.assert_array_equal(unpacked.flux, packed.flux)
    pd.testing.assert_frame_equal(unpacked.labels, packed.labels)


def test_miles_images_have_two_axes(tmp_path):
    miles.write(tmp_path, invented("miles"))
    with tarfile.open(tmp_path / "MILES_library_v9.1_FITS.tar.gz") as tar:
        content = tar.extractfile("MILES_library_v9.1_FITS/s0001.fits").read()
    with fits.open(io.BytesIO(content)) as hdus:
        assert hdus[0].data.shape == (1, 4300)


def test_a_name_too_long_for_the_miles_table_is_refused(tmp_path):
    spectra = invented("miles")
    spectra.labels.loc[0, "name"] = "a name of more than eighteen letters"
    with pytest.raises(ValueError, match="eighteen"):
        miles.write(tmp_path, spectra)


def test_elodie_masks_with_nan_and_has_extensions(tmp_path):
    elodie.write(tmp_path, invented("elodie"))
    with fits.open(tmp_path / "ll" / "00002.fits") as hdus:
        np.testing.assert_array_equal(np.flatnonzero(np.isnan(hdus[0].data)), np.arange(7000, 7100))
        assert (hdus[0].header["CRVAL1"], hdus[0].header["CDELT1"]) == (3900.0, 0.2)
        assert hdus[1].name == "NOISE"


def test_elodie_of_the_previous_version_is_masked_below_4000(tmp_path):
    elodie.write(tmp_path, invented("elodie").select([2]))
    path = tmp_path / "ll" / "01959.fits"
    with fits.open(path) as hdus:
        header, flux = hdus[0].header, hdus[0].data[500:]
        header["CRVAL1"] = 4000.0
        header["CD1_1"] = header.pop("CDELT1")
        fits.writeto(path, flux, header, overwrite=True)
    spectra, _ = elodie.read(tmp_path)
    assert spectra.labels["gap"].item() == pytest.approx(100.0)
    np.testing.assert_array_equal(np.flatnonzero(spectra.ivar[0] == 0), np.arange(500))
    np.testing.assert_array_equal(spectra.flux[0, 500:], invented("elodie").flux[2, 500:])


def test_elodie_counts_its_wavelengths_from_the_reference_pixel(tmp_path):
    elodie.write(tmp_path, invented("elodie").select([2]))
    with fits.open(tmp_path / "ll" / "01959.fits", mode="update") as hdus:
        hdus[0].header.update({"CRPIX1": 501, "CRVAL1": 4000.0})
    np.testing.assert_array_equal(elodie.read(tmp_path)[0].flux, invented("elodie").flux[2:])


def test_elodie_takes_types_and_luminosity_classes_from_simbad_where_its_own_lack_them(tmp_path):
    spectra = invented("elodie")
    spectra.labels["type_text"] = ["", "B8", "G8III"]
    spectra.labels["catalogue_type_text"] = ["K1IV", "B9V", "K0IV"]
    elodie.write(tmp_path, spectra)
    kept, _ = ingest("elodie", tmp_path)
    assert list(kept.labels["mk_type"]) == ["K1IV", "B8V", "G8III"]


def test_elodie_without_spectra_gives_none(tmp_path):
    spectra, rejected = elodie.read(tmp_path)
    assert len(spectra) == len(rejected) == 0
    assert spectra.flux.shape == (0, 14501)
    assert len(ingest("elodie", tmp_path)[0]) == 0


def test_cflib_binary_table_goes_before_the_text_of_the_same_star(tmp_path):
    cflib.write(tmp_path, invented("cflib"))
    (tmp_path / "TEXT" / "249.txt").write_text("not read")
    spectra, rejected = cflib.read(tmp_path)
    assert rejected.empty
    assert list(spectra.labels["file"]) == ["249.fits", "G_75-62.fits", "100006.txt"]


def test_cflib_names_of_stars_without_spectra(tmp_path):
    cflib.write(tmp_path, invented("cflib"))
    (tmp_path / "BINTABLE.tgz").unlink()
    assert cflib.star_names(tmp_path) == ["100006", "249", "G_75-62"]


def test_cflib_names_of_its_spectra_where_there_is_no_table(tmp_path):
    cflib.write(tmp_path, invented("cflib"))
    (tmp_path / "cflib_header_types.csv").unlink()
    assert cflib.star_names(tmp_path) == ["100006", "249", "G_75-62"]


def test_cflib_takes_the_literature_type_where_there_is_no_pickles_type(tmp_path):
    spectra = invented("cflib")
    spectra.labels["type_text"] = ["K1IV", "", ""]
    spectra.labels["catalogue_type_text"] = ["K2IV", "B9V", "G5"]
    cflib.write(tmp_path, spectra)
    labels = cflib.read(tmp_path)[0].labels
    assert list(labels["type_text"]) == ["K1IV", "B9V", "G5"]
    assert list(labels["catalogue_type_text"]) == ["K2IV", "", ""]  # a second type, not the same one again


def test_cflib_parameters_of_wu_et_al_go_before_those_of_the_headers(tmp_path):
    spectra = invented("cflib")
    cflib.write(tmp_path, spectra)
    before = cflib.read(tmp_path)[0].labels
    (tmp_path / "wu2011.csv").write_text("name,teff,logg,feh\nHD000249,4708,2.71,\n")
    labels = cflib.read(tmp_path)[0].labels
    assert labels["teff"][0] == 4708
    assert labels["logg"][0] == 2.71
    pd.testing.assert_series_equal(labels["feh"], before["feh"])
    pd.testing.assert_frame_equal(labels[1:], before[1:])


def test_cflib_aliases_come_from_its_headers(tmp_path):
    cflib.write(tmp_path, invented("cflib"))
    assert list(cflib.read(tmp_path)[0].labels["aliases"]) == ["", "BD+19 2459;SAO 99637", ""]


def test_cflib_fill_values_are_masked_without_keywords_and_small_flux_is_not(tmp_path):
    spectra = invented("cflib").select([2])
    spectra.flux[0, 100:110] = 1.0e-4
    spectra.flux[0, 200:210] = np.linspace(-3e-4, 3e-4, 10)
    spectra.flux[0, 300] = 1.0e-4
    cflib.write(tmp_path, spectra)
    ivar = cflib.read(tmp_path)[0].ivar
    np.testing.assert_array_equal(np.flatnonzero(ivar[0] == 0), np.arange(100, 110))


@pytest.mark.parametrize("suffix", ["fits", "txt"])
def test_cflib_gaps_are_masked_by_keyword(suffix, tmp_path):
    spectra = invented("cflib").select([1])
    spectra.labels["file"] = f"G_75-62.{suffix}"
    cflib.write(tmp_path, spectra)
    back = cflib.read(tmp_path)[0]
    assert runs(back.ivar[0] == 0).tolist() == [[7000, 7100]]
    assert back.labels["gap"].item() == pytest.approx(40.0)
    before, after = invented("cflib").flux[1, [6999, 7100]]
    assert min(before, after) <= back.flux[0, 7050] <= max(before, after)


def test_cflib_masks_what_its_keywords_say_whatever_the_flux():
    rows = "\n".join(f"{wave:.1f} 1.0" for wave in cflib.WAVE)
    content = f"#K COVERAGE 3500.2-9400.2\n#K GAPS 5000.2-5010.2,6000.2-6000.6\n{rows}\n"
    _, flux = cflib.read_spectrum("249.txt", content.encode())
    wave, masked = cflib.WAVE, [(3464, 3500), (5000, 5010.4), (6000, 6000.8), (9400.4, 9470)]
    expected = np.any([(wave > low) & (wave < high) for low, high in masked], axis=0)
    np.testing.assert_array_equal(np.isnan(flux), expected)


@pytest.mark.parametrize(("width", "usable"), [(124, True), (125, False)])
def test_cflib_stars_with_a_wide_gap_are_rejected(width, usable, tmp_path):
    spectra = invented("cflib").select([0])
    spectra.ivar[:] = 1
    spectra.ivar[0, 3000 : 3000 + width] = 0
    cflib.write(tmp_path, spectra)
    kept, rejected = ingest("cflib", tmp_path)
    assert len(kept) == usable
    assert rejected["reason"].str.contains("gap of 50 Angstrom").tolist() == [True] * (not usable)


def test_undefined_numbers_of_cflib_are_nan(tmp_path):
    cflib.write(tmp_path, invented("cflib").select([1]))
    with tarfile.open(tmp_path / "BINTABLE.tgz") as tar:
        content = tar.extractfile("BINTABLE/G_75-62.fits").read()
    assert fits.getheader(io.BytesIO(content), 1)["TEFF"] == -2147483647
    assert np.isnan(cflib.read(tmp_path)[0].labels["teff"].item())


def test_a_gzip_of_something_else_is_no_tar_archive(tmp_path):
    (tmp_path / "BINTABLE.tgz").write_bytes(gzip.compress(HTML))
    with pytest.raises(ArchiveFileError, match=r"BINTABLE\.tgz"):
        cflib.read(tmp_path)


def known_to_simbad(names):
    """A stand-in for SIMBAD, which lacks BD+61 220 and gives another type than the libraries'."""
    known = [name for name in names if name != "BD+61 220"]
    return pd.DataFrame(
        {"name": known, "sp_type": ["G9III" if name == "SAO 99637" else "K2" for name in known]}
    )


def test_miles_has_the_types_of_simbad_where_it_is_asked_and_loses_the_stars_without(tmp_path):
    miles.write(tmp_path, invented("miles"))
    kept, rejected = ingest("miles", tmp_path, known_to_simbad)
    # HD 249 is K1IV in the library's table: its luminosity class is not taken where SIMBAD has none.
    assert kept.labels[["name", "mk_type", "luminosity", "catalogue_type_text"]].to_numpy().tolist() == [
        ["HD 249", "K2", -1, "K1IV"],
        ["SAO 99637", "G9III", 2, "G8III"],
    ]
    assert list(rejected["name"]) == ["BD+61 220"]
    assert "no type given" in rejected["reason"][0]


def test_other_libraries_keep_their_types_and_take_a_missing_luminosity_class_from_simbad(tmp_path):
    spectra = invented("elodie")
    spectra.labels["type_text"] = ["K1", "B8", "G8"]
    spectra.labels["catalogue_type_text"] = ["K1IV", "", ""]
    elodie.write(tmp_path, spectra)
    kept, _ = ingest("elodie", tmp_path, known_to_simbad)
    assert list(kept.labels["mk_type"]) == ["K1IV", "B8", "G8III"]
    assert list(kept.labels["simbad_type_text"]) == ["K2", "", "G9III"]


def test_without_simbad_no_label_says_that_it_was_asked(tmp_path):
    miles.write(tmp_path, invented("miles"))
    kept, _ = ingest("miles", tmp_path)
    assert "simbad_type_text" not in kept.labels
    assert list(kept.labels["mk_type"]) == ["K1IV", "B8V", "G8III"]


def test_types_that_cannot_be_read_are_rejected_with_their_reason(tmp_path):
    spectra = invented("miles")
    spectra.labels["type_text"] = ["Am", "K2", "C5,4"]
    miles.write(tmp_path, spectra)
    kept, rejected = ingest("miles", tmp_path)
    assert kept.labels[["mk_class", "luminosity", "mk_type"]].to_numpy().tolist() == [[52, -1, "K2"]]
    assert list(rejected["reason"].str.partition(":")[0]) == ["no subclass", "not a star of classes O to M"]
    assert list(rejected["file"]) == ["s0001.fits", "s0221.fits"]
