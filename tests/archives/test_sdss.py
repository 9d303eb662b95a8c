"""SDSS spectra: written and read back, damaged, and the real files."""

import io
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from astropy.utils.exceptions import AstropyWarning
from mutants import mutant

from obafgkm import mk
from obafgkm.archives import fits_bytes
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.labels import COLUMNS, mk_part, usable
from obafgkm.errors import ArchiveFileError, SpectralTypeError
from obafgkm.ingest.surveys import pack
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.restframe import rest_frame_air

HTML = b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>"
LEGACY = "spectra/lite/0266/spec-0266-51602-0031.fits"
BOSS = "spectra/lite/10000/spec-10000-57346-0002.fits"
STRONG_LINES = [4862.68, 5008.24, 6564.61]  # H beta, [O III], H alpha: vacuum, Angstrom


def invented():
    """A legacy star, a BOSS star and a legacy quasar, with ends and inner pixels masked."""
    flux = np.random.default_rng(1).uniform(0.5, 1.5, (3, sdss.WAVE.size)).astype(np.float32)
    ivar = np.random.default_rng(2).uniform(0.5, 1.5, flux.shape).astype(np.float32)
    for row, (first, last) in enumerate([(298, 4139), (29, 4633), (300, 4100)]):
        ivar[row, :first] = ivar[row, last:] = 0
    ivar[1, 2000:2010] = 0
    for row in flux, ivar:
        row.flags.writeable = False
    labels = pd.DataFrame(
        {
            "class": ["STAR", "STAR", "QSO"],
            "subclass": ["F9", "F3V", ""],
            "subclass_text": ["F9", "F3/F5V (30743)", ""],
            "z": np.float32([-1e-4, 2e-4, 2.5]).astype(float),
            "zerr": np.float32([1e-5, 2e-5, 3e-3]).astype(float),
            "zwarning": [0, 4, 0],
            "snr": [22.5, 50.0, 3.0],
            "plate": [266, 10000, 548],
            "mjd": [51602, 57346, 51986],
            "fiberid": [31, 2, 20],
            "run2d": ["26", "v5_10_0", "26"],
            "ra": [147.32107, 31.282286, 127.95612],
            "dec": [-0.0065742, 26.582945, 45.091357],
            "objid": ["1237648721216405598", "1237680250024493401", ""],
            "specobjid": ["299497923312379904", "11258999741428506624", "616998679827474432"],
            "petromag_u": np.float32([np.nan, 19.5, np.nan]).astype(float),
            "petromagerr_u": np.float32([np.nan, 0.1, np.nan]).astype(float),
            "target": ["SERENDIPITY_DISTANT", "SPECTROPHOTO_STD", "QSO"],
        }
    )
    labels = labels.reindex(columns=list(COLUMNS)).fillna({k: v for k, v in COLUMNS.items() if v == ""})
    return Spectra(sdss.WAVE, flux, ivar, labels, "vacuum", sdss.FWHM)


@pytest.fixture
def written(tmp_path):
    sdss.write(tmp_path, invented())
    return tmp_path


def test_written_spectra_are_read_back(written):
    spectra, rejected = sdss.read(written)
    expected = invented().select([0, 2, 1])  # by file
    assert rejected.empty
    assert (spectra.medium, spectra.fwhm) == ("vacuum", sdss.FWHM)
    np.testing.assert_array_equal(spectra.ivar, expected.ivar)
    good = expected.ivar > 0
    np.testing.assert_array_equal(spectra.flux[good], expected.flux[good])
    assert np.isfinite(spectra.flux).all()
    columns = list(COLUMNS)[list(COLUMNS).index("class") :]
    pd.testing.assert_frame_equal(spectra.labels[columns], expected.labels[columns])
    assert spectra.labels["file"].to_list() == [
        LEGACY,
        "spectra/lite/0548/spec-0548-51986-0020.fits",
        BOSS,
    ]
    assert spectra.labels["name"].to_list() == ["0266-51602-0031", "0548-51986-0020", "10000-57346-0002"]
    assert spectra.labels["type_text"].to_list() == ["F9", "", "F3/F5V"]
    assert spectra.labels["star"].to_list() == [
        "SDSS 1237648721216405598",
        "SDSS 0548-51986-0020",
        "SDSS 1237680250024493401",
    ]
    assert spectra.labels["gap"].to_list() == [0.0, 0.0, pytest.approx(13.0, abs=0.1)]


