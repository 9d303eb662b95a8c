"""Layouts that say what they are in unusual words, or that are something else: heard, or refused by name.

The star, and how its files are made, are those of `test_layouts`.
"""

import gzip
import json
import tarfile
import zipfile

import numpy as np
import pandas as pd
import pytest
from astropy import units
from astropy.table import QTable, Table
from test_layouts import (
    AIR,
    BAD,
    ERROR,
    MARK,
    SCATTER,
    STAR,
    VACUUM,
    image,
    is_the_star,
    line_shift,
    linear,
    lines,
    other,
    read,
    spoiled,
    table,
    text,
    write,
)

from obafgkm.classify import classify
from obafgkm.classify.reading.arrays import spectra_of_arrays
from obafgkm.errors import ArchiveFileError

MASKED = BAD.size / AIR.size


def packed(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def hdf5(path, unit="nm", **more):
    import h5py

    with h5py.File(path, "w") as file:
        group = file.create_group("spectra/HD 1")
        group["wavelength"] = AIR / 10
        group["wavelength"].attrs["unit"] = unit
        for name, values in {"flux": STAR, **more}.items():
            group[name] = values


# --- what is no spectrum of a star -------------------------------------------------------------------

REFUSED = {
    "axis type that is not known": (
        lambda p: write(p, image(STAR, **linear(CTYPE1="FURLONGS"))),
        "FURLONGS' is not understood",
    ),
    "centres of pixels": (lambda p: text(p, np.arange(AIR.size) + 0.5, STAR), "is a running number"),
    "binned pixels": (lambda p: write(p, image(STAR, **linear(1.0, 2.0))), "counts pixels"),
    "table of times": (
        lambda p: write(p, table({"TIME": AIR, "FLUX": STAR}, TUNIT1="BJD - 2457000, days")),
        "column TIME holds times",
    ),
    "table of the sky": (lambda p: write(p, table({"wave": AIR, "sky": STAR})), "holds sky"),
    "temperatures": (lambda p: text(p, AIR, STAR, names="temperature flux"), "column temperature"),
    "angles": (lambda p: text(p, AIR, STAR, names="angle intensity"), "column angle"),
    "polarisation": (lambda p: text(p, AIR, STAR, names="# wave polarization"), "polarisation"),
    "Stokes Q": (lambda p: text(p, AIR, STAR, names="wave stokes_q"), "polarisation"),
    "optical depth": (lambda p: text(p, AIR, STAR, names="wave optical_depth"), "optical_depth"),
    "albedo": (lambda p: text(p, AIR, STAR, names="wave albedo"), "albedo"),
    "equivalent width": (lambda p: text(p, AIR, STAR, names="wave equivalent_width"), "equivalent_width"),
    "transmittance": (lambda p: text(p, AIR, STAR, names="wave transmittance"), "transmittance"),
    "sensitivity": (lambda p: text(p, AIR, STAR, names="wave sensitivity"), "sensitivity"),
    "a word without meaning": (
        lambda p: text(p, AIR, STAR, names="wavelength,foo", delimiter=","),
        "foo is not understood",
    ),
    "columns that touch": (
        lambda p: p.write_text(
            "".join(f"{w:8.3f}{f:8.5f}{w:8.3f}{f:8.5f}\n" for w, f in zip(AIR, STAR, strict=True))
        ),
        "columns of fixed width touch",
    ),
    "JSON": (lambda p: p.write_text(json.dumps({"wave": AIR.tolist(), "flux": STAR.tolist()})), "JSON"),
    "JSON in lines": (lambda p: p.write_text(json.dumps({"wave": [1, 2], "flux": [3, 4]}, indent=1)), "JSON"),
    "arrays of NumPy": (lambda p: np.savez(p.open("wb"), wave=AIR, flux=STAR), "NumPy"),
    "Parquet": (lambda p: p.write_bytes(b"PAR1\x15\x04\x15\0PAR1"), "Parquet"),
    "ASDF": (lambda p: p.write_bytes(b"#ASDF 1.0.0\n#ASDF_STANDARD 1.5.0\n%YAML 1.1\n"), "ASDF"),
    "Excel": (lambda p: packed(p, {"[Content_Types].xml": "<a/>", "xl/workbook.xml": "<a/>"}), "Excel"),
    "Word": (lambda p: packed(p, {"word/document.xml": "<a/>"}), "Word"),
    "OpenDocument": (lambda p: packed(p, {"mimetype": "a", "content.xml": "<a/>"}), "OpenDocument"),
    "pickle": (lambda p: p.write_bytes(b"\x80\x02}q\0."), "pickle"),
    "MATLAB": (lambda p: p.write_bytes(b"MATLAB 5.0 MAT-file" + b"\0" * 500), "MATLAB"),
    "IDL": (lambda p: p.write_bytes(b"SR\0\4" + b"\0" * 500), "IDL"),
    "TIFF": (lambda p: p.write_bytes(b"II*\0" + b"\0" * 50), "TIFF"),
    "SQLite": (lambda p: p.write_bytes(b"SQLite format 3\0" + b"\0" * 50), "SQLite"),
    "7-Zip": (lambda p: p.write_bytes(b"7z\xbc\xaf\x27\x1c" + b"\0" * 50), "7-Zip"),
    "RAR": (lambda p: p.write_bytes(b"Rar!\x1a\x07\0" + b"\0" * 50), "RAR"),
    "Zstandard": (lambda p: p.write_bytes(b"\x28\xb5\x2f\xfd" + b"\0" * 50), "Zstandard"),
    "pointer of Git LFS": (
        lambda p: p.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
        "Git LFS",
    ),
    "stars side by side, known by words": (
        lambda p: text(p, AIR, STAR, other(2, 1), STAR, names="wavelength,Vega,Sun,Mira", delimiter=","),
        "Vega, Sun, Mira are not understood; call the flux 'flux', or that of each of several stars",
    ),
    "the same between blanks": (
        lambda p: text(p, AIR, STAR, other(2, 1), STAR, names="# wavelength Vega Arcturus Mira"),
        "Vega, Arcturus, Mira are not understood",
    ),
    "stars side by side, one of whose names means a unit": (
        lambda p: text(p, AIR, STAR, other(2, 1), names="wavelength,EV Lac,AD Leo", delimiter=","),
        "no column of flux",
    ),
    "a flux and its signal-to-noise ratio in rows": (
        lambda p: write(p, image(np.stack([STAR, 80 * STAR * (1 + AIR / 9000)]), **linear())),
        "row 2 is the flux times a smooth curve",
    ),
    "logarithms in the wrong unit": (
        lambda p: write(p, image(STAR, **linear(3.55, 1e-4, CTYPE1="WAVE-LOG", CUNIT1="log(Angstrom)"))),
        "WAVE-LOG' with CRVAL1 = 3.55",
    ),
    "unit of no axis": (
        lambda p: write(p, image(STAR, **linear(CTYPE1="WAVE-LOG", CUNIT1="furlongs"))),
        "WAVE-LOG' in 'furlongs' gives no wavelengths",
    ),
    "HDF5 of something else": (lambda p: hdf5(p, unit="km/s"), "velocities, not wavelengths"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_spectrum_is_refused_by_name(kind, tmp_path):
    make, reason = REFUSED[kind]
    make(tmp_path / "other")
    with pytest.raises(ArchiveFileError, match=reason):
        read(tmp_path / "other")


def test_files_of_compress_are_read_alone_and_in_archives(tmp_path):
    pytest.importorskip("uncompresspy", reason="an installation older than the dependency")
    content = lines(lambda w, f: f"{w:.1f} {f:.4f}").encode()
    (tmp_path / "star.txt.Z").write_bytes(_compressed(content))
    assert is_the_star(*read(tmp_path / "star.txt.Z"))
    packed(tmp_path / "stars.zip", {"a.txt.Z": _compressed(content)})
    assert is_the_star(*read(tmp_path / "stars.zip"))
    (tmp_path / "b.txt").write_bytes(content)
    with tarfile.open(tmp_path / "stars.tar", "w") as archive:
        archive.add(tmp_path / "b.txt", "b.txt")
    (tmp_path / "stars.tar.Z").write_bytes(_compressed((tmp_path / "stars.tar").read_bytes()))
    assert is_the_star(*read(tmp_path / "stars.tar.Z"))


def _compressed(content):
    """What ``compress -b 9`` makes of a file, which has no longer codes than 9 bits."""
    table_of = {bytes([i]): i for i in range(256)}
    codes, word = [], b""
    for byte in content:
        longer = word + bytes([byte])
        if longer not in table_of:
            codes.append(table_of[word])
            if len(table_of) < 255:  # code 256 clears the table; here no further ones are made
                table_of[longer] = len(table_of)
            longer = bytes([byte])
        word = longer
    codes.append(table_of[word])
    bits = sum(code << (9 * i) for i, code in enumerate(codes))
    return b"\x1f\x9d\x89" + bits.to_bytes((9 * len(codes) + 7) // 8, "little")


# --- the medium, in whatever words -------------------------------------------------------------------


def keyword(vacuum=True, **keys):
    """An image whose header says the medium."""
    step = (VACUUM[-1] - VACUUM[0]) / (AIR.size - 1)
    grid = VACUUM[0] + step * np.arange(AIR.size)
    first = {"CRVAL1": VACUUM[0], "CDELT1": step, "CRPIX1": 1.0, "CUNIT1": "Angstrom"}
    if not vacuum:
        return image(STAR, **(linear(CUNIT1="Angstrom") | keys))
    return image(np.interp(grid, VACUUM, STAR), **(first | keys))


def with_comment(hdu, key, words):
    hdu.header.comments[key] = words
    return hdu


FURTHER_MEDIA = {
    "AIR2VAC": (lambda p: write(p, keyword(AIR2VAC=True)), "vacuum"),
    "ISVAC": (lambda p: write(p, keyword(ISVAC=True)), "vacuum"),
    "VACUUMWL": (lambda p: write(p, keyword(VACUUMWL="T")), "vacuum"),
    "WFRAME": (lambda p: write(p, keyword(WFRAME="VAC")), "vacuum"),
    "HIERARCH": (lambda p: write(p, keyword(**{"HIERARCH wavelength medium": "vacuum"})), "vacuum"),
    "standard air": (lambda p: write(p, keyword(False, WAVELENG="Standard air")), "air"),
    "comment of CTYPE1": (
        lambda p: write(p, with_comment(keyword(CTYPE1="LINEAR"), "CTYPE1", "in vacuum")),
        "vacuum",
    ),
    "comment of CUNIT1": (
        lambda p: write(p, with_comment(keyword(False), "CUNIT1", "wavelengths in air")),
        "air",
    ),
    "comment of CRVAL1": (
        lambda p: write(p, with_comment(keyword(False), "CRVAL1", "air wavelength")),
        "air",
    ),
    "comment of TUNIT1": (
        lambda p: write(
            p,
            with_comment(table({"WAVE": AIR, "FLUX": STAR}, TUNIT1="Angstrom"), "TUNIT1", "Angstrom in air"),
        ),
        "air",
    ),
    "column wvac": (lambda p: write(p, table({"wvac": VACUUM, "flux": STAR})), "vacuum"),
    "correction that was not applied": (
        lambda p: text(p, AIR, STAR, names="# air-to-vacuum correction not applied to wavelengths"),
        "air",
    ),
    "converted from vacuum": (
        lambda p: text(p, AIR, STAR, names="# wavelengths were in vacuum and have been converted to air"),
        "air",
    ),
    "to be converted": (
        lambda p: text(p, VACUUM, STAR, names="# wavelengths in vacuum, must be converted to air"),
        "vacuum",
    ),
    "not yet converted": (
        lambda p: text(p, AIR, STAR, names="# wavelengths have not yet been converted to vacuum"),
        "air",
    ),
    "vacuum rather than air": (
        lambda p: text(p, VACUUM, STAR, names="# wavelengths in vacuum rather than air"),
        "vacuum",
    ),
    "no correction for air": (
        lambda p: text(p, VACUUM, STAR, names="# vacuum wavelengths (no air correction applied)"),
        "vacuum",
    ),
    "converted by a formula": (
        lambda p: text(p, VACUUM, STAR, names="# converted from air to vacuum using Ciddor (1996)"),
        "vacuum",
    ),
    "SPECSYS is no medium": (lambda p: write(p, keyword(False, SPECSYS="TOPOCENT")), None),
    "AIR2VAC that is false": (lambda p: write(p, keyword(False, AIR2VAC=False)), None),
}


@pytest.mark.parametrize("kind", FURTHER_MEDIA)
def test_the_medium_is_heard_in_unusual_places(kind, tmp_path):
    make, medium = FURTHER_MEDIA[kind]
    make(tmp_path / "star.fits")
    (spectrum,) = read(tmp_path / "star.fits")
    assert spectrum.medium == medium
    assert abs(line_shift(spectrum)) < 0.2


# --- layouts that are read ---------------------------------------------------------------------------

MANY_ERRORS = np.where(np.arange(AIR.size) % 10, np.inf, ERROR)
READ = {
    "ln of a flux": lambda p: write(
        p, table({"wave": AIR, "flux": np.log(STAR)}, TUNIT2="ln(erg/s/cm2/Angstrom)")
    ),
    "Angstroem": lambda p: write(p, table({"wave": AIR, "flux": STAR}, TUNIT2="erg/s/cm2/Angstroem")),
    "relative intensity": lambda p: write(p, table({"wave": AIR, "flux": STAR}, TUNIT2="relative intensity")),
    "normalised counts": lambda p: write(p, table({"wave": AIR, "flux": STAR}, TUNIT2="Counts (normalized)")),
    "Jy per beam": lambda p: write(p, image(STAR * AIR**2, **linear(CUNIT1="Angstrom", BUNIT="Jy/beam"))),
    "columns known by their units": lambda p: write(
        p, table({"a": AIR / 10, "b": STAR * AIR**2, "c": SCATTER}, TUNIT1="nm", TUNIT2="mJy")
    ),
    "Stokes I and V": lambda p: text(p, AIR, STAR, SCATTER, names="# wavelength I V"),
    "German names": lambda p: p.write_text(
        lines(lambda w, f: f"{w:.2f};{f:.5f}".replace(".", ","), "Wellenlänge;Fluss\n")
    ),
    "RDB": lambda p: p.write_text(lines(lambda w, f: f"{w:.2f}\t{f:.5f}", "wave\tflux\nN\tN\n")),
    "comma at the start": lambda p: p.write_text(
        lines(lambda w, f: f",{w:.2f},{f:.5f}", ",wavelength,flux\n")
    ),
    "count from 100": lambda p: text(p, np.arange(100, AIR.size + 100), AIR, STAR),
    "sky as third column": lambda p: text(
        p, AIR, STAR, 0.3 + np.random.default_rng(5).normal(0, 0.02, AIR.size)
    ),
    "constant third column": lambda p: text(p, AIR, STAR, np.full(AIR.size, 60.0)),
    "old keywords of IRAF": lambda p: write(p, image(STAR, W0=AIR[0], WPC=1.5)),
    "a column named by one star": lambda p: text(p, AIR, STAR, names="wavelength,HD76151", delimiter=","),
    "a title of two words": lambda p: text(p, AIR, STAR, names="# Solar spectrum"),
    "extension named STAR1": lambda p: write(p, image(STAR, "STAR1", **linear())),
    "numbers as text in the header": lambda p: write(p, image(STAR, CRVAL1="3620.0", CDELT1="1.5")),
    "commas of thousands": lambda p: p.write_text(
        lines(lambda w, f: f'"{w:,.2f}",{f:.5f}', "wavelength,flux\n")
    ),
    "signs of percent": lambda p: p.write_text(lines(lambda w, f: f"{w:.2f} {100 * f:.3f}%")),
    "formulas of a spreadsheet": lambda p: p.write_text(
        lines(lambda w, f: f'="{w:.2f}",="{f:.5f}"', "sep=,\nwavelength,flux\n")
    ),
    "lines for columns": lambda p: np.savetxt(p, [AIR, STAR], fmt="%.5f"),
    "compressed twice": lambda p: p.write_bytes(
        gzip.compress(gzip.compress(lines(lambda w, f: f"{w:.2f} {f:.5f}").encode()))
    ),
    "1.#IND of Windows": lambda p: p.write_text(
        "".join(
            f"{w:.2f} {'-1.#IND0' if bad else f'{f:.5f}'}\n"
            for w, f, bad in zip(AIR, STAR, MARK, strict=True)
        )
    ),
    "bars": lambda p: p.write_text(lines(lambda w, f: f"|{w:.2f}|{f:.5f}e-14|", "|wave   |flux   |\n")),
    "table of Org": lambda p: p.write_text(
        lines(lambda w, f: f"| {w:.2f} | {f:.5f} |", "| wave | flux |\n|------+------|\n")
    ),
    "thousands before a semicolon": lambda p: p.write_text(lines(lambda w, f: f"{w:,.2f};{f:.5f}")),
    "quantities over their units": lambda p: p.write_text(
        lines(lambda w, f: f"{w / 10:.3f},{f:.5f}", "Wavelength / nm,Flux / W m^-2 nm^-1\n")
    ),
    "ECSV of quantities": lambda p: QTable({"wave": AIR / 10 * units.nm, "flux": STAR * units.adu}).write(
        p, format="ascii.ecsv", overwrite=True
    ),
    "numbers beside an array": lambda p: write(
        p, table({"OBS_ID": [7], "FLUX_G": [3.0], "WAVE": [AIR], "FLUX": [STAR]})
    ),
    "gross, background and net counts": lambda p: write(
        p, table({"WAVELENGTH": AIR, "GROSS": STAR + 3, "BACKGROUND": np.full(AIR.size, 3.0), "NET": STAR})
    ),
    "flux corrected for tellurics": lambda p: write(
        p, table({"wave": AIR, "telluric": np.full(AIR.size, 0.9), "flux_telluric_corrected": STAR})
    ),
    "flux with the sky": lambda p: write(p, table({"WAVE": AIR, "FLUX_NOSS": STAR + 1, "FLUX": STAR})),
    "standard star of ESO": lambda p: write(
        p,
        image(
            STAR,
            **linear(),
            **{"HIERARCH ESO DPR CATG": "CALIB", "HIERARCH ESO DPR TYPE": "STD,FLUX"},
        ),
    ),
    "datasets of HDF5": lambda p: hdf5(p),
    "most errors infinite": lambda p: write(p, table({"wave": AIR, "flux": STAR, "err": MANY_ERRORS})),
    "most errors zero": lambda p: text(
        p, AIR, STAR, np.where(np.isinf(MANY_ERRORS), 0, ERROR), names="wave flux error"
    ),
}


@pytest.mark.parametrize("kind", READ)
def test_unusual_layouts_are_read(kind, tmp_path):
    READ[kind](tmp_path / "star.fits")
    (spectrum,) = read(tmp_path / "star.fits")
    assert is_the_star(spectrum)
    assert abs(line_shift(spectrum)) < 0.2
    assert spectrum.ivar is None


def test_errors_in_percent_are_those_of_the_flux(tmp_path):
    text(tmp_path / "star.txt", AIR, STAR, 100 * ERROR / np.abs(STAR), names="wave flux err[%]", form="%.8g")
    (spectrum,) = read(tmp_path / "star.txt")
    np.testing.assert_allclose(spectrum.ivar**-0.5, ERROR, rtol=1e-3)


# --- what the receipt says of masks ------------------------------------------------------------------

RECEIPTS = {
    "bad pixels": ({"mask": MARK}, "mask"),
    "valid pixels by name": ({"good": ~MARK}, "good, which marks valid pixels"),
    "valid pixels by their values": ({"mask": ~MARK}, "mask, which marks valid pixels, as the unmarked"),
    "weights of 0 and 1": ({"weight": ~MARK}, "weight, which marks valid pixels"),
}


@pytest.mark.parametrize("kind", RECEIPTS)
def test_the_receipt_says_which_mask_was_heard_and_what_it_marks(kind, tmp_path):
    columns, said = RECEIPTS[kind]
    own = {name: values.astype("i2") for name, values in columns.items()}
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": spoiled(STAR), **own}))
    (spectrum,) = read(tmp_path / "star.fits")
    assert said in spectrum.receipt.mask
    assert ("valid" in spectrum.receipt.mask) == ("valid" in said)
    assert spectrum.receipt.masked == pytest.approx(MASKED)
    assert is_the_star(spectrum)
    assert spectrum.ivar is None
    row = classify(AIR, np.ma.array(STAR, mask=MARK)).iloc[0]
    assert row["masked"] == pytest.approx(MASKED)


# --- members of archives -----------------------------------------------------------------------------


def test_a_member_that_cannot_be_read_is_named_whatever_its_ending(tmp_path):
    star = lines(lambda w, f: f"{w:.2f} {f:.5f}")
    members = {"a.txt": star, "b.spectrum": "words", "c/d.dat.gz": gzip.compress(star.encode())}
    packed(tmp_path / "stars.zip", members | {"README": "x", "notes.md": "x", "__MACOSX/a.txt": "x"})
    first, problem, last = read(tmp_path / "stars.zip")
    assert [first.name, last.name] == ["a", "d"]
    assert "b.spectrum" in problem


# --- Python ------------------------------------------------------------------------------------------

FURTHER_OBJECTS = {
    "DataFrame": lambda: (pd.DataFrame({"flux": STAR, "wavelength": AIR}),),
    "Table": lambda: (Table({"wave": AIR / 10 * units.nm, "flux": STAR}),),
    "QTable": lambda: (QTable({"wave": AIR / 10 * units.nm, "flux": STAR * AIR**2 * units.Jy}),),
    "dictionary": lambda: ({"wave": AIR, "flux": STAR},),
    "structured array": lambda: (np.rec.fromarrays([AIR, STAR], names="wave,flux"),),
}


@pytest.mark.parametrize("kind", FURTHER_OBJECTS)
def test_tables_of_python_are_read_by_their_columns(kind):
    (spectrum,) = spectra_of_arrays(*FURTHER_OBJECTS[kind]())
    assert is_the_star(spectrum)
    assert abs(line_shift(spectrum)) < 0.2


def test_errors_of_a_data_frame_are_heard():
    (spectrum,) = spectra_of_arrays(pd.DataFrame({"wave": AIR, "flux": STAR, "error": ERROR}))
    np.testing.assert_allclose(spectrum.ivar, ERROR**-2)


LISTS = {
    "of several lengths": lambda: ([AIR, AIR[:-50]], [STAR, other(2.0, 3)[:-50]]),
    "of several units": lambda: ([AIR / 10 * units.nm, AIR * units.AA], [STAR, other(2.0, 3)]),
    "for one array of wavelengths": lambda: (AIR, [STAR, other(2.0, 3)]),
    "of quantities": lambda: ([AIR / 10 * units.nm] * 2, [STAR, other(2.0, 3)]),
}


@pytest.mark.parametrize("kind", LISTS)
def test_lists_of_arrays_are_several_spectra(kind):
    first, second = spectra_of_arrays(*LISTS[kind]())
    assert is_the_star(first)
    assert is_the_star(second, 2.0)


NO_ARRAYS = {
    "a path": (("star.fits",), "classify_files"),
    "flux alone": ((STAR,), "without flux"),
    "nothing": (([], []), "no |valid"),
    "complex numbers": ((AIR, STAR + 0j), "complex"),
    "words": ((["a", "b"], [1, 2]), "numbers"),
    "three fluxes, two axes": (([AIR, AIR[:-1]], [STAR, STAR[:-1], STAR]), "2 arrays of wavelengths for 3"),
}


@pytest.mark.parametrize("kind", NO_ARRAYS)
def test_what_holds_no_spectrum_in_memory_is_refused_in_a_sentence(kind):
    given, reason = NO_ARRAYS[kind]
    with pytest.raises(ArchiveFileError, match=reason):
        _ = [spectrum.cleaned() for spectrum in spectra_of_arrays(*given)]
