"""Every layout that a spectrum may come in: read as what it says, guessed with a flag, or refused by name.

Each case writes its own file of one star (or a few), whose light is known in air.
"""

import bz2
import gzip
import itertools
import lzma
import zipfile

import numpy as np
import pytest
from astropy import units
from astropy.io import fits
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obafgkm.classify import classify, classify_files
from obafgkm.classify.reading import read_file
from obafgkm.classify.reading.arrays import spectra_of_arrays
from obafgkm.errors import ArchiveFileError
from obafgkm.spectroscopy.wavelengths import airtovac

AIR = np.arange(3620.0, 7000.0, 1.5)
VACUUM = airtovac(AIR)
LINES = np.array([3933.7, 4101.7, 4340.5, 4861.3, 5183.6, 5895.9, 6562.8])
GRID = np.arange(3800.0, 7000.0, 1.0)
RNG = np.random.default_rng(0)
NOISE = 0.01
SCATTER = RNG.normal(0, NOISE, AIR.size)
ERROR = np.full(AIR.size, NOISE) * (1 + 0.2 * np.sin(AIR / 300))
BAD = RNG.choice(np.arange(200, AIR.size - 100), 35, replace=False)


def light(air, slope=-1.0):
    """Flux per unit wavelength, without noise."""
    depth = 0.6 * np.exp(-0.5 * ((np.asarray(air)[..., None] - LINES) / 5) ** 2).sum(-1)
    return (np.asarray(air) / 5000) ** slope * (1 - depth)


STAR = light(AIR) + SCATTER


def other(slope, seed):
    return light(AIR, slope) + np.random.default_rng(seed).normal(0, NOISE, AIR.size)


def image(flux, name=None, **keys):
    header = fits.Header({key.replace("__", "-"): value for key, value in keys.items()})
    return fits.ImageHDU(flux, header, name=name) if name else fits.PrimaryHDU(flux, header)


def linear(first=AIR[0], step=1.5, **keys):
    return {"CRVAL1": first, "CDELT1": step, "CRPIX1": 1.0, **keys}


def write(path, *hdus):
    if not isinstance(hdus[0], fits.PrimaryHDU):
        hdus = (fits.PrimaryHDU(), *hdus)
    fits.HDUList(list(hdus)).writeto(path, output_verify="silentfix")


def table(columns, name=None, units_of=(), **keys):
    """An extension of columns by name."""
    data = Table(columns, units=dict(units_of))
    hdu = fits.table_to_hdu(data)
    hdu.header.update(keys)
    if name:
        hdu.name = name
    return hdu


def text(path, *columns, names="", form="%.5f", delimiter=" "):
    np.savetxt(path, np.stack(columns, axis=1), fmt=form, delimiter=delimiter, header=names, comments="")


def read(path):
    return list(read_file(path))


def spoiled(flux, value=30.0):
    flux = flux.copy()
    flux[BAD] = value
    return flux


def difference(spectrum, slope=-1.0):
    """How far a spectrum is from the light of the star, up to a constant: a robust width, and the largest."""
    flux, ivar = spectrum.on_grid(GRID)
    good = ivar > 0
    ratio = flux[good] / light(GRID[good], slope)
    ratio /= np.median(ratio)
    return 1.4826 * np.median(np.abs(ratio - 1)), np.abs(ratio - 1).max()


def line_shift(spectrum):
    """Mean displacement of the lines from where they are in air."""
    flux, _ = spectrum.on_grid(GRID)
    shifts = []
    for line in LINES:
        near = np.abs(GRID - line) < 16
        depth = np.clip(np.nanmax(flux[near]) - flux[near], 0, None)
        shifts.append(np.nansum(depth * GRID[near]) / np.nansum(depth) - line)
    return np.median(shifts)


def is_the_star(spectrum, slope=-1.0):
    wide, most = difference(spectrum, slope)
    return wide < 3 * NOISE and most < 0.25


# --- what the numbers of an axis are ---------------------------------------------------------------

AXES = {
    "Angstrom": AIR,
    "nm": AIR / 10,
    "um": AIR / 1e4,
    "m": AIR * 1e-10,
    "0.1nm": AIR,
    "Angstroms": AIR,
    "micron": AIR / 1e4,
    "log(Angstrom)": np.log10(AIR),
    "log10(nm)": np.log10(AIR / 10),
    "Hz": 2.99792458e18 / VACUUM,
    "THz": 2.99792458e6 / VACUUM,
    "eV": 12398.419843 / VACUUM,
    "1/cm": 1e8 / VACUUM,
}
NAMES = {"Hz": "frequency", "THz": "nu", "eV": "energy", "1/cm": "wavenumber"}
DENSITIES = {
    "erg/s/cm2/Angstrom": STAR,
    "1e-17 erg/cm^2/s/Ang": STAR,
    "10**-17 erg/(s cm2 Angstrom)": STAR,
    "erg/s/cm2/A": STAR,
    "W/m2/um": STAR,
    "adu": STAR,
    "": STAR,
    "Jy": STAR * AIR**2,
    "mJy": STAR * AIR**2,
    "erg/s/cm2/Hz": STAR * AIR**2,
    "W m-2 Hz-1": STAR * AIR**2,
    "photon/s/cm2/Angstrom": STAR * AIR,
    "erg/s/cm2": STAR * AIR,
    "mag(AB)": -2.5 * np.log10(STAR * AIR**2) + 20,
    "ABmag": -2.5 * np.log10(STAR * AIR**2) + 20,
    "mag(ST)": -2.5 * np.log10(STAR) + 20,
    "log(erg/s/cm2/Angstrom)": np.log10(STAR) - 15,
}


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("kind", ["fits", "votable", "ecsv", "text"])
def test_every_unit_of_an_axis_becomes_angstrom(axis, kind, tmp_path):
    columns, own = {NAMES.get(axis, "wave"): AXES[axis], "flux": STAR}, {NAMES.get(axis, "wave"): axis}
    path = tmp_path / f"star.{kind}"
    if kind == "fits":
        hdu = table(columns)
        hdu.header["TUNIT1"] = axis
        write(path, hdu)
    elif kind == "text":
        text(
            path,
            *columns.values(),
            names=f"{NAMES.get(axis, 'wave')} [{axis}],flux",
            form="%.10e",
            delimiter=",",
        )
    else:
        if "log" in axis or axis in ("Angstroms", "0.1nm"):
            pytest.skip("astropy writes no such unit")
        Table(columns, units=own).write(path, format={"ecsv": "ascii.ecsv"}.get(kind, kind))
    (spectrum,) = read(path)
    assert is_the_star(spectrum)
    assert abs(line_shift(spectrum)) < 0.2
    assert spectrum.medium == ("vacuum" if axis in NAMES else None)
    assert "unit_assumed" not in spectrum.receipt.assumed


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("kind", ["table", "image", "text"])
def test_every_unit_of_flux_becomes_flux_per_wavelength(density, kind, tmp_path):
    path, flux = tmp_path / "star.dat", DENSITIES[density]
    if kind == "table":
        hdu = table({"wavelength": AIR, "flux": flux}, units_of={"wavelength": "Angstrom"})
        hdu.header["TUNIT2"] = density
        write(path, hdu)
    elif kind == "image":
        write(path, image(flux, **linear(CUNIT1="Angstrom", BUNIT=density)))
    else:
        text(
            path,
            AIR,
            flux,
            names=f"wave (nm),flux [{density}]" if density else "wave (nm),flux",
            form="%.8e",
            delimiter=",",
        )
        text(path, AIR / 10, flux, names=path.read_text().splitlines()[0], form="%.8e", delimiter=",")
    (spectrum,) = read(path)
    assert is_the_star(spectrum)
    assert ("flux_assumed" in spectrum.receipt.assumed) == (density == "")


@pytest.mark.parametrize("density", ["Jy", "mag(AB)", "log(erg/s/cm2/Angstrom)", "erg/s/cm2/Angstrom"])
def test_errors_follow_the_conversion_of_flux(density, tmp_path):
    relative = ERROR / STAR
    flux = DENSITIES[density]
    error = {"Jy": flux * relative, "mag(AB)": relative * 1.0857362, "erg/s/cm2/Angstrom": ERROR}.get(density)
    error = relative / np.log(10) if error is None else error
    hdu = table({"wavelength": AIR, "flux": flux, "error": error}, units_of={"wavelength": "Angstrom"})
    hdu.header["TUNIT2"] = density
    write(tmp_path / "star.fits", hdu)
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_allclose(spectrum.flux * np.sqrt(spectrum.ivar), 1 / relative, rtol=1e-3)