def test_masked_pixels_hold_interpolated_flux(written):
    flux = sdss.read(written)[0].flux[2]
    np.testing.assert_allclose(flux[:29], flux[29])
    between = np.interp(sdss.WAVE[2000:2010], sdss.WAVE[[1999, 2010]], flux[[1999, 2010]])
    np.testing.assert_allclose(flux[2000:2010], between, rtol=1e-6)


def test_lines_in_absorption_are_measured_too_and_those_without_an_error_are_not(tmp_path):
    lines = pd.DataFrame({"name": ["H_alpha", "H_beta", "[O_III] 5007"], "wave": [6564.61, 4862.68, 5008.24]})
    lines = lines.assign(z=0.0, sigma=100.0, area=[-5.0, 3.0, 2.0], area_err=[1.0, 1.0, 0.0])
    sdss.write(tmp_path, invented().select([0]), [lines.assign(ew=[-2.0, 1.0, 1.0], continuum=2.5)])
    found = sdss.read_lines(LEGACY, (tmp_path / LEGACY).read_bytes())
    assert found["name"].to_list() == ["H_alpha", "H_beta"]
    assert found["area"].to_list() == [-5, 3]


def test_the_dispersion_is_written_in_pixels(written):
    with fits.open(written / LEGACY) as hdus:
        coadd = hdus["COADD"].data
        pixel = np.gradient(10 ** coadd["loglam"].astype(float))
        fwhm = np.sqrt(8 * np.log(2)) * coadd["wdisp"] * pixel
    np.testing.assert_allclose(fwhm, sdss.FWHM, rtol=0.01)


def test_the_same_spectra_give_the_same_bytes_at_any_time(written, tmp_path_factory, monkeypatch):
    again = tmp_path_factory.mktemp("again")
    monkeypatch.setattr("time.time", lambda: 1.0e9)
    sdss.write(again, invented())
    files = sorted(written.rglob("*.fits"))
    assert len(files) == 3
    assert all((again / file.relative_to(written)).read_bytes() == file.read_bytes() for file in files)


def test_what_is_read_can_be_written_again(written, tmp_path_factory):
    spectra, _ = sdss.read(written)
    again = tmp_path_factory.mktemp("again")
    sdss.write(again, spectra)
    spectra.write(again / "sdss.h5")
    for back in sdss.read(again)[0], Spectra.read(again / "sdss.h5"):
        np.testing.assert_array_equal(back.flux, spectra.flux)
        np.testing.assert_array_equal(back.ivar, spectra.ivar)
        pd.testing.assert_frame_equal(back.labels[list(COLUMNS)], spectra.labels)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [({"plate": -1}, "no plate"), ({"subclass_text": "a" * 22}, "too long for the column SUBCLASS")],
)
def test_what_the_format_cannot_hold_is_refused(tmp_path, change, complaint):
    spectra = invented()
    spectra.labels = spectra.labels.assign(**change)
    with pytest.raises(ValueError, match=complaint):
        sdss.write(tmp_path, spectra)


def test_spectra_on_another_grid_are_not_written(tmp_path):
    spectra = invented()
    spectra.wave = spectra.wave + 1
    with pytest.raises(ValueError, match="another grid"):
        sdss.write(tmp_path, spectra)


def changed(content, change):
    """The file's bytes after a change to its extensions."""
    with fits.open(io.BytesIO(content)) as hdus:
        change(hdus)
        return fits_bytes(*hdus)


def scale(column, factor):
    def change(hdus):
        hdus["COADD"].data[column] *= factor

    return change


DAMAGES = {
    "html": (lambda content: HTML, "begins '<!DOCTYPE html>"),
    "empty": (lambda content: b"", "fetch it again"),
    "cut in the spectrum": (lambda content: content[:40000], "fetch it again"),
    "cut behind the spectrum": (lambda content: content[: 2880 * 46], "fetch it again"),
    "no COADD": (lambda content: changed(content, lambda hdus: hdus.pop(1)), "no extension COADD"),
    "no table": (lambda content: changed(content, lambda hdus: hdus.pop(2)), "fetch it again"),
    "off the grid": (lambda content: changed(content, scale("loglam", 1.0001)), "not on the common grid"),
    "beyond the grid": (lambda content: changed(content, lambda hdus: shift(hdus, -0.5)), "goes beyond"),
    "all masked": (lambda content: changed(content, scale("ivar", 0)), "no valid pixel"),
}


