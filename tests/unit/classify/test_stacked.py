"""Tables in which the spectra of several stars stand one below the other."""

import numpy as np
import pandas as pd
import pytest
from astropy import units
from astropy.io import fits
from astropy.table import QTable, Table
from test_layouts import AIR, STAR, is_the_star, other, read, text, three_rows

from obafgkm.classify.reading.arrays import spectra_of_arrays
from obafgkm.errors import ArchiveFileError

COLUMNS = {"wavelength": np.tile(AIR, 2), "flux": np.concatenate([STAR, other(2, 1)])}
NAMES = np.repeat(["HD1", "HD2"], AIR.size)
SHUFFLED = np.random.default_rng(4).permutation(2 * AIR.size)


def csv(path, columns):
    pd.DataFrame(columns).to_csv(path, index=False)


def ecsv(path, columns):
    columns = {**columns, "wavelength": columns["wavelength"] / 10 * units.nm}
    QTable(columns).write(path, format="ascii.ecsv")


def votable(path, columns):
    Table(columns).write(path, format="votable")


def binary(path, columns):
    fits.HDUList([fits.PrimaryHDU(), fits.table_to_hdu(Table(columns))]).writeto(path)


WRITERS = [csv, ecsv, votable, binary]


def are_both(spectra):
    return [is_the_star(spectrum, slope) for spectrum, slope in zip(spectra, (-1, 2), strict=True)] == [
        True
    ] * 2


@pytest.mark.parametrize("order", [slice(None), SHUFFLED])
@pytest.mark.parametrize("key", ["star", "OBJECT", "target_id"])
@pytest.mark.parametrize("write", WRITERS)
def test_stars_are_told_apart_by_a_column_of_names(write, key, order, tmp_path):
    write(tmp_path / "stars", {name: values[order] for name, values in {key: NAMES, **COLUMNS}.items()})
    spectra = sorted(read(tmp_path / "stars"), key=lambda spectrum: spectrum.name)
    assert [spectrum.name.removeprefix("stars ") for spectrum in spectra] == ["HD1", "HD2"]
    assert are_both(spectra)
    assert spectra[0].receipt.left_out == ""  # the names are used


@pytest.mark.parametrize("write", WRITERS)
def test_a_number_per_star_is_a_name(write, tmp_path):
    columns = {"id": np.repeat([7, 8], AIR.size), **COLUMNS}
    write(tmp_path / "stars", {name: values[SHUFFLED] for name, values in columns.items()})
    assert sorted(spectrum.name for spectrum in read(tmp_path / "stars")) == ["7", "8"]


@pytest.mark.parametrize("write", WRITERS)
def test_stars_without_names_begin_where_the_wavelengths_restart(write, tmp_path):
    write(tmp_path / "stars", COLUMNS)
    spectra = read(tmp_path / "stars")
    assert are_both(spectra)
    assert len({spectrum.name for spectrum in spectra}) == 2


@pytest.mark.parametrize("form", [pd.DataFrame, Table, dict])
def test_tables_in_memory_are_divided_too(form):
    assert are_both(spectra_of_arrays(form({"star": NAMES, **COLUMNS})))
    assert are_both(spectra_of_arrays(form(COLUMNS)))


@pytest.mark.parametrize("write", WRITERS)
def test_shuffled_lines_without_names_are_refused(write, tmp_path):
    write(tmp_path / "stars", {name: values[SHUFFLED] for name, values in COLUMNS.items()})
    with pytest.raises(ArchiveFileError, match="most wavelengths occur several times, with different fluxes"):
        read(tmp_path / "stars")


@pytest.mark.parametrize("write", WRITERS)
def test_one_star_whose_lines_are_numbered_or_repeated_is_one(write, tmp_path):
    write(tmp_path / "numbered", {"id": np.arange(AIR.size), "wavelength": AIR, "flux": STAR})
    write(tmp_path / "repeated", {"wavelength": np.repeat(AIR, 2), "flux": np.repeat(STAR, 2)})
    for kind in ("numbered", "repeated"):
        (spectrum,) = read(tmp_path / kind)
        assert is_the_star(spectrum)


def test_stars_of_adjoining_ranges_are_not_joined_as_arms(tmp_path):
    blue, red = AIR < 5400, AIR > 5300
    columns = {"wavelength": np.concatenate([AIR[blue], AIR[red]])}
    columns["flux"] = np.concatenate([STAR[blue], other(2, 1)[red]])
    for names, count in ((("HD1", "HD2"), 2), (("17", "23"), 2), (("blue", "red"), 1), (("1", "2"), 1)):
        name = np.concatenate([np.repeat(names[0], blue.sum()), np.repeat(names[1], red.sum())])
        for write in (csv, binary):
            path = tmp_path / f"{names[0]} {write.__name__}"
            write(path, {"name": name, **columns})
            assert len(read(path)) == count


@pytest.mark.parametrize("write", WRITERS)
def test_lines_without_numbers_may_stand_between_two_stars(write, tmp_path):
    gap = [np.nan] * 3
    columns = {"wavelength": np.concatenate([AIR, gap, AIR])}
    columns["flux"] = np.concatenate([STAR, gap, other(2, 1)])
    write(tmp_path / "stars", columns)
    assert are_both(read(tmp_path / "stars"))


@pytest.mark.parametrize("count", [2, 3])
def test_stars_whose_wavelengths_alternate_are_refused(count, tmp_path):
    wave = np.concatenate([AIR + 0.4 * i for i in range(count)])
    flux = np.concatenate([other(i - 1, i) * (1 + i) for i in range(count)])
    order = np.argsort(wave)
    for name, own in (("sorted", order), ("one after the other, back", np.arange(wave.size))):
        wave_, flux_ = wave[own], flux[own]
        if name != "sorted":  # forth and back
            wave_ = np.concatenate([part[:: (-1) ** i] for i, part in enumerate(np.split(wave_, count))])
            flux_ = np.concatenate([part[:: (-1) ** i] for i, part in enumerate(np.split(flux_, count))])
        csv(tmp_path / name, {"wavelength": wave_, "flux": flux_})
        with pytest.raises(ArchiveFileError, match="jumps to and fro"):
            read(tmp_path / name)


def test_stars_below_one_another_may_run_from_red_to_blue(tmp_path):
    text(tmp_path / "stars.txt", np.tile(AIR[::-1], 3), three_rows()[:, ::-1].ravel())
    spectra = read(tmp_path / "stars.txt")
    assert [is_the_star(one, slope) for one, slope in zip(spectra, (-1, -3, 2), strict=True)] == [True] * 3