NO_AXES = {
    "velocity image": lambda p: write(p, image(STAR, **linear(CTYPE1="VRAD", CUNIT1="m/s"))),
    "velocity image in km/s": lambda p: write(p, image(STAR, **linear(CTYPE1="VELO-LSR", CUNIT1="km/s"))),
    "velocity by unit": lambda p: write(p, image(STAR, **linear(CUNIT1="km/s"))),
    "pixel axis": lambda p: write(p, image(STAR, **linear(1.0, 1.0, CTYPE1="PIXEL"))),
    "counted pixels": lambda p: write(p, image(STAR, **linear(1.0, 1.0, CTYPE1="LINEAR"))),
    "no keywords": lambda p: write(p, image(np.tile(STAR, 4), OBJECT="uncalibrated", BUNIT="adu")),
    "a picture": lambda p: write(p, image(np.ones((50, 60)), **linear(150.0, -0.01, CTYPE1="RA---TAN"))),
    "unit pixel": lambda p: write(p, table({"WAVE": AIR, "FLUX": STAR}, units_of={"WAVE": "pixel"})),
    "unit km/s": lambda p: write(p, table({"WAVE": AIR, "FLUX": STAR}, units_of={"WAVE": "km/s"})),
    "unit s": lambda p: write(p, table({"WAVE": AIR, "FLUX": STAR}, units_of={"WAVE": "s"})),
    "unit unknown": lambda p: write(p, table({"WAVE": AIR, "FLUX": STAR}, TUNIT1="furlong")),
    "column velocity": lambda p: write(p, table({"velocity": AIR, "FLUX": STAR})),
    "column pixel": lambda p: write(p, table({"pixel": np.arange(AIR.size), "FLUX": STAR})),
    "counting column": lambda p: write(p, table({"wave": np.arange(AIR.size), "FLUX": STAR})),
    "text of velocities": lambda p: text(p, AIR, STAR, names="velocity flux"),
    "text of pixels": lambda p: text(p, np.arange(AIR.size), STAR, names="pixel flux"),
    "counted text": lambda p: text(p, np.arange(AIR.size), STAR),
    "ECSV in km/s": lambda p: Table({"wave": AIR, "flux": STAR}, units={"wave": "km/s"}).write(
        p, format="ascii.ecsv"
    ),
}


def test_an_axis_that_contradicts_its_unit_is_refused(tmp_path):
    write(tmp_path / "star.fits", image(STAR, **linear(CTYPE1="ENER", CUNIT1="Angstrom")))
    with pytest.raises(ArchiveFileError, match="energy, and to have the unit 'Angstrom'"):
        read(tmp_path / "star.fits")


@pytest.mark.parametrize("unit", ["mag", "Vega mag"])
def test_magnitudes_of_another_zero_point_are_flagged(unit, tmp_path):
    flux = -2.5 * np.log10(STAR * AIR**2) + 20
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": flux}, TUNIT1="Angstrom", TUNIT2=unit))
    (spectrum,) = read(tmp_path / "star.fits")
    assert spectrum.receipt.assumed == {"unit_assumed"}
    assert "taken as AB" in spectrum.receipt.flux


@pytest.mark.parametrize("kind", NO_AXES)
def test_an_axis_without_wavelengths_is_refused_by_name(kind, tmp_path):
    NO_AXES[kind](tmp_path / "star.fits")
    said = r"velocit|km/s|pixel|counts|running number|no wavelengths|no axis of wavelengths|'s'|furlong|times"
    with pytest.raises(ArchiveFileError, match=said):
        read(tmp_path / "star.fits")


@pytest.mark.parametrize("unit", ["furlong", "K", "s", "km/s"])
def test_flux_in_a_unit_of_something_else_is_refused_by_name(unit, tmp_path):
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": STAR}, TUNIT1="Angstrom", TUNIT2=unit))
    with pytest.raises(ArchiveFileError, match=unit):
        read(tmp_path / "star.fits")


# --- what the axes of images say -------------------------------------------------------------------

LOG = np.linspace(np.log10(AIR[0]), np.log10(AIR[-1]), AIR.size)


def on_log(seed=3):
    return light(10**LOG) + np.random.default_rng(seed).normal(0, NOISE, LOG.size)


def fine():
    wave = np.arange(3620.0, 7000.0, 0.5)
    return light(wave) + np.random.default_rng(2).normal(0, NOISE, wave.size)


IMAGES = {
    "metres": (STAR, linear(3.62e-7, 1.5e-10, CTYPE1="AWAV", CUNIT1="m"), "air"),
    "nm": (STAR, linear(362.0, 0.15, CUNIT1="nm"), None),
    "um": (STAR, linear(0.362, 1.5e-4, CUNIT1="um"), None),
    "CD beside CDELT": (fine(), linear(3620.0, 1.0, CD1_1=0.5), None),
    "PC": (fine(), linear(3620.0, 1.0, PC1_1=0.5, CTYPE1="AWAV", CUNIT1="Angstrom"), "air"),
    "CRPIX": (STAR, linear(AIR[100], 1.5, CUNIT1="Angstrom") | {"CRPIX1": 101.0}, None),
    "falling": (STAR[::-1], linear(AIR[-1], -1.5, CUNIT1="Angstrom"), None),
    "DC-FLAG": (on_log(), linear(LOG[0], LOG[1] - LOG[0], **{"DC__FLAG": 1}), None),
    "log without a word": (on_log(), linear(LOG[0], LOG[1] - LOG[0]), None),
    "LOG of CUNIT": (on_log(), linear(LOG[0], LOG[1] - LOG[0], CUNIT1="log(Angstrom)"), None),
    "AWAV-LOG": (
        on_log(),
        linear(
            10 ** LOG[0], (LOG[1] - LOG[0]) * np.log(10) * 10 ** LOG[0], CTYPE1="AWAV-LOG", CUNIT1="Angstrom"
        ),
        "air",
    ),
    "reference pixel of AWAV-LOG": (
        on_log(),
        linear(10 ** LOG[100], (LOG[1] - LOG[0]) * np.log(10) * 10 ** LOG[100], CTYPE1="AWAV-LOG")
        | {"CRPIX1": 101.0, "CUNIT1": "Angstrom"},
        "air",
    ),
    "COEFF0": (on_log(), {"COEFF0": LOG[0], "COEFF1": LOG[1] - LOG[0]}, None),
    "frequency": (
        np.interp(np.linspace(4.285e14, 8.2e14, 4000), 2.99792458e18 / VACUUM[::-1], STAR[::-1]),
        linear(4.285e14, (8.2e14 - 4.285e14) / 3999, CTYPE1="FREQ", CUNIT1="Hz"),
        "vacuum",
    ),
}


@pytest.mark.parametrize("kind", IMAGES)
def test_images_are_read_at_the_wavelengths_of_their_header(kind, tmp_path):
    flux, keys, medium = IMAGES[kind]
    write(tmp_path / "star.fits", image(flux, **keys))
    (spectrum,) = read(tmp_path / "star.fits")
    assert is_the_star(spectrum)
    assert abs(line_shift(spectrum)) < 0.2
    assert spectrum.medium == medium


