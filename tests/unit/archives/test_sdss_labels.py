"""SDSS without files: wavelengths, addresses, types, repeated observations, selection, shift to rest."""

import numpy as np
import pandas as pd
import pytest

from obafgkm import mk
from obafgkm.archives.names import identify
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.labels import COLUMNS, mk_part, object_names, star_family, usable
from obafgkm.archives.sdss.urls import spectrum_url
from obafgkm.errors import SpectralTypeError
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.homogenise import homogenise, wavelength_grid
from obafgkm.spectroscopy.restframe import REST_WAVE, rest_frame_air
from obafgkm.spectroscopy.wavelengths import airtovac, vactoair

GOOD = {
    "library": "sdss",
    "class": "STAR",
    "z": 0.0,
    "zwarning": 0,
    "snr": 50.0,
    "ra": 10.0,
    "dec": 60.0,
}


def labels(*rows):
    """Labels of good stars, far from each other, except for what each row says."""
    return pd.DataFrame(
        [
            {**COLUMNS, **GOOD, "name": f"0001-50000-{i:04d}", "file": f"{i}", "ra": 10.0 * i, **row}
            for i, row in enumerate(rows)
        ]
    )


# Published pairs, vacuum: air. The Balmer lines as SDSS lists them, Na I D2 and Ca II K as NIST does.
LINES = {
    6564.614: 6562.80,
    4862.683: 4861.33,
    4341.684: 4340.46,
    4102.892: 4101.73,
    5891.583: 5889.95,
    3934.777: 3933.66,
}


def test_air_wavelengths_are_the_published_ones():
    np.testing.assert_allclose(vactoair(list(LINES)), list(LINES.values()), atol=0.007)


def test_sodium_is_where_laboratories_measured_it():
    np.testing.assert_allclose(vactoair([5891.583264, 5897.558147]), [5889.950954, 5895.924237], atol=5e-4)


def test_air_and_vacuum_are_inverse_to_each_other():
    wave = np.linspace(3000, 11000, 500).reshape(5, 100)
    np.testing.assert_allclose(airtovac(vactoair(wave)), wave, atol=1e-8, rtol=0)
    assert vactoair(6564.614) < 6564.614


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            (9, "v5_4_45", 3586, 55181, 1),
            "dr9/sdss/spectro/redux/v5_4_45/spectra/lite/3586/spec-3586-55181-0001",
        ),
        (
            (13, "v5_9_0", 7332, 56683, 788),
            "dr13/sdss/spectro/redux/v5_9_0/spectra/lite/7332/spec-7332-56683-0788",
        ),
        ((12, "26", 266, 51602, 31), "dr12/sdss/spectro/redux/26/spectra/lite/0266/spec-0266-51602-0031"),
        (
            (14, "v5_10_0", 10000, 57346, 2),
            "dr14/sdss/spectro/redux/v5_10_0/spectra/lite/10000/spec-10000-57346-0002",
        ),
        (
            (15, "v5_10_0", 4055, 55359, 6, False),
            "dr15/sdss/spectro/redux/v5_10_0/spectra/4055/spec-4055-55359-0006",
        ),
        (
            (16, "v5_13_0", 4055, 55359, 6, False),
            "dr16/sdss/spectro/redux/v5_13_0/spectra/full/4055/spec-4055-55359-0006",
        ),
        ((17, "103", 1960, 53289, 1, False), "dr17/sdss/spectro/redux/103/spectra/1960/spec-1960-53289-0001"),
        (
            (17, "v5_13_2", 3586, 55181, 1),
            "dr17/sdss/spectro/redux/v5_13_2/spectra/lite/3586/spec-3586-55181-0001",
        ),
        ((18, "104", 2640, 54806, 1), "dr18/spectro/sdss/redux/104/spectra/lite/2640/spec-2640-54806-0001"),
        (
            (18, "v5_13_2", 3586, 55181, 1, False),
            "dr18/spectro/sdss/redux/v5_13_2/spectra/full/3586/spec-3586-55181-0001",
        ),
        (
            (18, "v6_0_4", 15143, 59205, 4544940698),
            "dr18/spectro/sdss/redux/v6_0_4/spectra/lite/15143p/59205/spec-15143-59205-04544940698",
        ),
        (
            (19, "v6_1_3", 15000, 59146, 4375924756),
            "dr19/spectro/boss/redux/v6_1_3/spectra/lite/015000/59146/spec-015000-59146-4375924756",
        ),
    ],
)
def test_address(arguments, expected):
    assert spectrum_url(*arguments) == f"https://data.sdss.org/sas/{expected}.fits"


