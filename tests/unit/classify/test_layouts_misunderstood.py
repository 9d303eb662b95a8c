"""What a file says in an unusual way, and was passed over or misread once: heard, or refused by its value."""

import gzip

import h5py
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from test_layouts import (
    AIR,
    BAD,
    ERROR,
    STAR,
    VACUUM,
    image,
    is_the_star,
    line_shift,
    linear,
    other,
    read,
    table,
    text,
    write,
)

from obafgkm.errors import ArchiveFileError

GOOD = np.ones(AIR.size, bool)
GOOD[BAD] = False
RAYS = STAR.copy()
RAYS[BAD] += np.random.default_rng(5).uniform(3, 12, BAD.size)  # cosmic rays that no sentinel gives away
HALF = AIR < 5500
LIGHT = "erg/s/cm2/Angstrom"


def columns(path, names=None, units_of=(), **keys):
    write(
        path,
        table(
            {"wave": AIR, **(names or {"flux": STAR})}, None, {"wave": "Angstrom", **dict(units_of)}, **keys
        ),
    )


def picture(path, flux=STAR, *others, **keys):
    write(path, image(flux, **{**linear(), "CTYPE1": "AWAV", "CUNIT1": "Angstrom", **keys}), *others)


def lines(path, *values, names="", last=""):
    text(path, *values, names=names)
    path.write_text("\n".join(line + last for line in path.read_text().splitlines()))


def arms(path, red, red_units, **keys):
    blue = table({"wave": AIR[HALF], "flux": STAR[HALF]}, "BLUE", {"wave": "Angstrom", "flux": LIGHT}, **keys)
    write(
        path,
        blue,
        red_units(table({"wave": red[0][~HALF], "flux": red[1][~HALF]}, "RED", {"wave": "Angstrom"})),
    )


def vacuum(hdu):
    hdu.header["VACUUM"] = True
    return hdu


def jansky(hdu):
    hdu.header["TUNIT2"] = "Jy"
    return hdu


def hdf5(path, wave=AIR, **attributes):
    with h5py.File(path, "w") as file:
        file["wavelength"], file["flux"] = wave, STAR
        file["wavelength"].attrs.update(attributes)


READ = {
    "nu F_nu": lambda p: columns(p, {"nuFnu": STAR * AIR}),
    "lambda F_lambda": lambda p: lines(p, AIR, STAR * AIR, names="wavelength lambda*F_lambda"),
    "ln of the flux": lambda p: lines(p, AIR, np.log(np.abs(STAR)), names="wave ln(flux)"),
    "log10 of the flux": lambda p: lines(p, AIR, np.log10(np.abs(STAR)), names="wave log10(flux)"),
    "logarithm in a comment": lambda p: lines(
        p, AIR, np.log10(np.abs(STAR)), names="# column 2: logarithm of the flux"
    ),
    "-2.5 log F": lambda p: lines(p, AIR, -2.5 * np.log10(np.abs(STAR) * AIR**2), names="wave,-2.5 log F"),
    "AB magnitudes": lambda p: lines(
        p, AIR, -2.5 * np.log10(np.abs(STAR) * AIR**2), names="# flux in AB magnitudes"
    ),
    "a sentence like names": lambda p: lines(
        p, AIR, STAR, names="# flux per unit of area; wavelength in air"
    ),
    "Ang.": lambda p: write(p, _with(table({"wave": AIR, "flux": STAR}), TUNIT1="Ang.")),
    "mask of bits": lambda p: columns(p, {"flux": RAYS, "mask": np.stack([~GOOD, GOOD & ~GOOD], 1)}),
    "good pixels by an abbreviation": lambda p: columns(p, {"flux": RAYS, "gpm": GOOD}),
    "mask called cosmic": lambda p: columns(p, {"flux": RAYS, "cosmic": ~GOOD}),
    "mask called dqflag": lambda p: columns(p, {"flux": RAYS, "dqflag": (~GOOD).astype("i2")}),
    "mask of rejected pixels": lambda p: columns(p, {"flux": RAYS, "rejected": (~GOOD).astype("i2")}),
    "mask without a name": lambda p: lines(p, AIR, RAYS, ERROR, (~GOOD).astype(float)),
    "weights without a name": lambda p: lines(p, AIR, RAYS, GOOD.astype(float)),
    "halves without a name": lambda p: lines(p, AIR, STAR, (np.arange(AIR.size) % 2).astype(float)),
    "extension of good pixels": lambda p: picture(p, RAYS, image(GOOD.astype("i2"), "GPM")),
    "several pairs in a line": lambda p: lines(p, AIR[::2], STAR[::2], AIR[1::2], STAR[1::2]),
    "arms in two media": lambda p: arms(p, (VACUUM, STAR), vacuum, VACUUM=False),
    "arms in two units": lambda p: arms(p, (AIR, STAR * AIR**2), jansky),
    "minus sign of typography": lambda p: p.write_text(
        "wave flux\n"
        + "".join(f"{w:.2f} {f:.5f}\n" for w, f in zip(AIR, STAR, strict=True))
        + "7001 −0.001\n"
    ),
    "HDF5, unit in capitals": lambda p: hdf5(p, AIR / 10, UNITS="nm"),
    "HDF5, unit in an array": lambda p: hdf5(p, AIR / 10, units=np.array([b"nm"])),
    "HDF5, medium": lambda p: hdf5(p, VACUUM, units="Angstrom", medium="vacuum"),
    "names of stars in a column": lambda p: write(
        p, table({"wave": AIR[None], "flux": STAR[None], "object": ["HD 1"]}, None, {"wave": "Angstrom"})
    ),
}