def multispec(path, rows):
    flux = np.stack([STAR[: AIR.size // 2], STAR[AIR.size // 2 - 40 : AIR.size // 2 * 2 - 40]])
    said = " ".join(f'spec{i + 1} = "{i + 1} {i} {row}"' for i, row in enumerate(rows(flux.shape[1])))
    keys = {f"WAT2_{i + 1:03d}": part for i, part in enumerate(_chunks(f"wtype=multispec {said}"))}
    write(
        path,
        image(
            flux,
            CTYPE1="MULTISPE",
            CTYPE2="MULTISPE",
            CDELT1=1.0,
            CD1_1=1.0,
            CD2_2=1.0,
            WCSDIM=2,
            WAT1_001="wtype=multispec label=Wavelength units=angstroms",
            **keys,
        ),
    )


def _chunks(words):
    return [words[i : i + 68] for i in range(0, len(words), 68)]


def linear_orders(n):
    return [f"0 {AIR[first]:.2f} 1.5 {n} 0. 1. 10." for first in (0, AIR.size // 2 - 40)]


def chebyshev_orders(n):
    rows = []
    for first in (0, AIR.size // 2 - 40):
        low, high = AIR[first], AIR[first + n - 1]
        rows.append(f"2 {low} 1.5 {n} 0. 1. 10. 1. 0. 1 2 1. {n}. {(low + high) / 2} {(high - low) / 2}")
    return rows


@pytest.mark.parametrize("rows", [linear_orders, chebyshev_orders])
def test_orders_of_multispec_are_joined_each_at_its_own_wavelengths(rows, tmp_path):
    multispec(tmp_path / "star.fits", rows)
    (spectrum,) = read(tmp_path / "star.fits")
    assert is_the_star(spectrum)
    assert abs(line_shift(spectrum)) < 0.2
    assert "2 parts" in spectrum.receipt.joined


# --- air or vacuum ---------------------------------------------------------------------------------


def in_vacuum(**keys):
    step = (VACUUM[-1] - VACUUM[0]) / (AIR.size - 1)
    return image(
        np.interp(VACUUM[0] + step * np.arange(AIR.size), VACUUM, STAR),
        **linear(VACUUM[0], step, CUNIT1="Angstrom", **keys),
    )


MEDIA = {
    "VACUUM 'true'": (lambda p: write(p, in_vacuum(VACUUM="true")), "vacuum"),
    "VACUUM T": (lambda p: write(p, in_vacuum(VACUUM=True)), "vacuum"),
    "VACUUM F": (lambda p: write(p, image(STAR, **linear(VACUUM=False))), "air"),
    "VACUUM of no meaning": (lambda p: write(p, image(STAR, **linear(VACUUM="perhaps"))), None),
    "AIRORVAC": (lambda p: write(p, in_vacuum(AIRORVAC="vac")), "vacuum"),
    "WAVETYPE": (lambda p: write(p, in_vacuum(WAVETYPE="Vacuum")), "vacuum"),
    "WAVE": (lambda p: write(p, in_vacuum(CTYPE1="WAVE")), "vacuum"),
    "AWAV": (lambda p: write(p, image(STAR, **linear(CTYPE1="AWAV"))), "air"),
    "two that contradict": (
        lambda p: write(p, image(STAR, **linear(AIRORVAC="air", WAVETYPE="vacuum"))),
        None,
    ),
    "keyword before type": (lambda p: write(p, image(STAR, **linear(AIRORVAC="air", CTYPE1="WAVE"))), "air"),
    "a comment": (lambda p: write(p, _with_comment(in_vacuum(), "Wavelengths are in vacuum")), "vacuum"),
    "column of air beside": (
        lambda p: write(p, table({"WAVE": VACUUM, "WAVE_AIR": AIR, "FLUX": STAR})),
        "air",
    ),
    "wavelength_vac": (lambda p: write(p, table({"wavelength_vac": VACUUM, "flux": STAR})), "vacuum"),
    "LAMBDA_AIR": (lambda p: write(p, table({"LAMBDA_AIR": AIR, "flux": STAR})), "air"),
    "vacuumWave": (lambda p: write(p, table({"vacuumWave": VACUUM, "flux": STAR})), "vacuum"),
    "TUCD of air": (lambda p: write(p, table({"WAVE": AIR, "FLUX": STAR}, TUCD1="em.wl;obs.atmos")), "air"),
    "TUCD of ESO": (
        lambda p: write(p, table({"WAVE": VACUUM, "FLUX": STAR}, TUCD1="em.wl", ORIGIN="ESO")),
        "vacuum",
    ),
    "unit that says it": (
        lambda p: write(p, table({"WAVE": VACUUM, "FLUX": STAR}, TUNIT1="Angstrom (vacuum)")),
        "vacuum",
    ),
    "text that says it": (
        lambda p: text(p, VACUUM, STAR, names="# vacuum wavelengths\n# wave flux"),
        "vacuum",
    ),
    "text that says vac.": (lambda p: text(p, VACUUM, STAR, names="# wave_vac flux"), "vacuum"),
    "text in air": (lambda p: text(p, AIR, STAR, names="# wavelength in air, Angstrom\n# wave flux"), "air"),
    "text converted to air": (lambda p: text(p, AIR, STAR, names="# converted from vacuum to air"), "air"),
    "Vacek": (lambda p: text(p, AIR, STAR, names="# observer: K. Vacek\n# wave flux"), None),
    "airmass": (lambda p: text(p, AIR, STAR, names="# airmass 1.2\n# wave flux"), None),
}


def _with_comment(hdu, words):
    hdu.header["COMMENT"] = words
    return hdu


@pytest.mark.parametrize("kind", MEDIA)
def test_the_medium_is_heard_where_it_is_said(kind, tmp_path):
    make, medium = MEDIA[kind]
    make(tmp_path / "star.fits")
    (spectrum,) = read(tmp_path / "star.fits")
    assert spectrum.medium == medium
    assert abs(line_shift(spectrum)) < 0.2
    assert bool(spectrum.receipt.medium)
    assert ("assumed" in spectrum.receipt.medium) == (medium is None)


# --- which of several things is the star -----------------------------------------------------------


def bands(path):
    rows = np.stack([STAR, STAR + 3 * SCATTER, np.full(AIR.size, 0.2), ERROR])[:, None]
    said = {
        "BANDID1": "spectrum - background fit, weights variance, clean yes",
        "BANDID2": "raw - background fit, weights none, clean no",
        "BANDID3": "background - background fit",
        "BANDID4": "sigma - background fit, weights variance, clean yes",
    }
    write(path, image(rows, **linear(CTYPE1="LINEAR", **said)))


def bands_flat(path):
    bands(path)
    with fits.open(path, mode="update") as hdus:
        hdus[0].data = hdus[0].data[:, 0]


def one_row(**columns):
    return table({name: values[None] for name, values in columns.items()})


STARS = {
    "rows of flux, variance, sky": lambda p: write(
        p,
        image(np.ones((5, 5)), IMAGE="SKYCHART"),
        image(
            np.stack([STAR, (NOISE * STAR) ** 2 + 1e-8, 0.3 + 0.1 * np.sin(AIR)]),
            "SPECTRUM",
            IMAGE="SPECTRUM",
            **linear(),
        ),
    ),
    "bands": bands,
    "bands as rows": bands_flat,
    "sky first": lambda p: write(
        p, table({"wave": AIR, "flux": 1 + SCATTER}, "SKY"), table({"wave": AIR, "flux": STAR}, "OBJECT")
    ),
    "model, continuum and sky beside": lambda p: write(
        p, table({"sky": 1 + SCATTER, "model": light(AIR, 2), "continuum": AIR, "wave": AIR, "flux": STAR})
    ),
    "telluric first": lambda p: write(
        p, image(1 + SCATTER, "TELLURIC", **linear()), image(STAR, "FLUX", **linear())
    ),
    "raw beside reduced": lambda p: write(
        p, table({"counts": 1e4 * (1 + SCATTER), "flux": STAR, "wave": AIR})
    ),
    "extensions by name": lambda p: write(
        p, image(AIR, "WAVELENGTH"), image(ERROR, "ERROR"), image(STAR, "FLUX")
    ),
    "MUSE": lambda p: write(
        p, image(STAR, "DATA", **linear(CTYPE1="AWAV", CUNIT1="Angstrom")), image(ERROR**2, "STAT")
    ),
    "HST": lambda p: write(
        p, image(STAR, "SCI", **linear()), image(ERROR, "ERR"), image(np.zeros(AIR.size, int), "DQ")
    ),
    "rows of wavelength, flux, error": lambda p: write(
        p, image(np.stack([AIR, STAR, ERROR]), XUNITS="Angstrom", YUNITS="erg/s/cm2/A")
    ),
    "columns as columns of an image": lambda p: write(p, image(np.stack([AIR, STAR, ERROR], 1))),
    "an empty first extension": lambda p: write(p, fits.BinTableHDU(), table({"wave": AIR, "flux": STAR})),
    "vectors": lambda p: write(p, one_row(WAVE=AIR, FLUX=STAR, ERR=ERROR)),
    "UCDs": lambda p: write(
        p, table({"x1": AIR, "x2": STAR}, TUCD1="em.wl", TUCD2="phot.flux.density;em.wl")
    ),
    "utypes": lambda p: write(
        p,
        table(
            {"a": AIR, "b": STAR},
            TUTYP1="Spectrum.Data.SpectralAxis.Value",
            TUTYP2="Spectrum.Data.FluxAxis.Value",
        ),
    ),
    "lambda and counts": lambda p: write(p, table({"lambda": AIR, "counts": 1e4 * STAR})),
    "a cube of one": lambda p: write(
        p, image(STAR[:, None, None], CTYPE3="AWAV", CUNIT3="Angstrom", CRVAL3=AIR[0], CDELT3=1.5, CRPIX3=1.0)
    ),
    "(1, n) image": lambda p: write(p, image(STAR[None], **linear())),
    "index, wavelength, flux": lambda p: text(p, np.arange(AIR.size), AIR, STAR, delimiter=",", form="%.7g"),
    "flux before wavelength": lambda p: text(p, STAR, AIR, names="flux,wave", delimiter=","),
    "third column is a continuum": lambda p: text(p, AIR, STAR, (AIR / 5000) ** -1.0),
    "third column is an error": lambda p: text(p, AIR, STAR, ERROR),
    "errors unknown": lambda p: text(p, AIR, STAR, np.full(AIR.size, np.nan)),
}
KNOWN = {
    "rows of flux, variance, sky",
    "bands",
    "bands as rows",
    "extensions by name",
    "MUSE",
    "HST",
    "vectors",
}
KNOWN |= {"rows of wavelength, flux, error", "columns as columns of an image", "third column is an error"}


@pytest.mark.parametrize("kind", STARS)
def test_the_star_is_told_from_what_stands_beside_it(kind, tmp_path):
    STARS[kind](tmp_path / "star.fits")
    (spectrum,) = read(tmp_path / "star.fits")
    assert is_the_star(spectrum)
    assert (spectrum.ivar is not None) == (kind in KNOWN)
    if kind in KNOWN:
        assert np.median(spectrum.ivar**-0.5) == pytest.approx(NOISE, rel=0.2)


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("bands", "background"),
        ("sky first", "SKY"),
        ("raw beside reduced", "counts"),
        ("telluric first", "TELLURIC"),
    ],
)
def test_what_is_left_out_is_named(kind, left, tmp_path):
    STARS[kind](tmp_path / "star.fits")
    (spectrum,) = read(tmp_path / "star.fits")
    assert left in spectrum.receipt.left_out


@pytest.mark.parametrize("name", ["SKY", "MODEL", "TELLURIC"])
def test_a_file_of_no_star_is_refused(name, tmp_path):
    write(tmp_path / "star.fits", table({"wave": AIR, "flux": STAR}, name))
    with pytest.raises(ArchiveFileError, match=name.lower()):
        read(tmp_path / "star.fits")


@pytest.mark.parametrize("said", [{"IMAGETYP": "flat"}, {"OBSTYPE": "ARC"}, {"OBJECT": "SKY"}])
def test_a_calibration_is_refused_by_its_keyword(said, tmp_path):
    write(tmp_path / "flat.fits", image(STAR, **linear(**said)))
    with pytest.raises(ArchiveFileError, match=next(iter(said))):
        read(tmp_path / "flat.fits")


SLOPES = [-1.0, -3.0, 2.0]


def three_rows():
    return np.stack([other(slope, i) for i, slope in enumerate(SLOPES)])


def desi(path):
    flux = three_rows()
    arms = {"B": AIR < 5800, "R": (AIR > 5700) & (AIR < 7000)}
    hdus = [table({"TARGETID": [39627, 39628, 39629], "OBJTYPE": ["TGT", "TGT", "TGT"]}, "FIBERMAP")]
    for arm, own in arms.items():
        hdus += [
            image(VACUUM[own], f"{arm}_WAVELENGTH", BUNIT="Angstrom"),
            image(flux[:, own], f"{arm}_FLUX", BUNIT="10**-17 erg/(s cm2 Angstrom)"),
        ]
        hdus += [
            image(0 * flux[:, own] + NOISE**-2, f"{arm}_IVAR"),
            image(np.zeros(flux[:, own].shape, "i4"), f"{arm}_MASK"),
        ]
    write(path, *hdus)


def sp_plate(path):
    """Four fibres, the last one of the sky."""
    flux = np.vstack([three_rows(), SCATTER])
    header = {"COEFF0": np.log10(AIR[0]), "COEFF1": 1e-4}
    grid = 10 ** (header["COEFF0"] + 1e-4 * np.arange(2500))
    flux = np.stack([np.interp(grid, AIR, row) for row in flux])
    flux += np.random.default_rng(3).normal(0, NOISE, flux.shape)
    plugmap = table({"FIBERID": [1, 2, 3, 4], "OBJTYPE": ["STAR", "STAR", "STAR", "SKY"]})
    ivar = 0.5 * NOISE**-2 / (1 + np.clip(flux, 0, None))
    marks = [fits.ImageHDU(np.zeros(flux.shape, "i4")) for _ in range(2)]
    sky = fits.ImageHDU(flux[::-1] * 3)
    write(
        path, image(flux, **header), fits.ImageHDU(ivar), *marks, fits.ImageHDU(flux * 0 + 1.1), plugmap, sky
    )


def groups(path):
    import h5py

    with h5py.File(path, "w") as file:
        file["wavelength"] = AIR
        for i, row in enumerate(three_rows()):
            file[f"HD{i + 1}/flux"] = row


SEVERAL = {
    "tables": lambda p: write(
        p, *(table({"WAVE": AIR, "FLUX": row}, f"HD{i + 1}") for i, row in enumerate(three_rows()))
    ),
    "images": lambda p: write(
        p, *(image(row, f"HD{i + 1}", **linear()) for i, row in enumerate(three_rows()))
    ),
    "rows of an image": lambda p: write(p, image(three_rows(), **linear())),
    "rows of a table": lambda p: write(
        p, table({"name": ["HD1", "HD2", "HD3"], "wave": np.tile(AIR, (3, 1)), "flux": three_rows()})
    ),
    "columns of a table": lambda p: write(
        p, table({"wave": AIR, **{f"flux_{i}": row for i, row in enumerate(three_rows())}})
    ),
    "compressed image": lambda p: write(
        p,
        fits.CompImageHDU(
            three_rows().astype("f4"), fits.Header(linear()), quantize_level=0, compression_type="GZIP_1"
        ),
    ),
    "one below the other": lambda p: text(p, np.tile(AIR, 3), three_rows().ravel()),
    "beside one another": lambda p: text(p, *(column for row in three_rows() for column in (AIR, row))),
    "beside one another, named": lambda p: text(
        p, AIR, *three_rows(), names="wave,star A,star B,2024-01-31", delimiter=","
    ),
    "rows of a text, named": lambda p: p.write_text(
        "\n".join(
            ",".join([name, *(f"{value:.5f}" for value in row)])
            for name, row in zip(["name", "HD1", "HD2", "HD3"], [AIR, *three_rows()], strict=True)
        )
    ),
    "spPlate without names": sp_plate,
    "groups of HDF5 below their wavelengths": groups,
    "DESI": desi,
}


@pytest.mark.parametrize("kind", SEVERAL)
def test_several_stars_are_several_rows(kind, tmp_path):
    SEVERAL[kind](tmp_path / "stars.fits")
    spectra = read(tmp_path / "stars.fits")
    assert len(spectra) == len({spectrum.name for spectrum in spectra}) == 3
    for spectrum, slope in zip(spectra, SLOPES, strict=True):
        assert is_the_star(spectrum, slope)
    if kind in ("tables", "images", "rows of a table"):
        assert [spectrum.name for spectrum in spectra] == ["HD1", "HD2", "HD3"]
    if kind == "DESI":
        assert [spectrum.name for spectrum in spectra] == ["39627", "39628", "39629"]
        assert all(spectrum.medium == "vacuum" and "arms" in spectrum.receipt.joined for spectrum in spectra)


def lamost_arms(path):
    hdus = []
    for arm, own in (("COADD_B", AIR < 5350), ("COADD_R", AIR > 6300), ("B-84202", AIR < 5350)):
        flux = STAR[own] if arm.startswith("COADD") else 2 + SCATTER[own]
        hdus.append(one_row(FLUX=flux, IVAR=0 * flux + NOISE**-2, WAVELENGTH=VACUUM[own], PIXMASK=0 * flux))
        hdus[-1].name = arm
    write(path, fits.PrimaryHDU(header=fits.Header({"TELESCOP": "LAMOST", "DESIG": "LAMOST J0000"})), *hdus)


def arms(names, cuts=(5300.0,), overlap=60.0):
    def make(path):
        edges = [0.0, *cuts, 1e5]
        own = [(low - overlap < AIR) & (high > AIR) for low, high in itertools.pairwise(edges)]
        write(
            path,
            *(
                table({"wave": AIR[one], "flux": (1 + i) * STAR[one]}, name)
                for i, (name, one) in enumerate(zip(names, own, strict=True))
            ),
        )

    return make


ARMS = {
    "LAMOST": lamost_arms,
    "blue and red": arms(["BLUE", "RED"]),
    "UVB and VIS": arms(["UVB", "VIS"]),
    "orders": arms(["ORDER1", "ORDER2", "ORDER3"], (4700.0, 5800.0)),
}


def orders(overlap, steps=(1, 1, 1, 1)):
    """Orders of 300 pixels, one per row of a table, of which neighbours share a part."""
    starts = np.cumsum([0, *(round(300 * (1 - overlap) * step) for step in steps)])
    rows = [np.arange(start, start + 300) for start in starts]
    flux = [(1 + i) * STAR[row] for i, row in enumerate(rows)]
    return table({"wave": np.stack([AIR[row] for row in rows]), "flux": np.stack(flux)})


@pytest.mark.parametrize("overlap", [0.3, 0.6, 0.8])
def test_orders_that_share_most_of_their_ranges_are_joined(overlap, tmp_path):
    write(tmp_path / "star.fits", orders(overlap))
    (spectrum,) = read(tmp_path / "star.fits")
    assert is_the_star(spectrum)
    assert "5 orders" in spectrum.receipt.joined


@pytest.mark.parametrize(
    "hdu",
    [orders(0.95), orders(0.8, (1, -1, 1, -1)), orders(0.8, (1, 0.2, 1, 0.2))],
    ids=["all", "back", "uneven"],
)
def test_stars_that_share_most_of_their_ranges_are_kept_apart(hdu, tmp_path):
    write(tmp_path / "stars.fits", hdu)
    assert len(read(tmp_path / "stars.fits")) == 5


@pytest.mark.parametrize(("names", "count"), [(("HD1", "HD2"), 2), (("blue", "red"), 1), (("1", "2"), 1)])
def test_stars_side_by_side_are_no_arms(names, count, tmp_path):
    half = AIR.size // 2
    columns = {}
    for name, own in zip(names, (slice(0, half), slice(half, 2 * half)), strict=True):
        columns |= {f"wave_{name}": AIR[own], f"flux_{name}": STAR[own]}
    write(tmp_path / "star.fits", table(columns))
    assert len(read(tmp_path / "star.fits")) == count


@pytest.mark.parametrize("kind", ARMS)
def test_arms_and_orders_are_joined(kind, tmp_path):
    ARMS[kind](tmp_path / "star.fits")
    (spectrum,) = read(tmp_path / "star.fits")
    assert is_the_star(spectrum)
    assert "arms" in spectrum.receipt.joined


# --- bad pixels ------------------------------------------------------------------------------------


def gap(value, first=900, last=924):
    flux = STAR.copy()
    flux[first:last] = value
    return flux


PIXELS = {
    "zeros": lambda p: write(p, image(gap(0.0), **linear())),
    "a constant": lambda p: write(p, image(gap(0.37), **linear())),
    "NaN": lambda p: write(p, image(gap(np.nan), **linear())),
    "infinite": lambda p: write(p, table({"wave": AIR, "flux": gap(np.inf)})),
    "-999": lambda p: write(p, table({"wave": AIR, "flux": gap(-999.0)})),
    "1e30": lambda p: write(p, table({"wave": AIR, "flux": gap(1e30)})),
    "zeros at the end": lambda p: text(p, AIR, gap(0.0, 1600, 1700)),
    "INDEF": lambda p: p.write_text(
        "".join(
            f"{w} {'INDEF' if 900 <= i < 924 else f}\n"
            for i, (w, f) in enumerate(zip(AIR, STAR, strict=True))
        )
    ),
    "null": lambda p: p.write_text(
        "wave,flux\n"
        + "".join(
            f"{w},{'' if 900 <= i < 924 else f}\n" for i, (w, f) in enumerate(zip(AIR, STAR, strict=True))
        )
    ),
}


@pytest.mark.parametrize("kind", PIXELS)
def test_a_gap_is_missing_whatever_fills_it(kind, tmp_path):
    PIXELS[kind](tmp_path / "star.fits")
    (spectrum,) = read(tmp_path / "star.fits")
    assert is_the_star(spectrum)
    length = 100 if "end" in kind else 24
    assert spectrum.receipt.masked == pytest.approx(length / AIR.size, abs=2 / AIR.size)


MARK = np.isin(np.arange(AIR.size), BAD)
MARKED = {
    "mask": {"mask": MARK.astype(int)},
    "PIXMASK": {"PIXMASK": MARK.astype(int) * 64},
    "DQ": {"DQ": MARK.astype("i2")},
    "quality of bool": {"quality": MARK},
    "good": {"good": (~MARK).astype(int)},
    "huge errors": {"error": np.where(MARK, 1e10, ERROR)},
    "infinite errors": {"error": np.where(MARK, np.inf, ERROR)},
    "errors of zero": {"error": np.where(MARK, 0.0, ERROR)},
    "negative errors": {"error": np.where(MARK, -1.0, ERROR)},
    "some errors NaN": {"error": np.where(MARK, np.nan, ERROR)},
    "huge variance": {"variance": np.where(MARK, 1e20, ERROR**2)},
    "no weight": {"ivar": np.where(MARK, 0.0, ERROR**-2)},
    "hardly any weight": {"ivar": np.where(MARK, 1e-20, ERROR**-2)},
}


@pytest.mark.parametrize("kind", MARKED)
@pytest.mark.parametrize("layout", ["table", "extensions", "text"])
def test_marked_pixels_do_not_count(kind, layout, tmp_path):
    path, ((name, values),) = tmp_path / "star.fits", MARKED[kind].items()
    flux = spoiled(STAR)
    if layout == "table":
        write(path, table({"wavelength": AIR, "flux": flux, name: values}))
    elif layout == "extensions":
        values = values.astype("u1") if values.dtype == bool else values
        write(path, image(flux, "FLUX", **linear()), image(values, name.upper()))
    else:
        text(path, AIR, flux, values.astype(float), names=f"wave flux {name}", form="%.8g")
    (spectrum,) = read(path)
    assert is_the_star(spectrum)
    assert spectrum.receipt.masked == pytest.approx(BAD.size / AIR.size, rel=0.05)


@pytest.mark.parametrize("unknown", [np.nan, 0.0, -1.0, np.inf])
@pytest.mark.parametrize("kind", ["table", "vectors", "text"])
def test_errors_of_which_none_is_known_are_estimated(unknown, kind, tmp_path):
    path, error = tmp_path / "star.fits", np.full(AIR.size, unknown)
    if kind == "text":
        text(path, AIR, STAR, error, names="wave flux error")
    else:
        write(
            path,
            table({"wave": AIR, "flux": STAR, "err": error})
            if kind == "table"
            else one_row(WAVE=AIR, FLUX=STAR, ERR=error),
        )
    (spectrum,) = read(path)
    assert is_the_star(spectrum)
    assert spectrum.ivar is None
    assert "estimated" in spectrum.receipt.error


def test_averages_are_weighted_by_inverse_variance():
    wave = np.arange(3700.0, 7100.0, 0.25)
    good = np.random.default_rng(4).random(wave.size) < 0.5
    flux = np.where(good, 1.0, 3.0)
    (spectrum,) = spectra_of_arrays(wave, flux, np.where(good, 1.0, 1e-4))
    sampled, _ = spectrum.on_grid(GRID)
    assert np.nanmedian(np.abs(sampled - 1)) < 1e-3


# --- how text is written ---------------------------------------------------------------------------


def lines(form, head=""):
    return head + "".join(form(w, f) + "\n" for w, f in zip(AIR, STAR, strict=True))


def fortran(value):
    return f"{value:.6E}".replace("E", "D")


def cds():
    head = (
        "Title: A star\nAuthors: A. Nother\nTable: Spectrum\n"
        + "=" * 80
        + "\nByte-by-byte Description of file: star.txt\n"
        + "-" * 80
        + "\n   Bytes Format Units    Label  Explanations\n"
        + "-" * 80
        + "\n   1-  8 F8.2   0.1nm    lambda Wavelength\n  10- 17 F8.5   ---      flux   Flux\n"
        + "-" * 80
        + "\n"
    )
    return lines(lambda w, f: f"{w:8.2f} {f:8.5f}", head)


TEXTS = {
    "blanks": lines(lambda w, f: f"{w:.2f} {f:.5f}"),
    "tabs": lines(lambda w, f: f"{w:.2f}\t{f:.5f}"),
    "commas": lines(lambda w, f: f"{w:.2f}, {f:.5f}"),
    "semicolons and decimal commas": lines(lambda w, f: f"{w:.2f};{f:.5f}".replace(".", ",")),
    "blanks and decimal commas": lines(lambda w, f: f"{w:.2f} {f:.5f}".replace(".", ",")),
    "tabs and decimal commas": lines(lambda w, f: f"{w:.2f}\t{f:.5f}".replace(".", ",")),
    "decimal commas below names": lines(
        lambda w, f: f"{w:.2f};{f:.5f}".replace(".", ","), "Wellenlänge (nm?);Fluss\n"
    ),
    "Fortran": lines(lambda w, f: f"{fortran(w)} {fortran(f)}"),
    "glued by a sign": "".join(f"{w:.2f}{f - 10:.5f}\n" for w, f in zip(AIR, STAR, strict=True)),
    "quoted": lines(lambda w, f: f'"{w:.2f}","{f:.5f}"', '"wave","flux"\n'),
    "names": lines(lambda w, f: f"{w:.2f} {f:.5f}", "wavelength flux\n"),
    "names and units below": lines(lambda w, f: f"{w / 10:.3f} {f:.5f}", "wavelength flux\nnm erg/s/cm2/A\n"),
    "names with units": lines(lambda w, f: f"{w / 10:.3f},{f:.5f}", "Wavelength (nm),Flux (erg/s/cm2/A)\n"),
    "unit in a comment": lines(lambda w, f: f"{w / 10:.3f} {f:.5f}", "# wavelength: nm, flux: normalized\n"),
    "count first": lines(lambda w, f: f"{w:.2f} {f:.5f}", f"{AIR.size}\n"),
    "date first": lines(lambda w, f: f"{w:.2f} {f:.5f}", "2019-01-05 HD 1 seeing 2\n"),
    "date alone": lines(lambda w, f: f"{w:.2f} {f:.5f}", "2019-01-05\n"),
    "numbers above": lines(lambda w, f: f"{w:.2f} {f:.5f}", "3620.0 1.5 2254 0\nHD 1\n"),
    "loglambda": lines(lambda w, f: f"{np.log10(w):.6f},{f:.5f}", "loglambda,flux\n"),
    "log of nothing": lines(lambda w, f: f"{np.log10(w):.6f} {f:.5f}"),
    "ln": lines(lambda w, f: f"{np.log(w):.6f} {f:.5f}", "ln_lambda flux\n"),
    "byte-order mark": "\ufeff" + lines(lambda w, f: f"{w:.2f},{f:.5f}", "wave,flux\n"),
    "Windows": lines(lambda w, f: f"{w:.2f} {f:.5f}\r"),
    "comments within": lines(lambda w, f: f"{w:.2f} {f:.5f}  # fine", "# a star\n! and another comment\n"),
    "a line at the end": lines(lambda w, f: f"{w:.2f} {f:.5f}") + "END\n",
    "fixed width": lines(lambda w, f: f"| {w:9.2f} | {f:9.5f} |", "| wave      | flux      |\n"),
    "CDS": cds(),
    "AB magnitudes": lines(
        lambda w, f: f"{w:.2f} {-2.5 * np.log10(f * w**2) + 30:.5f}", "# wavelength abmag\n"
    ),
    "Jy in a comment": lines(lambda w, f: f"{w:.2f} {f * w**2 * 1e-6:.5f}", "# flux in mJy\n"),
    "index": lines(lambda w, f: f"{round((w - 3620) / 1.5)},{w:.2f},{f:.5f}", ",wave,flux\n"),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_is_read_however_it_is_written(kind, tmp_path):
    (tmp_path / "star.dat").write_bytes(TEXTS[kind].encode())
    (spectrum,) = read(tmp_path / "star.dat")
    if kind == "glued by a sign":
        np.testing.assert_allclose(spectrum.wave, AIR)
        np.testing.assert_allclose(spectrum.flux, STAR - 10, atol=1e-5)
        return
    assert is_the_star(spectrum)
    assert abs(line_shift(spectrum)) < 0.2


def test_utf_16_and_latin_1_are_read(tmp_path):
    plain = TEXTS["names"]
    for encoding, head in (("utf-16", ""), ("latin-1", "# Å\n")):
        (tmp_path / "star.txt").write_bytes((head + plain).encode(encoding))
        assert is_the_star(*read(tmp_path / "star.txt"))


PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("ending", PACKERS)
@pytest.mark.parametrize("kind", ["text", "fits"])
def test_compressed_files_are_read(ending, kind, tmp_path):
    write(tmp_path / "star.fits", image(STAR, **linear()))
    content = TEXTS["blanks"].encode() if kind == "text" else (tmp_path / "star.fits").read_bytes()
    path = tmp_path / f"HD 1.{kind}{ending}"
    path.write_bytes(PACKERS[ending](content))
    (spectrum,) = read(path)
    assert is_the_star(spectrum)
    assert spectrum.name == "HD 1"


def test_members_of_a_zip_archive_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "stars.zip", "w") as archive:
        archive.writestr("a.txt", TEXTS["blanks"])
        archive.writestr("b.csv", TEXTS["quoted"])
        archive.writestr("readme.md", "x")
    assert [spectrum.name for spectrum in read(tmp_path / "stars.zip")] == ["a", "b"]


TRUE_REASONS = {
    "xml": (b"<?xml version='1.0'?><a><b>1</b></a>", "not a VOTable"),
    "html": (b"\n<!DOCTYPE html><html>404</html>", "HTML page"),
    "pdf": (b"%PDF-1.4 ...", "PDF"),
    "npy": (b"\x93NUMPY\x01\x00", "NumPy"),
    "broken VOTable": (b"<?xml version='1.0'?><VOTABLE><RESOURCE>", "votable"),
}


@pytest.mark.parametrize("kind", TRUE_REASONS)
def test_a_refusal_gives_the_true_reason(kind, tmp_path):
    content, reason = TRUE_REASONS[kind]
    (tmp_path / "star").write_bytes(content)
    with pytest.raises(ArchiveFileError, match=reason) as caught:
        read(tmp_path / "star")
    assert ("HTML" in str(caught.value)) == (kind == "html")


def test_cubes_are_refused(tmp_path):
    cube = np.ones((500, 6, 7))
    write(
        tmp_path / "cube.fits",
        image(cube, CTYPE1="RA---TAN", CTYPE2="DEC--TAN", CTYPE3="AWAV", CRVAL3=4000.0, CDELT3=1.0),
    )
    with pytest.raises(ArchiveFileError, match="cube of 42 spectra"):
        read(tmp_path / "cube.fits")


def test_too_coarse_a_spectrum_is_told_so(tmp_path):
    wave = np.arange(3800.0, 7000.0, 40.0)
    (spectrum,) = spectra_of_arrays(wave, light(wave))
    with pytest.raises(ArchiveFileError, match="40 Å are too coarse"):
        spectrum.on_grid(GRID)


# --- Python ----------------------------------------------------------------------------------------


def specutils_spectrum():
    import specutils

    return specutils.Spectrum(flux=STAR * units.Unit("erg/(s cm2 AA)"), spectral_axis=AIR / 10 * units.nm)


def spectrum_list():
    import specutils

    return specutils.SpectrumList([specutils_spectrum()])


def spectrum_collection():
    import specutils

    return specutils.SpectrumCollection.from_spectra([specutils_spectrum()])


OBJECTS = {
    "arrays": lambda: (AIR, STAR),
    "lists": lambda: (list(AIR), list(STAR)),
    "quantities": lambda: (AIR / 10 * units.nm, STAR * AIR**2 * units.Jy),
    "frequencies": lambda: ((2.99792458e18 / VACUUM) * units.Hz, STAR),
    "masked array": lambda: (AIR, np.ma.array(spoiled(STAR), mask=MARK)),
    "columns of a table": lambda: (Table({"w": AIR * units.AA})["w"], Table({"f": STAR})["f"]),
    "wavelengths that fall": lambda: (AIR[::-1], STAR[::-1]),
    "Spectrum": lambda: (specutils_spectrum(),),
    "SpectrumList": lambda: (spectrum_list(),),
    "SpectrumCollection": lambda: (spectrum_collection(),),
    "list of Spectrum": lambda: ([specutils_spectrum()],),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_objects_of_python_are_read_with_their_units_and_masks(kind):
    (spectrum,) = spectra_of_arrays(*OBJECTS[kind]())
    assert is_the_star(spectrum)
    assert abs(line_shift(spectrum)) < 0.2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            lambda: (AIR, STAR * units.Jy, np.ones(STAR.size) * units.m),
            "inverse variances in m for a flux in Jy",
        ),
        (lambda: (AIR, STAR, np.ones(STAR.size) / units.Jy**2), "for a flux in no unit"),
        (lambda: (AIR, (1e9 * STAR).astype("timedelta64[s]")), "times are neither"),
        (lambda: ([specutils_spectrum(), None],), "no spectra that are understood"),
        (lambda: ({"wave": AIR, "flux": STAR, "ivar": np.ones(3)},), "no spectra that are understood"),
    ],
)
def test_objects_of_python_that_are_no_spectra_are_refused_in_a_sentence(given, told):
    with pytest.raises(ArchiveFileError, match=told):
        spectra_of_arrays(*given())


def test_one_spectrum_without_a_valid_pixel_leaves_the_others():
    """As of a broken fibre; a mask of all pixels of the only spectrum may mean the opposite."""
    mask = np.zeros((3, AIR.size), bool)
    mask[1] = True
    spectra = spectra_of_arrays(AIR, np.ma.array(np.stack([STAR] * 3), mask=mask))
    assert [spectrum.receipt.masked for spectrum in spectra] == [0, 1, 0]
    assert is_the_star(spectra[2])
    with pytest.raises(ArchiveFileError, match=r"marks 100\.0% of the pixels"):
        spectra_of_arrays(AIR, np.ma.array(STAR, mask=True))


@pytest.mark.parametrize("medium", ["Vacuum", "vac", "water", ""])
def test_an_unknown_medium_is_refused(medium):
    for call in (lambda: classify(AIR, STAR, medium=medium), lambda: classify_files([], medium=medium)):
        with pytest.raises(ValueError, match="is neither 'air' nor 'vacuum'"):
            call()


def test_a_quantity_of_velocities_is_refused():
    with pytest.raises(ArchiveFileError, match="velocit"):
        spectra_of_arrays(AIR * units.km / units.s, STAR)


# --- all of it together ----------------------------------------------------------------------------


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    axis=st.sampled_from(list(AXES)),
    density=st.sampled_from(list(DENSITIES)),
    medium=st.sampled_from([None, "air", "vacuum"]),
    said_by=st.sampled_from(["column", "keyword"]),
    error=st.sampled_from([None, "ivar", "error", "variance"]),
    vectors=st.booleans(),
    extra=st.lists(st.sampled_from(["sky", "model", "continuum", "wdisp", "snr"]), unique=True),
    order=st.randoms(use_true_random=False),
)
def test_any_table_comes_out_as_the_star(
    axis, density, medium, said_by, error, vectors, extra, order, tmp_path_factory
):
    """Whatever units, medium, errors and further columns a table has, in whatever order."""
    is_linear = "mag" not in density and "log" not in density
    name = NAMES.get(axis, "wave")
    values = AXES[axis]
    keys = {}
    if medium and axis not in NAMES:
        if medium == "vacuum":
            factor = {
                "Angstrom": 1,
                "nm": 10,
                "um": 1e4,
                "m": 1e10,
                "0.1nm": 1,
                "Angstroms": 1,
                "micron": 1e4,
            }
            values = (
                np.log10(VACUUM / (10 if "nm" in axis else 1)) if "log" in axis else VACUUM / factor[axis]
            )
        if said_by == "column":
            name = f"{name}_{medium[:3]}"
        else:
            keys["AIRORVAC"] = medium
    columns = {name: (values, axis), "flux": (DENSITIES[density], density)}
    if error and is_linear:
        sigma = np.abs(DENSITIES[density]) * NOISE / np.abs(STAR)
        columns[error] = ({"ivar": sigma**-2, "error": sigma, "variance": sigma**2}[error], "")
    for one in extra:
        columns[one] = (1 + 100 * SCATTER, "")
    items = list(columns.items())
    order.shuffle(items)
    hdu = table({key: column[None] if vectors else column for key, (column, _) in items})
    for i, (_, (_, unit)) in enumerate(items, start=1):
        if unit:
            hdu.header[f"TUNIT{i}"] = unit
    hdu.header.update(keys)
    path = tmp_path_factory.mktemp("tables") / "star.fits"
    write(path, hdu)
    (spectrum,) = read(path)
    assert is_the_star(spectrum)
    assert abs(line_shift(spectrum)) < 0.2
    assert spectrum.medium == ("vacuum" if axis in NAMES else medium)
    if error and is_linear:
        assert np.median(spectrum.flux * np.sqrt(spectrum.ivar)) == pytest.approx(
            np.median(STAR / NOISE), rel=0.05
        )


# --- what observers' files say in further words

MEDIA_BY_WORDS = {
    "in brackets": ("# wavelength (vacuum) flux", "vacuum"),
    "in brackets of its own": ("# Wavelength [air] (A), Flux", "air"),
    "with the unit": ("# Wavelength [A, vac]  Flux", "vacuum"),
    "to one from the other": ("# wavelengths converted to air from vacuum\nwave flux", "air"),
    "not converted": ("# Wavelengths are in air and were not converted to vacuum\nwave flux", "air"),
    "vac2air": ("# vac2air applied\nwave flux", "air"),
    "keyword of FITS": ("# AIRMASS = 1.1\n# VACUUM = F\nwave flux", "air"),
    "key and value": ("# is_vacuum: false\nwave flux", "air"),
    "an observer": ("# Observer: A. Vac\nwave flux", None),
    "an observatory": ("# Air Force Observatory\nwave flux", None),
}


@pytest.mark.parametrize("kind", MEDIA_BY_WORDS)
def test_the_medium_is_heard_in_the_words_of_observers(kind, tmp_path):
    names, medium = MEDIA_BY_WORDS[kind]
    path = tmp_path / "star.txt"
    text(path, VACUUM if medium == "vacuum" else AIR, STAR, names=names)
    (spectrum,) = read(path)
    assert spectrum.medium == medium
    assert is_the_star(spectrum)


@pytest.mark.parametrize("key", ["WLMEDIUM", "AIRVACUM", "LAMMED"])
def test_any_keyword_whose_value_is_only_the_medium_is_heard(key, tmp_path):
    path = tmp_path / "star.fits"
    write(path, table({"wave": VACUUM, "flux": STAR}, **{key: "VAC"}))
    (spectrum,) = read(path)
    assert spectrum.medium == "vacuum"


CALIBRATIONS = [("OBJECT", "ThAr lamp"), ("OBJECT", "CuAr"), ("OBJECT", "quartz"), ("OBJECT", "Sky_12")]
CALIBRATIONS += [
    ("IMAGETYP", "Master Flat"),
    ("OBSTYPE", "twilight flat"),
    ("CLASS", "SKY"),
    ("OBJTYPE", "SKY"),
    ("FRAMETYP", "bias"),
]
CALIBRATIONS += [("OBSTYPE", word) for word in ("WAVECAL", "FOCUS", "etalon", "UNe", "U-Ne")]
CALIBRATIONS += [("HIERARCH ESO DPR TYPE", "LAMP,FLUX"), ("OBSTYPE", "FP"), ("OBJECT", "internal flat")]
CALIBRATIONS += [("HIERARCH ESO DPR TYPE", "LAMP,WAVE"), ("HIERARCH ESO DPR CATG", "CALIB")]
CALIBRATIONS += [
    ("OBJECT", "CuAr 30s"),
    ("OBJECT", "dome flat R"),
    ("OBJECT", "Fabry-Perot"),
    ("IMAGETYP", "CAL"),
]


@pytest.mark.parametrize(("key", "value"), CALIBRATIONS)
def test_a_calibration_is_refused_whichever_word_says_so(key, value, tmp_path):
    for first in (True, False):
        path = tmp_path / f"{first}.fits"
        hdu = image(STAR, None if first else "SPECTRUM", **linear())
        hdu.header[key] = value
        write(path, hdu)
        with pytest.raises(ArchiveFileError, match="not the spectrum of a star"):
            read(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("IMAGETYP", "flat-fielded"),
        ("DATATYPE", "sky-subtracted"),
        ("CLASS", "extreme helium"),
        ("OBSTYPE", "OBJ_FP"),
    ],
)
def test_what_was_done_to_a_spectrum_or_a_kind_of_star_is_no_calibration(key, value, tmp_path):
    write(tmp_path / "star.fits", image(STAR, **linear(**{key: value})))
    (spectrum,) = read(tmp_path / "star.fits")
    assert is_the_star(spectrum)