@pytest.mark.parametrize(("release", "run2d"), [(8, "26"), (20, "v6_1_3"), (17, "v6_0_4")])
def test_address_of_a_release_that_has_no_such_spectra(release, run2d):
    with pytest.raises(ValueError, match="data release"):
        spectrum_url(release, run2d, 1, 2, 3)


@pytest.mark.parametrize(
    ("subclass", "expected"),
    [
        ("F9", "F9"),
        ("K1 ", "K1"),
        ("A0p", "A0"),
        ("M2V", "M2V"),
        ("F5V (HD 12345)", "F5V"),
        ("K3V (32147)", "K3V"),
        ("A4 (G_165-39)", "A4"),
        ("F3/F5V (30743)", "F3V"),
        ("G5/G6IVw (26297)", "G5IV"),
        ("B0.5Ibe... (187459)", "B0.5I"),
        ("F6Iab: (187929)", "F6I"),
        ("M4.5:III (123657)", "M4.5III"),
        ("O8/O9 (167771)", "O8"),
        ("sd:F0 (G_84-29)", "F0"),
        ("sdF3 (140283)", "F3"),
        ("B9.5V+... (37269)", "B9.5V"),
        ("G8V (101501)", "G8V"),
    ],
)
def test_type_of_a_subclass(subclass, expected):
    assert str(mk.parse(mk_part(subclass))) == expected


@pytest.mark.parametrize(
    "subclass",
    ["O", "OB", "WD", "WDhotter", "CarbonWD", "CalciumWD", "Carbon", "CV", "L5.5", "T2", "Ldwarf", "Am"],
)
def test_subclass_that_is_no_type(subclass):
    assert mk_part(subclass) == mk_part(f"{subclass} (78362)") == subclass
    with pytest.raises(SpectralTypeError):
        mk.parse(subclass)


@pytest.mark.parametrize(
    ("family", "subclasses"),
    [
        ("B", ["OB", "B6", "B0.5I"]),
        ("A", ["Am", "A0"]),
        ("F", ["F3V", "sdF0"]),
        ("WD", ["WD", "WDhotter", "CarbonWD", "CalciumWD"]),
        ("Carbon", ["Carbon", "Carbon_lines"]),
        ("CV", ["CV"]),
        ("L", ["L", "L5.5"]),
        ("", [""]),
    ],
)
def test_the_family_of_a_star(family, subclasses):
    assert {star_family(name) for name in subclasses} == {family}


def test_repeated_observations_are_one_object():
    arcsec = 1 / 3600
    observed = labels(
        {"ra": 50.0, "objid": "1237648720142401612"},
        {"ra": 60.0, "objid": "1237648720142401612"},  # far away in coordinates, but the same objid
        {"ra": 20.0, "dec": 30.0, "objid": "1237648720142401699"},
        {"ra": 20.0 + 1.5 * arcsec / np.cos(np.radians(30)), "dec": 30.0},  # 1.5 arcsec from the third
        {"ra": 20.0, "dec": 30.0 + 5 * arcsec},  # 5 arcsec from it
        {"ra": np.nan, "dec": np.nan, "name": "SDSS 1237648720142401699", "objid": "1237648720142401699"},
        {"ra": 359.9999},
        {"ra": 0.0001},  # 0.36 arcsec from the one before, across the meridian, at declination 60
    )
    names = object_names(observed)
    assert names.to_list() == [
        "SDSS 1237648720142401612",
        "SDSS 1237648720142401612",
        "SDSS 1237648720142401699",
        "SDSS 1237648720142401699",
        "SDSS 0001-50000-0004",
        "SDSS 1237648720142401699",
        "SDSS 0001-50000-0006",
        "SDSS 0001-50000-0006",
    ]
    stars = identify({"sdss": observed.assign(aliases=names)})["sdss"]["star"]
    assert stars.groupby(names).nunique().eq(1).all()
    assert stars.nunique() == names.nunique() == 4