def shift(hdus, by):
    loglam = hdus["COADD"].data["loglam"]
    loglam += by


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_rejected_and_the_others_are_read(written, damage):
    change, reason = DAMAGES[damage]
    (written / LEGACY).write_bytes(change((written / LEGACY).read_bytes()))
    spectra, rejected = sdss.read(written)
    assert len(spectra) == 2
    assert rejected["file"].to_list() == [LEGACY]
    assert reason in rejected["reason"][0]


def test_every_mutant_is_read_or_rejected(written):
    body = (written / LEGACY).read_bytes()
    for seed in range(100):
        folder = written / "mutants" / str(seed)
        folder.mkdir(parents=True)
        (folder / LEGACY.rpartition("/")[2]).write_bytes(mutant(body, seed))
    rejected = pack(written, written / "all.h5", {"source": "simulated"}, processes=2)
    read = Spectra.read(written / "all.h5")
    assert len(read) + len(rejected) == 103
    assert np.isfinite(read.flux).all()
    assert np.isfinite(read.ivar).all()
    assert not rejected["file"].str.startswith("spectra/").any()
    assert len(rejected) > 10
    assert not rejected["reason"].str.contains("the process that read it|takes too long").any()


def test_a_file_with_another_name_is_rejected(written):
    (written / LEGACY).rename(written / "spec-0266-51602-0032.fits")
    _, rejected = sdss.read(written)
    assert "holds the spectrum of spec-0266-51602-0031" in rejected["reason"][0]


def test_nothing_but_damaged_files_gives_no_spectra(tmp_path):
    (tmp_path / "spec-0266-51602-0031.fits").write_bytes(HTML)
    spectra, rejected = sdss.read(tmp_path)
    assert (len(spectra), len(rejected)) == (0, 1)
    assert list(spectra.labels) == list(COLUMNS)


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(ArchiveFileError, match="no spectra"):
        sdss.read(tmp_path)


def dr7_bytes(**keywords):
    header = {"COEFF0": 3.582, "COEFF1": 1e-4, "PLATEID": 1117, "MJD": 52885, "FIBERID": 201, "SPEC_CLN": 1}
    header |= {"Z": -1e-4, "Z_WARNIN": 0, "RAOBJ": 309.9, "DECOBJ": -1.1, "OBJTYPE": "QSO", **keywords}
    flux = np.linspace(10, 20, 3820)
    error = np.full(3820, 0.5)
    error[100], error[150] = 0, -0.5
    flux[200] = np.nan
    image = np.stack([flux, 0 * flux, error, 0 * flux]).astype(np.float32)
    return fits_bytes(fits.PrimaryHDU(image, fits.Header(header.items())))


def test_dr7_files():
    file = "dr7/spSpec-52885-1117-201.fit"
    labels, flux, ivar = sdss.read_spectrum(file, dr7_bytes())
    assert (labels["name"], labels["class"], labels["z"]) == ("1117-52885-0201", "STAR", -1e-4)
    assert labels["snr"] == pytest.approx(30, abs=0.1)
    assert np.flatnonzero(ivar)[[0, -1]].tolist() == [320, 4139]
    assert np.unique(ivar).tolist() == [0, 4]
    assert np.flatnonzero(ivar[320:4140] == 0).tolist() == [100, 150, 200]
    np.testing.assert_allclose(flux[320:4140], np.linspace(10, 20, 3820), rtol=1e-5)
    assert sdss.read_spectrum(file, dr7_bytes(SPEC_CLN=4))[0]["class"] == "QSO"
    for damaged in dr7_bytes(FIBERID=202), dr7_bytes(COEFF1=2e-4), dr7_bytes()[:20000], HTML:
        with pytest.raises(ArchiveFileError):
            sdss.read_spectrum(file, damaged)