@pytest.mark.parametrize(
    "name", ["Arcturus", "SKYLARK 3", "Sky survey star 4", "He 2-131", "comp star 3", "Cal 83"]
)
def test_a_star_may_have_such_a_word_in_its_name(name, tmp_path):
    path = tmp_path / "star.fits"
    write(path, image(STAR, OBJECT=name, **linear()))
    (spectrum,) = read(path)
    assert spectrum.name == name


NO_SPECTRA = {
    "times": "# time flux",
    "pixels by a list of columns": "# col1: pixel number\n# col2: counts",
    "a transmission": "wave transmission",
    "a reflectance": "wave reflectance",
}


@pytest.mark.parametrize("kind", NO_SPECTRA)
def test_columns_of_something_else_are_refused(kind, tmp_path):
    path = tmp_path / "other.txt"
    text(path, AIR, STAR, names=NO_SPECTRA[kind])
    with pytest.raises(ArchiveFileError):
        read(path)


def test_a_cube_whose_wavelengths_come_first_is_refused(tmp_path):
    path = tmp_path / "cube.fits"
    write(path, image(np.ones((5, 5, 1)) * STAR, CTYPE1="WAVE", CUNIT1="Angstrom", **linear()))
    with pytest.raises(ArchiveFileError, match="a cube of 25 spectra"):
        read(path)