def test_selection_gives_a_reason_a_spectrum():
    table = labels(
        {},
        {"target": "SKY", "zwarning": 5},
        {"zwarning": 4},
        {"class": "", "zwarning": -1},
        {"snr": np.nan},
        {"snr": 20.0},
        {"class": "GALAXY", "snr": 20.1},
    )
    keep, rejected = usable(table)
    assert np.flatnonzero(keep).tolist() == [0, 6]
    assert list(rejected.columns) == ["library", "file", "name", "reason"]
    assert rejected.set_index("file")["reason"].to_dict() == {
        "1": "fibre on the sky",
        "2": "zWarning 4",
        "3": "no class given",
        "4": "signal-to-noise ratio not known",
        "5": "signal-to-noise ratio not above 20",
    }
    assert usable(table, min_snr=10)[0].sum() == 3


def absorption(wave, centre):
    return 1 - 0.5 * np.exp(-0.5 * ((wave - centre) / 4) ** 2)


def moving_stars(*redshifts):
    """Stars with Hβ in absorption, 4861.33 Angstrom in air and at rest."""
    flux = [absorption(sdss.WAVE, 4862.69 * (1 + z)) for z in redshifts]
    table = labels(*({"z": z} for z in redshifts))
    return Spectra(sdss.WAVE, flux, np.full_like(flux, 4.0), table, "vacuum", sdss.FWHM)


def test_lines_are_at_rest_and_in_air():
    at_rest, rejected = rest_frame_air(moving_stars(0.0, 1e-3, -1e-3))
    assert rejected.empty
    assert at_rest.medium == "air"
    np.testing.assert_array_equal(at_rest.wave, REST_WAVE)
    np.testing.assert_allclose(at_rest.flux, absorption(REST_WAVE, [[4861.33]] * 3), atol=2e-3)
    assert (at_rest.ivar == 4).all()


def test_masked_pixels_stay_masked_where_they_belong():
    stars = moving_stars(1e-3)
    bad = np.abs(stars.wave - airtovac(5500) * 1.001) < 2
    stars.ivar[0, bad] = 0
    at_rest, _ = rest_frame_air(stars)
    masked = REST_WAVE[at_rest.ivar[0] == 0]
    assert 3 <= masked.size <= 6
    assert masked.mean() == pytest.approx(5500, abs=0.6)


def test_errors_at_rest_are_those_of_the_nearest_pixel():
    stars = moving_stars(0.0)
    stars.ivar[:] = np.random.default_rng(1).uniform(1, 2, stars.ivar.shape)
    at_rest, _ = rest_frame_air(stars)
    nearest = np.abs(stars.wave[:, None] - airtovac(REST_WAVE)).argmin(axis=0)
    np.testing.assert_array_equal(at_rest.ivar[0], stars.ivar[0, nearest])


def test_spectra_that_cannot_be_brought_to_rest_are_named():
    stars = moving_stars(0.0, np.nan, 0.6, 0.0)
    stars.ivar[3, stars.wave > 6000] = 0
    stars.ivar[0, stars.wave < 3840] = 0
    at_rest, rejected = rest_frame_air(stars)
    assert at_rest.labels["file"].to_list() == ["0"]
    assert rejected["file"].to_list() == ["1", "2", "3"]
    assert rejected["reason"].to_list() == [
        "no redshift known",
        "covers 2218-6545 Å at rest in vacuum, not 3851-6852 Å",
        "covers 3548-5999 Å at rest in vacuum, not 3851-6852 Å",
    ]
    with pytest.raises(ValueError, match="in air already"):
        rest_frame_air(at_rest)


def test_stars_at_rest_can_be_homogenised_with_the_libraries():
    at_rest, _ = rest_frame_air(moving_stars(0.0, 1e-3))
    homogenised, rejected = homogenise(at_rest, wavelength_grid(3900, 6799, 1), 3.0, 5550)
    assert rejected.empty
    np.testing.assert_allclose(homogenised.flux[0], homogenised.flux[1], atol=2e-3)
