"""SDSS spectra: written and read back, damaged, and the real files."""

import io

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from obafgkm import mk
from obafgkm.archives import fits_bytes
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.labels import COLUMNS, mk_part, usable
from obafgkm.errors import ArchiveFileError, SpectralTypeError
from obafgkm.ingest.sdss import pack
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.restframe import rest_frame_air

HTML = b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>"
LEGACY = "spectra/lite/0266/spec-0266-51602-0031.fits"
BOSS = "spectra/lite/10000/spec-10000-57346-0002.fits"


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
    error[100] = 0
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
    assert np.flatnonzero(ivar[320:4140] == 0).tolist() == [100, 200]
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


@pytest.fixture(scope="module")
def archive(mirror):
    return sdss.read(mirror / "sdss")


def test_every_real_file_is_read(archive, mirror):
    spectra, rejected = archive
    assert rejected.empty
    assert len(spectra) == 48 + 3 + 5
    folders = [mirror / "sdss" / folder for folder in ("spectra", "dr7", "skyserver_csv")]
    assert len(spectra) == sum(path.is_file() for folder in folders for path in folder.rglob("*.*"))
    assert np.isfinite(spectra.flux).all()
    assert spectra.labels["file"].is_unique
    assert spectra.labels["star"].nunique() == 56
    assert spectra.labels["class"].value_counts().to_dict() == {"STAR": 23, "GALAXY": 15, "QSO": 13, "": 5}
    assert not spectra.labels.loc[spectra.labels["target"] != "SKY", "objid"].str.contains(r"[^\d]").any()


def test_real_numbers(archive, mirror):
    spectra, _ = archive
    row = spectra.labels["file"].to_list().index("spectra/lite/4055/spec-4055-55359-0001.fits")
    star = spectra.labels.iloc[row]
    assert (star["subclass_text"], star["type_text"]) == ("F3/F5V (30743)", "F3/F5V")
    assert (star["plate"], star["mjd"], star["fiberid"], star["run2d"]) == (4055, 55359, 1, "v5_10_0")
    assert (star["objid"], star["zwarning"]) == ("1237651736319099148", 0)
    with fits.open(mirror / "sdss" / star["file"]) as hdus:
        coadd = hdus["COADD"].data
        near = np.interp(np.log10(5500.0), coadd["loglam"], coadd["flux"])
        assert np.interp(5500, spectra.wave, spectra.flux[row]) == pytest.approx(near, rel=1e-3)
        assert np.count_nonzero(spectra.ivar[row]) == np.count_nonzero(coadd["ivar"])


def test_real_sky_and_bad_fits_are_left_out(archive):
    spectra, _ = archive
    keep, rejected = usable(spectra.labels)
    assert keep.sum() + len(rejected) == 56
    assert rejected["reason"].value_counts().to_dict() == {
        "signal-to-noise ratio not above 20": 21,
        "fibre on the sky": 12,
        "no class given": 5,
        "zWarning 4": 4,
        "zWarning 16": 1,
    }
    sky = spectra.labels[spectra.labels["target"] == "SKY"]
    assert (sky["zwarning"] & 1 == 1).all()
    assert (spectra.labels.loc[keep, "class"] == "STAR").sum() == 10


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
        ours, real = fits.open(written / file), fits.open(mirror / "sdss" / file)
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
    with fits.open(mirror / "sdss" / "templates" / "spEigenStar-53724.fits") as hdus:
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


def real_files(mirror):
    """Label, flux, inverse variance and lines of the mirror's spec files."""
    for path in sorted((mirror / "sdss" / "spectra").rglob("spec-*.fits")):
        content = path.read_bytes()
        yield *sdss.read_spectrum(path.name, content), sdss.read_lines(path.name, content), content


def test_real_identifiers_are_those_that_are_computed(mirror):
    for labels, _, _, _, content in real_files(mirror):
        with fits.open(io.BytesIO(content)) as hdus:
            # Full files of BOSS hold it as a signed integer that is off by 2**63 in older releases.
            number = int(hdus[2].data["SPECOBJID"][0]) % 2**64
        assert int(labels["specobjid"]) in (number, (number + 2**63) % 2**64)


def test_real_photometry_is_read_where_a_file_has_it(archive):
    spectra, _ = archive
    labels = spectra.labels
    boss = labels["run2d"].str.startswith("v")
    assert labels.loc[~boss, "petromag_r"].isna().all()
    bright = labels[boss & (labels["target"] != "SKY")]["petromag_r"].dropna()
    assert len(bright) > 10
    assert bright.between(12, 30).all()


def test_real_line_fluxes_agree_with_the_spectra(mirror):
    """Flux above the local continuum against the table SPZLINE, for lines that stand out of strong emitters.

    Fluxes agree. The table's continuum is that of the fitted galaxy under the line, which absorbs in Balmer
    lines: its widths of H alpha exceed those over the local continuum by up to a sixth.
    """
    compared = 0
    for labels, flux, ivar, lines, _ in real_files(mirror):
        if labels["subclass"] != "STARBURST":
            continue
        assert np.allclose(lines["ew"], lines["area"] / lines["continuum"], rtol=1e-3)
        width = lines["wave"] * (1 + lines["z"]) * np.hypot(lines["sigma"].clip(upper=400), 70) / 299792.458
        centre = lines["wave"] * (1 + lines["z"])
        distance = np.abs(sdss.WAVE - centre.to_numpy()[:, None]) / width.to_numpy()[:, None]
        clear = (ivar > 0) & (distance > 5).all(axis=0)
        shapes = np.exp(-0.5 * distance**2) * (lines["area"] / width / np.sqrt(2 * np.pi)).to_numpy()[:, None]
        for wave in (4862.68, 5008.24, 6564.61):
            i = (lines["wave"] - wave).abs().argmin()
            local = np.median(flux[clear & (np.abs(sdss.WAVE - centre[i]) < 70)])
            core = distance[i] < 3
            others = shapes.sum(axis=0) - shapes[i]
            area = ((flux - others - local) * np.gradient(sdss.WAVE))[core].sum()
            assert area / lines["area"][i] == pytest.approx(1, abs=0.1)
            assert lines["continuum"][i] / local == pytest.approx(1, abs=0.17)
            compared += 1
    assert compared == 9


def test_every_real_file_is_packed_or_refused_with_its_reason(mirror, tmp_path):
    rejected = pack(mirror / "sdss", tmp_path / "mirror.h5", {"source": "mirror"})
    packed = Spectra.read(tmp_path / "mirror.h5")
    assert (len(packed), len(rejected)) == (56, 0)
    archive = sdss.read(mirror / "sdss")[0]
    np.testing.assert_array_equal(packed.flux, archive.flux)
    pd.testing.assert_frame_equal(packed.labels.drop(columns="source"), archive.labels)
    sky = packed.labels["target"] == "SKY"
    assert sky.sum() == 12
    assert (packed.labels.loc[sky, "zwarning"] != 0).all()