FURTHER_TEXTS = {
    "medium before the unit": lambda p: text(
        p, AIR / 10, STAR, names="Wavelength (air; nm),Flux", delimiter=","
    ),
    "logflux": lambda p: text(p, AIR, np.log10(STAR), names="wave logflux"),
    "log(F_lambda)": lambda p: text(p, AIR, np.log10(STAR), names="wave log(F_lambda)"),
    "log_fnu": lambda p: text(p, AIR, np.log10(STAR * AIR**2), names="wave log_fnu"),
    "unit and names in two lines": lambda p: text(
        p, AIR, STAR * AIR**2 * 1e-30, names="# Flux units: erg/s/cm^2/Hz\nwave flux", form="%.6g"
    ),
    "decimal commas beside points": lambda p: p.write_text(
        "\n".join(f"{wave:.1f};{str(round(flux, 5)).replace('.', ',')}"
                  for wave, flux in zip(AIR, STAR, strict=True))
    ),
    "brackets": lambda p: p.write_text(
        "\n".join(f"[{wave}, {flux}]" for wave, flux in zip(AIR, STAR, strict=True))
    ),
    "overflow": lambda p: p.write_text(
        "\n".join(f"{wave} {'*****' if i % 97 == 0 else flux}"
                  for i, (wave, flux) in enumerate(zip(AIR, STAR, strict=True)))
    ),
    "Markdown": lambda p: p.write_text(
        "| wave | flux |\n|---|---|\n"
        + "\n".join(f"| {wave} | {flux} |" for wave, flux in zip(AIR, STAR, strict=True))
    ),
    "a column of words": lambda p: p.write_text(
        "wave flux type\n" + "\n".join(f"{wave} {flux} star" for wave, flux in zip(AIR, STAR, strict=True))
    ),
    "a header of FITS above": lambda p: p.write_text(
        "SIMPLE  =                    T\nOBJECT  = 'HD 76151'\nCRVAL1  = 3620.0\nEND\n"
        + "\n".join(f"{wave} {flux}" for wave, flux in zip(AIR, STAR, strict=True))
    ),
    "a mask of true and false": lambda p: p.write_text(
        "wave,flux,mask\n" + "\n".join(
            f"{AIR[i]},{flux},{i in BAD}" for i, flux in enumerate(spoiled(STAR)))
    ),
    "AASTeX": lambda p: Table({"wave": AIR, "flux": STAR}).write(p, format="ascii.aastex"),
}  # fmt: skip