def test_skyserver_files():
    file = "skyserver_csv/1237668296598749353.csv"
    header = "Wavelength,Flux,BestFit,SkyFlux\n"
    rows = "".join(f"{wave:.3f},{i},0,0\n" for i, wave in enumerate(sdss.WAVE[300:400]))
    labels, flux, ivar = sdss.read_spectrum(file, (header + rows).encode())
    assert labels["objid"] == "1237668296598749353"
    assert (labels["class"], labels["plate"], labels["zwarning"]) == ("", -1, -1)
    np.testing.assert_array_equal(np.flatnonzero(ivar), np.arange(300, 400))
    np.testing.assert_array_equal(flux[300:400], np.arange(100))
    for damaged in HTML, b"", header.encode(), (header + rows)[:-14].encode():
        with pytest.raises(ArchiveFileError):
            sdss.read_spectrum(file, damaged)


SPECTRUM = re.compile(
    r"(.*/)?(spec-\d{4,5}-\d{5}-\d{4}\.fits|spSpec-\d{5}-\d{4}-\d{3}\.fit)|skyserver_csv/.*\.csv"
)


@pytest.fixture(scope="module")
def real_files(mirror):
    """The mirror's spectra: paths below its folder sdss, by the names that the archive gives them."""
    folder = mirror / "sdss"
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    files = sorted(path for path in paths if SPECTRUM.fullmatch(path))
    if not files:
        pytest.skip("the mirror holds no spectra of SDSS")
    return files


@pytest.fixture(scope="module")
def archive(real_files, mirror):
    return sdss.read(mirror / "sdss")


def held(mirror, file):
    """Path of one real file; skips the test where the mirror lacks it."""
    path = mirror / "sdss" / file
    if not path.is_file():
        pytest.skip(f"the mirror holds no sdss/{file}")
    return path


def is_sound(path):
    """Whether a file holds a valid pixel, as astropy and pandas read it."""
    try:
        if path.suffix == ".csv":
            return len(pd.read_csv(path)["Flux"]) > 0
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of truncated files
            with fits.open(path, lazy_load_hdus=False) as hdus:
                good = hdus["COADD"].data["ivar"] if "COADD" in hdus else hdus[0].data[2]
                return bool((good > 0).any())
    except (OSError, ValueError, KeyError, TypeError, AstropyWarning):
        return False


def test_every_real_file_is_read_unless_it_is_damaged(archive, real_files, mirror):
    spectra, rejected = archive
    assert sorted([*spectra.labels["file"], *rejected["file"]]) == real_files
    assert set(spectra.labels["file"]) == {file for file in real_files if is_sound(mirror / "sdss" / file)}
    assert (rejected["reason"] != "").all()


def test_real_labels_stand_beside_their_files(archive):
    labels = archive[0].labels
    number = labels["file"].str.extract(r"spec-(.*)\.fits|spSpec-(\d+)-(\d+)-(\d+)\.fit|csv/(.*)\.csv")
    dr7 = number[2] + "-" + number[1] + "-0" + number[3]
    assert labels["name"].to_list() == number[0].fillna(dr7).fillna("SDSS " + number[4]).to_list()
    assert labels["class"].isin(["STAR", "GALAXY", "QSO"])[number[0].notna()].all()
    assert (labels["class"] == "")[number[4].notna()].all()
    assert not labels.loc[labels["target"] != "SKY", "objid"].str.contains(r"[^\d]").any()


def test_real_spectra_of_one_object_share_its_name_and_no_others_do(archive):
    labels = archive[0].labels
    known = labels[labels["objid"] != ""]
    assert (known.groupby("objid")["star"].nunique() == 1).all()
    places = labels.assign(ra=labels["ra"] * np.cos(np.radians(labels["dec"]))).groupby("star")
    extent = places[["ra", "dec"]].max() - places[["ra", "dec"]].min()
    assert (extent.fillna(0) * 3600 < 5).all(axis=None)


def test_real_numbers(archive, mirror):
    spectra, _ = archive
    path = held(mirror, "spectra/lite/4055/spec-4055-55359-0001.fits")
    row = spectra.labels["file"].to_list().index("spectra/lite/4055/spec-4055-55359-0001.fits")
    star = spectra.labels.iloc[row]
    assert (star["subclass_text"], star["type_text"]) == ("F3/F5V (30743)", "F3/F5V")
    assert (star["plate"], star["mjd"], star["fiberid"], star["run2d"]) == (4055, 55359, 1, "v5_10_0")
    assert (star["objid"], star["zwarning"]) == ("1237651736319099148", 0)
    with fits.open(path) as hdus:
        coadd = hdus["COADD"].data
        near = np.interp(np.log10(5500.0), coadd["loglam"], coadd["flux"])
        assert np.interp(5500, spectra.wave, spectra.flux[row]) == pytest.approx(near, rel=1e-3)
        assert np.count_nonzero(spectra.ivar[row]) == np.count_nonzero(coadd["ivar"])