def _with(hdu, **keys):
    hdu.header.update(keys)
    return hdu


@pytest.mark.parametrize("kind", READ)
def test_what_a_file_says_is_heard(tmp_path, kind):
    READ[kind](tmp_path / "star.dat")
    (spectrum,) = read(tmp_path / "star.dat")
    assert is_the_star(spectrum)
    assert abs(line_shift(spectrum)) < 0.3


def changed(path):
    """One block of the data differs from what the checksum was made of."""
    hdu = table({"wave": AIR, "flux": STAR}, None, {"wave": "Angstrom"})
    hdu.add_checksum()
    write(path, hdu)
    content = bytearray(path.read_bytes())
    content[-20000:-19000] = bytes(1000)
    path.write_bytes(content)


def other_widths(path):
    columns(path)
    path.write_bytes(path.read_bytes().replace(b"TFORM2  = 'D", b"TFORM2  = 'E"))


def holed(path):
    lines(path, AIR, STAR)
    content = bytearray(path.read_bytes())
    content[20000:24096] = bytes(4096)
    path.write_bytes(content)


def votable(path, status):
    Table({"wave": AIR, "flux": STAR}).write(path, format="votable")
    info = f'<INFO name="QUERY_STATUS" value="{status}"/></RESOURCE>'
    path.write_text(path.read_text().replace("</RESOURCE>", info))


def marked_by_words(path):
    lines(path, AIR, STAR, names="wave flux quality", last=" good")
    rows = path.read_text().replace("quality good", "quality").splitlines()
    path.write_text("\n".join([*rows[:90], rows[90].replace("good", "bad"), *rows[91:]]))