def test_a_name_in_quotes_may_hold_the_separator(tmp_path):
    text(tmp_path / "star.csv", AIR, STAR, names='"Wavelength (A, air)","Flux"', delimiter=",")
    (spectrum,) = read(tmp_path / "star.csv")
    assert spectrum.receipt.wave.startswith("column Wavelength (A, air) (")
    assert spectrum.receipt.flux.startswith("column Flux (")


@pytest.mark.parametrize("kind", FURTHER_TEXTS)
def test_text_of_other_programs_is_read(kind, tmp_path):
    path = tmp_path / "star.txt"
    FURTHER_TEXTS[kind](path)
    (spectrum,) = read(path)
    assert is_the_star(spectrum)


def test_columns_named_by_stars_are_several_rows(tmp_path):
    path = tmp_path / "stars.csv"
    text(path, AIR, STAR, other(2.0, 3), names="wave,HD1,HD2", delimiter=",")
    first, second = read(path)
    assert first.name.endswith("HD1")
    assert is_the_star(first)
    assert second.name.endswith("HD2")
    assert is_the_star(second, 2.0)


def test_an_unnamed_column_of_signal_to_noise_ratios_is_no_error(tmp_path):
    path = tmp_path / "star.txt"
    text(path, AIR, STAR, STAR / ERROR)
    (spectrum,) = read(path)
    assert spectrum.ivar is None