def test_real_sky_and_bad_fits_are_left_out(archive):
    labels = archive[0].labels
    keep, rejected = usable(labels)
    good = (labels["target"] != "SKY") & labels["zwarning"].isin([0, -1]) & (labels["class"] != "")
    np.testing.assert_array_equal(keep, good & (labels["snr"] > 20))
    assert rejected["file"].to_list() == labels.loc[~keep, "file"].to_list()
    # Pipeline and targeting say independently that a fibre was on the sky: the first bit of zWarning.
    spec = labels[labels["run2d"] != ""]
    np.testing.assert_array_equal(spec["zwarning"] & 1 == 1, spec["target"] == "SKY")


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("spectra/lite/1942/spec-1942-53415-0005.fits", "fibre on the sky"),  # of zWarning 5
        ("spectra/lite/10000/spec-10000-57346-0003.fits", "zWarning 4"),
        ("spectra/lite/0358/spec-0358-51818-0504.fits", "zWarning 16"),
        ("spectra/full/0385/spec-0385-51783-0396.fits", "signal-to-noise ratio not above 20"),
        ("skyserver_csv/1237668296598749353.csv", "no class given"),
        ("spectra/lite/4055/spec-4055-55359-0001.fits", None),
    ],
)
def test_why_a_real_spectrum_is_left_out(mirror, file, reason):
    row, _, _ = sdss.read_spectrum(file, held(mirror, file).read_bytes())
    _, rejected = usable(sdss.label_table([row]))
    assert rejected["reason"].to_list() == ([] if reason is None else [reason])


def test_real_stars_come_to_rest(archive):
    spectra, _ = archive
    stars = spectra.select(usable(spectra.labels)[0] & (spectra.labels["class"] == "STAR").to_numpy())
    at_rest, rejected = rest_frame_air(stars)
    assert rejected.empty
    hot = at_rest.labels["type_text"].isin(["A9V", "F3/F5V"]).to_numpy()
    near = np.abs(at_rest.wave - 4861.33) < 12
    lowest = at_rest.wave[near][at_rest.flux[hot][:, near].argmin(axis=1)]
    np.testing.assert_allclose(lowest, 4861.33, atol=1.5)


def test_written_files_look_like_real_ones(written, mirror):
    for file in LEGACY, BOSS:
        ours, real = fits.open(written / file), fits.open(held(mirror, file))
        with ours, real:
            assert [hdu.name for hdu in ours] == [hdu.name for hdu in real]
            assert ours[1].columns.names == real[1].columns.names
            assert set(ours[0].header) <= set(real[0].header)
            for table in 1, 2, 3:
                formats = {column.name: column.format for column in real[table].columns}
                assert {
                    column.name: column.format for column in ours[table].columns
                }.items() <= formats.items()
            order = [name for name in real[2].columns.names if name in ours[2].columns.names]
            assert ours[2].columns.names == order


def test_types_of_the_legacy_templates(mirror):
    with fits.open(held(mirror, "templates/spEigenStar-53724.fits")) as hdus:
        names = [value for key, value in hdus[0].header.items() if key.startswith("NAME")]
    types, refused = {}, []
    for name in names:
        try:
            types[name] = str(mk.parse(mk_part(name)))
        except SpectralTypeError:
            refused.append(name)
    assert len(names) == 40
    assert types.pop("A0p") == "A0"
    assert all(name == mk_type for name, mk_type in types.items())
    assert {name[0] for name in refused} == {"C", "L", "O", "T", "W"}


