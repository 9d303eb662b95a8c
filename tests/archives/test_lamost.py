"""LAMOST spectra: files in its layout, damaged ones, and the real files."""

import gzip

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from obafgkm.archives import fits_bytes, lamost
from obafgkm.archives.sdss.labels import COLUMNS, usable
from obafgkm.errors import ArchiveFileError
from obafgkm.ingest.surveys import pack
from obafgkm.spectra import Spectra

HTML = b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>"
NAME = "spec-55859-F5902_sp03-232.fits"
FIRST = 35682  # 3700 Angstrom
N_PIX = 3909


def rows():
    """Flux and inverse variance of a spectrum with a masked pixel, and with one that is not finite."""
    flux = np.random.default_rng(1).uniform(0.5, 1.5, N_PIX).astype(np.float32)
    ivar = np.random.default_rng(2).uniform(0.5, 1.5, N_PIX).astype(np.float32)
    ivar[100], flux[200] = 0, np.nan
    return flux, ivar


def content(**keywords):
    """A file as the archive has it: one image of flux, inverse variance, wavelength, and-mask and or-mask."""
    header = {"OBSID": 103232, "RA": 330.909453, "DEC": -0.17471, "LMJD": 55859, "MJD": 55858}
    header |= {"PLANID": "F5902", "SPID": 3, "FIBERID": 232, "FIBERTYP": "Obj", "OBJTYPE": "FS"}
    header |= {"COEFF0": FIRST / 1e4, "COEFF1": 1e-4, "VACUUM": True, "CLASS": "STAR", "SUBCLASS": "F4"}
    header |= {"Z": 3.402e-05, "Z_ERR": 1e-5, "SNRU": 20.0, "SNRG": 94.11, "SNRR": 120.0, **keywords}
    flux, ivar = rows()
    wave = 10 ** (header["COEFF0"] + header["COEFF1"] * np.arange(N_PIX))
    image = np.stack([flux, ivar, wave, 0 * flux, 0 * flux]).astype(np.float32)
    return fits_bytes(fits.PrimaryHDU(image, fits.Header(header.items())))


def test_what_is_written_in_the_layout_is_read_back():
    labels, flux, ivar = lamost.read_spectrum(f"repeats/{NAME}.gz", gzip.compress(content()))
    written, weight = rows()
    covered = slice(FIRST - 35500, FIRST - 35500 + N_PIX)
    good = np.ones(N_PIX, bool)
    good[[100, 200]] = False
    np.testing.assert_array_equal(flux[covered][good], written[good])
    np.testing.assert_array_equal(ivar[covered], np.where(good, weight, 0))
    assert np.flatnonzero(ivar)[[0, -1]].tolist() == [covered.start, covered.stop - 1]
    assert np.isfinite(flux).all()
    assert list(labels) == list(COLUMNS)
    assert (labels["name"], labels["mjd"], labels["fiberid"]) == ("55859-F5902_sp03-232", 55859, 232)
    assert (labels["class"], labels["subclass"], labels["type_text"]) == ("STAR", "F4", "F4")
    assert (labels["z"], labels["snr"], labels["specobjid"]) == (3.402e-05, 94.11, "103232")
    assert (labels["ra"], labels["dec"], labels["target"]) == (330.909453, -0.17471, "FS")


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"SUBCLASS": "dM1"}, {"subclass": "M1V", "type_text": "dM1"}),
        ({"SUBCLASS": "gM0"}, {"subclass": "M0III"}),
        ({"SUBCLASS": "Non"}, {"subclass": "", "type_text": ""}),
        ({"CLASS": "GALAXY", "SUBCLASS": "Non"}, {"class": "GALAXY", "type_text": ""}),
        ({"CLASS": "Unknown", "SUBCLASS": "Non"}, {"class": "", "type_text": ""}),
        ({"FIBERTYP": "Sky"}, {"target": "SKY"}),
    ],
)
def test_words_of_the_pipeline(keywords, expected):
    labels, _, _ = lamost.read_spectrum(NAME, content(**keywords))
    assert {key: labels[key] for key in expected} == expected


def test_a_redshift_that_was_not_measured_is_none():
    labels, _, _ = lamost.read_spectrum(NAME, content(Z=-9999.0, Z_ERR=-9999.0))
    assert np.isnan([labels["z"], labels["zerr"]]).all()