FURTHER_MASKS = {
    "of what is valid, called mask": {"mask": ~MARK},
    "of bits": {"maskbits": MARK * 4},
    "of what to use": {"use": ~MARK},
}


@pytest.mark.parametrize("kind", FURTHER_MASKS)
def test_a_mask_is_understood_whatever_it_marks(kind, tmp_path):
    path = tmp_path / "star.fits"
    columns = {key: values.astype(int) for key, values in FURTHER_MASKS[kind].items()}
    write(path, table({"wave": AIR, "flux": spoiled(STAR), **columns}))
    (spectrum,) = read(path)
    assert spectrum.receipt.masked == pytest.approx(MARK.mean())
    assert is_the_star(spectrum)


def test_a_mask_of_ones_is_that_of_valid_pixels_in_files_of_pypeit(tmp_path):
    path = tmp_path / "star.fits"
    columns = {"OPT_WAVE": VACUUM, "OPT_COUNTS": 1e3 * STAR, "OPT_COUNTS_IVAR": 1 / (1e3 * ERROR) ** 2}
    columns |= {"OPT_FLAM": STAR, "OPT_FLAM_IVAR": ERROR**-2, "OPT_MASK": np.ones(AIR.size, bool)}
    write(path, table(columns, AIRORVAC="vac"))
    (spectrum,) = read(path)
    assert is_the_star(spectrum)
    np.testing.assert_allclose(spectrum.ivar, ERROR**-2)