def test_real_identifiers_are_those_that_are_computed(archive, mirror):
    labels = archive[0].labels
    of_each_reduction = labels[labels["run2d"] != ""].groupby("run2d").head(30)
    for file, specobjid in of_each_reduction[["file", "specobjid"]].itertuples(index=False):
        with fits.open(mirror / "sdss" / file) as hdus:
            # Full files of BOSS hold it as a signed integer that is off by 2**63 in older releases.
            number = int(hdus[2].data["SPECOBJID"][0]) % 2**64
        assert int(specobjid) in (number, (number + 2**63) % 2**64)


def test_real_photometry_is_read_where_a_file_has_it(archive):
    spectra, _ = archive
    labels = spectra.labels
    boss = labels["run2d"].str.startswith("v")
    assert labels.loc[~boss, "petromag_r"].isna().all()
    bright = labels[boss & (labels["target"] != "SKY")]["petromag_r"].dropna()
    if bright.empty:
        pytest.skip("the mirror holds no BOSS spectra with photometry")
    assert bright.between(12, 30).all()


def strong_lines(flux, ivar, lines):
    """Lines that stand out of one emitter: wave, area and continuum over those of the table SPZLINE.

    The area is the flux above the local continuum within three widths, less the tails of other lines.
    """
    width = lines["wave"] * (1 + lines["z"]) * np.hypot(lines["sigma"].clip(upper=400), 70) / 299792.458
    centre = lines["wave"] * (1 + lines["z"])
    distance = np.abs(sdss.WAVE - centre.to_numpy()[:, None]) / width.to_numpy()[:, None]
    clear = (ivar > 0) & (distance > 5).all(axis=0)
    shapes = np.exp(-0.5 * distance**2) * (lines["area"] / width / np.sqrt(2 * np.pi)).to_numpy()[:, None]
    for wave in STRONG_LINES:
        for i in np.flatnonzero((lines["wave"] - wave).abs() < 0.5):
            beside, core = clear & (np.abs(sdss.WAVE - centre[i]) < 70), distance[i] < 3
            if lines["area"][i] < 20 * lines["area_err"][i] or (ivar[core] == 0).any() or not beside.any():
                continue
            local = np.median(flux[beside])
            others = shapes.sum(axis=0) - shapes[i]
            area = ((flux - others - local) * np.gradient(sdss.WAVE))[core].sum()
            yield wave, area / lines["area"][i], lines["continuum"][i] / local


def test_real_line_fluxes_agree_with_the_spectra(archive, mirror):
    """The table's fluxes and continua against the pixels, for starbursts, in the median of each line.

    In the median, because the table's lines are Gaussian: of the strongest it misses the wings, a tenth of
    the flux, and takes half of them for continuum. Its continuum is that of the fitted galaxy under the line,
    which absorbs in Balmer lines: its widths of H alpha exceed those over the local continuum.
    """
    spectra, _ = archive
    starbursts = spectra.labels["subclass"] == "STARBURST"
    if starbursts.sum() < 3:
        pytest.skip("the mirror holds fewer than three starbursts of SDSS")
    found = []
    for row in np.flatnonzero(starbursts):
        file = spectra.labels["file"][row]
        lines = sdss.read_lines(file, (mirror / "sdss" / file).read_bytes())
        np.testing.assert_allclose(lines["ew"], lines["area"] / lines["continuum"], rtol=1e-3)
        found += strong_lines(spectra.flux[row], spectra.ivar[row], lines)
    middle = pd.DataFrame(found, columns=["wave", "area", "continuum"]).groupby("wave").median()
    assert middle.index.to_list() == STRONG_LINES
    np.testing.assert_allclose(middle["area"], 1, atol=0.06)
    np.testing.assert_allclose(middle["continuum"], 1, atol=0.17)


def test_every_real_file_is_packed_or_refused_as_it_is_read(archive, real_files, mirror, tmp_path):
    spectra, refused = archive
    rejected = pack(mirror / "sdss", tmp_path / "mirror.h5", {"source": "mirror"})
    packed = Spectra.read(tmp_path / "mirror.h5")
    assert len(packed) + len(rejected) == len(real_files)
    pd.testing.assert_frame_equal(rejected[["file", "reason"]], refused[["file", "reason"]])
    np.testing.assert_array_equal(packed.flux, spectra.flux)
    np.testing.assert_array_equal(packed.ivar, spectra.ivar)
    assert (packed.labels["source"] == "mirror").all()
    pd.testing.assert_frame_equal(packed.labels.drop(columns="source"), spectra.labels)