@pytest.mark.parametrize(
    ("file", "damaged", "problem"),
    [
        (NAME, HTML, "fetch it again"),
        (NAME, content()[:40000], "fetch it again"),
        (f"{NAME}.gz", gzip.compress(content())[:5000], "not gzipped"),
        (f"{NAME}.gz", content(), "not gzipped"),
        (NAME, content(FIBERID=233), "holds the spectrum of spec-55859-F5902_sp03-233"),
        (NAME, content(COEFF1=2e-4), "not on the common grid"),
    ],
    ids=["html", "cut", "cut gzip", "no gzip", "another fibre", "another grid"],
)
def test_a_damaged_file_is_refused(file, damaged, problem):
    with pytest.raises(ArchiveFileError, match=problem):
        lamost.read_spectrum(file, damaged)


def test_files_in_are_spectra_out_and_rejected_and_a_star_has_one_name_on_all_nights(tmp_path):
    files = {
        f"a/{NAME}.gz": gzip.compress(content()),
        "b/spec-55900-F5902_sp03-232.fits": content(LMJD=55900, DEC=-0.17471 + 1 / 3600),
        "b/spec-55900-F5902_sp04-001.fits": content(LMJD=55900, SPID=4, FIBERID=1, RA=10.0),
        "b/spec-55901-F5902_sp04-001.fits.gz": HTML,
    }
    for file, body in files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(body)
    rejected = pack(tmp_path, tmp_path / "lamost.h5", {"source": "mirror"}, survey="lamost")
    labels = Spectra.read(tmp_path / "lamost.h5").labels
    assert rejected[["library", "name"]].to_numpy().tolist() == [["lamost", "55901-F5902_sp04-001"]]
    assert labels["file"].to_list() == list(files)[:3]
    assert labels["star"].to_list() == ["LAMOST 55859-F5902_sp03-232"] * 2 + ["LAMOST 55900-F5902_sp04-001"]


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(ArchiveFileError, match="no spectra"):
        lamost.spectrum_files(tmp_path)


@pytest.fixture(scope="module")
def packed(mirror, tmp_path_factory):
    """The mirror's spectra, and what was rejected."""
    folder = mirror / "lamost"
    if not folder.is_dir():
        pytest.skip("the mirror holds no spectra of LAMOST")
    path = tmp_path_factory.mktemp("lamost") / "lamost.h5"
    return path, pack(folder, path, {"source": "mirror"}, survey="lamost"), folder


def test_every_real_file_is_packed_or_refused(packed):
    path, rejected, folder = packed
    files = [str(file.relative_to(folder)) for file in folder.rglob("spec-*.fits*")]
    labels = Spectra.read(path).labels
    assert sorted([*labels["file"], *rejected["file"]]) == sorted(files)
    keep, faint = usable(labels)
    assert keep.sum() + len(faint) == len(labels)


def test_real_labels_are_those_of_the_index(packed):
    path, _, folder = packed
    labels = Spectra.read(path).labels
    index = pd.concat(
        [
            pd.read_csv(file, keep_default_na=False).assign(folder=file.parent.name)
            for file in sorted(folder.glob("*/index.csv"))
        ]
    )
    labels = labels.set_index("file").loc[index["folder"] + "/" + index["file"]].reset_index()
    index = index.reset_index(drop=True)
    assert (labels["class"] == index["class"].replace("Unknown", "")).all()
    assert (labels["subclass_text"] == index["subclass"].replace("Non", "")).all()
    np.testing.assert_allclose(labels["z"].fillna(-9999), index["z"], atol=1e-7)
    np.testing.assert_allclose(labels["snr"], index["snr_g"])
    assert (labels["specobjid"] == index["obsid"].astype(str)).all()
    grouped = labels.assign(group=index["group"]).query("group != ''").groupby("group")["star"]
    assert grouped.nunique().max() == 1


def test_real_wavelengths_are_those_that_the_files_print(packed):
    path, _, folder = packed
    spectra = Spectra.read(path, slice(0, 1))
    file = folder / spectra.labels["file"][0]
    with fits.open(file) as hdus:
        flux, ivar, wave = np.array(hdus[0].data[:3], float)
    near = np.interp(wave[100:-100], spectra.wave, spectra.flux[0])
    good = ivar[100:-100] > 0
    np.testing.assert_allclose(near[good], flux[100:-100][good], rtol=0.02, atol=0.02 * np.median(flux))
