"""Catalogues: what a column means, and where a star is, must survive each format as the VO reads it."""

import runpy
import warnings

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits, votable
from astropy.io.votable.ucd import check_ucd
from astropy.table import Table
from conftest import ROOT

from obafgkm.classify.answers import COLUMNS
from obafgkm.report.catalogues import FORMATS, describe, described_table, write_catalogue

DESCRIBED = {
    ("ra", "deg"): "pos.eq.ra;meta.main",
    ("dec", "deg"): "pos.eq.dec;meta.main",
    ("name", ""): "meta.id",
}


@pytest.fixture
def catalogue():
    table = Table({"ra": [10.5, np.nan], "dec": [-3.25, np.nan], "name": ["HD 1", "HD 2"]})
    for (name, unit), ucd in DESCRIBED.items():
        describe(table, name, f"the {name}", ucd, unit)
    table.meta["CREATOR"] = "obafgkm"
    return table


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_keeps_values_units_descriptions_and_ucds(catalogue, tmp_path, suffix):
    write_catalogue(catalogue, tmp_path / "t.part", suffix)
    form = {".ecsv": "ascii.ecsv", ".fits": "fits", ".vot": "votable"}[suffix]
    read = Table.read(tmp_path / "t.part", format=form)
    np.testing.assert_array_equal(np.ma.filled(read["ra"], np.nan), catalogue["ra"])
    assert list(read["name"].astype(str)) == ["HD 1", "HD 2"]
    for (name, unit), ucd in DESCRIBED.items():
        assert read[name].description == f"the {name}"
        assert read[name].meta["ucd"] == ucd
        assert str(read[name].unit or "") == unit


def test_fits_has_the_keywords_that_topcat_reads(catalogue, tmp_path):
    write_catalogue(catalogue, tmp_path / "t.fits")
    header = fits.getheader(tmp_path / "t.fits", 1)
    assert (header["TUCD2"], header["TCOMM3"], header["RADESYS"]) == (
        "pos.eq.dec;meta.main",
        "the name",
        "ICRS",
    )
    assert header["CREATOR"] == "obafgkm"
    assert "TUCD1" not in catalogue.meta


def test_a_votable_is_valid_and_gives_its_positions_a_frame(catalogue, tmp_path):
    write_catalogue(catalogue, tmp_path / "t.vot")
    with warnings.catch_warnings(action="error"):
        tree = votable.parse(tmp_path / "t.vot", verify="exception")
    (frame,) = tree.iter_coosys()
    assert frame.system == "ICRS"
    refs = {field.name: field.ref for field in tree.get_first_table().fields}
    assert refs == {"ra": frame.ID, "dec": frame.ID, "name": None}


@pytest.mark.parametrize("name", ["table5", "table7"])
def test_the_ucds_of_the_tables_are_of_the_controlled_vocabulary(name):
    described = runpy.run_path(str(ROOT / f"workflow/scripts/sharma/{name}.py"))["DESCRIPTIONS"]
    for column, (_, ucd, *_) in described.items():
        assert check_ucd(ucd, check_controlled_vocabulary=True), column


def test_the_ucds_of_the_answers_are_of_the_controlled_vocabulary():
    for name, column in COLUMNS.items():
        assert check_ucd(column.ucd, check_controlled_vocabulary=True), name


def test_table7_gives_each_star_its_own_position():
    module = runpy.run_path(str(ROOT / "workflow/scripts/sharma/table7.py"))
    kept = runpy.run_path(str(ROOT / "workflow/scripts/sharma/sdss_stars.py"))["LABELS"]
    classes = pd.DataFrame(
        {"file": ["b", "a"], "source": "x", "predicted_type": ["F5", "K2"], "probability": [0.5, 0.7]}
    )
    labels = pd.DataFrame(
        {"file": ["a", "b"], "plate": [2, 1], "mjd": 5, "fiberid": 7, "ra": [20.0, 10.0], "dec": [2.0, 1.0]}
    ).assign(type_text="F")
    assert set(labels) <= set(kept)
    table = module["table7"](classes, classes.assign(predicted_type=["V", "III"]), labels)
    assert table[["plate", "ra", "predicted_class"]].to_numpy().tolist() == [
        [1, 10.0, "F5V"],
        [2, 20.0, "K2III"],
    ]
    assert described_table(table, module["DESCRIPTIONS"], module["COMMENT"])["dec"].unit == "deg"