WORDS = np.where(GOOD, "ok", "BAD")
REFUSED = {
    "CRPIX1 of words": (lambda p: picture(p, CRPIX1="center"), "CRPIX1 = 'center' is not a number"),
    "CRVAL1 of nan": (lambda p: picture(p, CRVAL1="nan"), "CRVAL1 = 'nan' is not a number"),
    "PC1_1 of words": (lambda p: picture(p, PC1_1="x"), "PC1_1 = 'x' is not a number"),
    "logarithms that are none": (lambda p: picture(p, DC__FLAG="1"), "CRVAL1 = 3620 is not a logarithm"),
    "COEFF0 alone": (lambda p: write(p, image(STAR, COEFF0=3.55)), "COEFF0 without COEFF1"),
    "-TAB": (lambda p: picture(p, CTYPE1="AWAV-TAB"), "'AWAV-TAB': its wavelengths are in a table"),
    "-GRI": (lambda p: picture(p, CTYPE1="WAVE-GRI"), "'WAVE-GRI' gives no wavelengths"),
    "unit unknown": (
        lambda p: picture(p, CUNIT1="furlong"),
        "'furlong' is not understood; write it as FITS does, e.g. 'Angstrom'",
    ),
    "names exchanged": (lambda p: lines(p, AIR, STAR, names="flux wave"), "exchange the names"),
    "root of the flux": (lambda p: columns(p, {"sqrt_flux": STAR}), "another quantity, no flux"),
    "ratio of fluxes": (lambda p: lines(p, AIR, STAR, names="wave flux_ratio"), "another quantity"),
    "a name without meaning": (lambda p: columns(p, {"qwerty": STAR, "error": ERROR}), "holds error"),
    "a name without meaning beside": (lambda p: columns(p, {"fluxflag": STAR}), "fluxflag is not understood"),
    "edges of pixels": (
        lambda p: lines(p, AIR - 0.75, AIR + 0.75, STAR, names="wave_lo wave_hi flux"),
        "wave_lo holds edges of pixels; add a column 'wavelength'",
    ),
    "mask of words": (lambda p: columns(p, {"flux": RAYS, "quality": WORDS}), "quality holds words, such as"),
    "mask of words in text": (marked_by_words, "quality holds words, such as 'good'"),
    "mask of another length": (
        lambda p: picture(p, RAYS, image((~GOOD)[:-3].astype("i2"), "MASK")),
        "MASK marks 2251 for 2254 pixels",
    ),
    "flux as words": (lambda p: columns(p, {"flux": STAR.astype(str)}), "flux holds words"),
    "wavelengths as words": (
        lambda p: columns(p, {"wave": AIR.astype(str), "flux": STAR}),
        "wave holds words",
    ),
    "complex flux": (lambda p: columns(p, {"flux": STAR + 1j}), "flux holds complex numbers"),
    "units in each line": (
        lambda p: p.write_text("".join(f"{w} A {f} Jy\n" for w, f in zip(AIR, STAR, strict=True))),
        "column 2 says 'A' in each line: write units behind the names",
    ),
    "checksum": (changed, "do not agree with DATASUM: damaged, or changed"),
    "widths of columns": (other_widths, "rows of 16 bytes for columns of 12"),
    "bytes of zero": (holed, "line 1[0-9]* holds bytes of zero"),
    "half an answer": (lambda p: votable(p, "OVERFLOW"), "sent only a part"),
    "a failed query": (lambda p: votable(p, "ERROR"), "the service failed"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_understood_is_refused_by_its_value(tmp_path, kind):
    make, reason = REFUSED[kind]
    make(tmp_path / "star.dat")
    with pytest.raises(ArchiveFileError, match=reason):
        read(tmp_path / "star.dat")


@pytest.mark.parametrize("unit", ["Jy", "mag", "furlong", "s"])
def test_errors_in_a_unit_that_does_not_fit_are_not_used(tmp_path, unit):
    hdu = table(
        {"wave": AIR, "flux": 1e-15 * STAR, "error": ERROR}, None, {"wave": "Angstrom", "flux": LIGHT}
    )
    write(tmp_path / "star.fits", _with(hdu, TUNIT3=unit))
    (spectrum,) = read(tmp_path / "star.fits")
    assert spectrum.ivar is None
    assert f"its unit {unit!r} does not fit" in spectrum.receipt.error


@pytest.mark.parametrize(
    ("name", "unit", "scale"),
    [
        ("error", "%", 100),
        ("err_percent", "", 100),
        ("relative_error", "", 1),
        ("error", "1e-17 erg/s/cm2/A", 0),
    ],
)
def test_errors_are_read_in_their_own_unit(tmp_path, name, unit, scale):
    errors = ERROR * scale if scale else ERROR * STAR * 1e2
    hdu = table({"wave": AIR, "flux": 1e-15 * STAR, name: errors}, None, {"wave": "Angstrom", "flux": LIGHT})
    write(tmp_path / "star.fits", _with(hdu, TUNIT3=unit))
    (spectrum,) = read(tmp_path / "star.fits")
    ratio = np.sqrt(spectrum.ivar) * ERROR * spectrum.flux
    np.testing.assert_allclose(ratio[spectrum.ivar > 0], 1, rtol=1e-4)


def test_columns_that_are_not_understood_are_listed(tmp_path):
    columns(tmp_path / "star.fits", {"flux": STAR, "qwerty": STAR})
    (spectrum,) = read(tmp_path / "star.fits")
    assert "column qwerty" in spectrum.receipt.left_out


def test_a_number_with_an_underscore_is_none(tmp_path):
    path = tmp_path / "star.txt"
    path.write_text("".join(f"1_{i} {w} {f}\n" for i, (w, f) in enumerate(zip(AIR, STAR, strict=True))))
    (spectrum,) = read(path)
    assert is_the_star(spectrum)


def test_archives_within_archives_are_named(tmp_path):
    path = tmp_path / "star.zip.gz"
    path.write_bytes(gzip.compress(b"PK\3\4 and so on"))
    with pytest.raises(ArchiveFileError, match="zip archive within another file: unpack it first"):
        read(path)


def test_compressed_images_keep_their_own_checksums(tmp_path):
    hdu = fits.CompImageHDU(np.stack([STAR, other(2, 1)]).astype("f4"), fits.Header(linear()), name="SPECTRA")
    hdu.add_checksum()
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "stars.fits.fz")
    assert len(read(tmp_path / "stars.fits.fz")) == 2