@pytest.mark.parametrize("value", [0.0, 1e-40])
def test_scattered_pixels_of_nothing_are_missing(value, tmp_path):
    path = tmp_path / "star.fits"
    write(path, table({"wave": AIR, "flux": spoiled(STAR, value)}))
    (spectrum,) = read(path)
    assert spectrum.receipt.masked == pytest.approx(BAD.size / AIR.size)


def test_errors_that_are_all_one_are_not_known_and_tiny_ones_have_no_weight(tmp_path):
    for name, error in {"ones": np.ones(AIR.size), "tiny": np.where(MARK, 1e-40, ERROR)}.items():
        path = tmp_path / f"{name}.fits"
        write(path, table({"wave": AIR, "flux": STAR, "err": error}))
        (spectrum,) = read(path)
        assert spectrum.ivar is None if name == "ones" else not spectrum.ivar[MARK].any()


def test_another_form_of_the_same_star_is_no_second_star(tmp_path):
    path = tmp_path / "star.fits"
    further = [image(STAR, name, **linear()) for name in ("no_sky_sub", "normalised_spectrum")]
    write(path, image(STAR, **linear()), *further)
    (spectrum,) = read(path)
    assert "NORMALISED_SPECTRUM" in spectrum.receipt.left_out


def test_members_of_archives_are_known_by_their_content(tmp_path):
    text(tmp_path / "star.txt", AIR, STAR)
    content = (tmp_path / "star.txt").read_bytes()
    path = tmp_path / "stars.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.spec", content)
        archive.writestr("b.tsv.xz", lzma.compress(content))
        archive.writestr("README.md", "Two spectra of one star.")
    assert [is_the_star(spectrum) for spectrum in read(path)] == [True, True]


# --- and the star gets its type


@pytest.fixture(scope="module")
def sun():
    """Flux of a synthetic G2 V star on `AIR`, with noise."""
    from obafgkm.simulate.calibration import stellar_parameters
    from obafgkm.simulate.nodes import StellarGrid
    from obafgkm.spectroscopy.resolution import gaussian_matrix

    stars = StellarGrid.load()
    normalised, continuum = stars(*stellar_parameters(np.array([42]), np.array([4])), 0.0)
    missing = np.sqrt(3.0**2 - np.interp(AIR, stars.wave, stars.fwhm) ** 2)
    flux = gaussian_matrix(stars.wave, AIR, missing) @ (normalised * continuum)[0]
    return flux / np.median(flux) + np.random.default_rng(8).normal(0, 0.02, AIR.size)


def hit(flux, size):
    """The flux after four cosmic rays, of one or two pixels, that nothing marks."""
    flux = flux.copy()
    flux[[300, 801, 1100, 1101, 1500]] = size * np.array([1, 0.9, 1.1, 0.8, 1.2])  # equal ones are a sentinel
    return flux


TYPED = {
    "Jy": lambda flux: (AIR * units.AA, flux * AIR**2 * units.Jy),
    "frequency": lambda flux: ((2.99792458e18 / VACUUM) * units.Hz, flux * AIR**2 * units.Jy),
    "AB magnitudes": lambda flux: (AIR / 10 * units.nm, (-2.5 * np.log10(flux * AIR**2)) * units.ABmag),
    "cosmic rays masked": lambda flux: (AIR, np.ma.array(spoiled(flux), mask=MARK)),
    "cosmic rays with huge errors": lambda flux: (AIR, spoiled(flux), np.where(MARK, 1e-20, 2500.0)),
    **{
        f"cosmic rays of {size:g}": lambda flux, size=size: (AIR, hit(flux, size))
        for size in (4, -4, 30, 1e5, 9e9)
    },
    "cosmic rays beside small errors": lambda flux: (AIR, hit(flux, 30), np.full(AIR.size, 2500.0)),
    "gap of zeros": lambda flux: (AIR, np.where((AIR > 5200) & (AIR < 5240), 0, flux)),
    "errors unknown": lambda flux: (AIR, flux, np.full(AIR.size, np.nan)),
}


@pytest.mark.parametrize("kind", TYPED)
def test_the_star_gets_its_type_from_every_unit_and_with_every_kind_of_bad_pixel(kind, sun):
    row = classify(*TYPED[kind](sun)).iloc[0]
    assert row["type"][:2] in {"F8", "F9", "G0", "G1", "G2", "G3", "G4", "G5"}, row["flags"]


def test_the_receipt_counts_the_pixels_of_cosmic_rays(sun):
    row = classify(AIR, hit(sun, 30)).iloc[0]
    assert row["read_mask"].startswith("5 lone pixels")
    assert row["masked"] == pytest.approx(5 / AIR.size)
