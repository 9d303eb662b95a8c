"""Counts and splits"""

import json

import pandas as pd
import pytest
from science import read_table

from obafgkm.archives.libraries import LIBRARIES
from obafgkm.spectra import read_labels


def rejected(run, name):
    """Number of rows of a table of rejected spectra."""
    return len(pd.read_csv(run / "resources" / f"{name}.csv"))


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_homogenised_spectrum_was_ingested_or_the_reason_is_told(run, library):
    ingested, homogenised = (
        read_labels(run / f"resources/{stage}/{library}.h5") for stage in ("ingested", "homogenised")
    )
    assert len(ingested) == len(homogenised) + rejected(run, f"homogenised/{library}_rejected")
    assert not homogenised["file"].duplicated().any()


def test_each_homogenised_spectrum_is_in_a_sample_or_left_out(run):
    homogenised = sum(len(read_labels(run / f"resources/homogenised/{library}.h5")) for library in LIBRARIES)
    samples = sum(len(read_labels(run / f"resources/sharma/{part}.h5")) for part in ("training", "test"))
    assert homogenised == samples + rejected(run, "sharma/left_out")


def test_files_of_libraries_are_selected_or_the_step_is_told(run):
    table = read_table(run, "sharma/table1")
    steps = ["rejected", "no luminosity class", "star in CFLIB", "selected"]
    assert (table["files"] == table[steps].sum(axis=1)).all()
    assert table["selected"].sum() > 0


def test_sources_of_the_thesis_are_kept_or_the_step_is_told(run):
    table = read_table(run, "csepreghy/table_sample").set_index("class")
    steps = ["not classified", "duplicate", "range", "short", "kept"]
    assert (table["packed"] == table[steps].sum(axis=1)).all()
    labels = read_labels(run / "resources/csepreghy/sample.h5")
    # With a mirror, a second part of the table is of its spectra.
    rows = table[table["role"] == "sample"].drop("All")
    kept = labels["class"].value_counts()
    assert (rows["kept"] == kept.reindex(rows.index, fill_value=0)).all()


def test_rows_of_photometry_are_in_the_sample_once(run):
    sample = pd.read_csv(run / "resources/hammer/sample.csv")
    assert not sample["specObjID"].duplicated().any()
    assert not set(sample["specObjID"]) & set(pd.read_csv(run / "resources/hammer/rejected.csv")["specObjID"])


def test_no_star_of_the_libraries_is_on_both_sides_of_the_split(run):
    training, test = (
        set(read_labels(run / f"resources/sharma/{part}.h5")["star"]) for part in ("training", "test")
    )
    assert training
    assert test
    assert not training & test


def test_no_source_of_photometry_is_on_both_sides_of_a_split(run):
    sides = pd.read_csv(run / "resources/hammer/sample.csv").groupby("bestObjID")["part"].nunique()
    assert (sides == 1).all()


def test_no_source_of_the_thesis_is_on_both_sides_of_a_split(run):
    files = sorted((run / "results/csepreghy/predictions").glob("*_test.csv"))
    assert files
    for file in files:
        table = pd.read_csv(file)
        assert (table.groupby("star")["part"].nunique() == 1).all(), file.name
        assert "training" in set(table["part"]), file.name


def test_no_object_of_two_surveys_is_in_two_folds(run):
    files = sorted((run / "results/csepreghy/surveys").glob("*.csv"))
    files = [file for file in files if file.stem not in ("templates", "latent", "misfits")]
    if not files:
        pytest.skip("real spectra of two surveys are drawn where a mirror holds both")
    for file in files:
        trainings = pd.read_csv(file).groupby(["task", "model", "trained_on", "share", "repeat"])
        for training, rows in trainings:
            assert (rows.groupby("star")["fold"].nunique() == 1).all(), (file.name, training)
            assert not rows["name"].duplicated().any(), (file.name, training)


def test_no_star_of_the_a_and_fgk_grids_is_drawn_twice(run):
    """Parameters are drawn continuously, so that a repeated star would repeat them all."""
    for kind in ("a_stars", "fgk_stars"):
        parts = [read_labels(run / f"resources/gebran/{kind}_{part}.h5") for part in ("training", "test")]
        drawn = pd.concat(parts)[["teff", "logg", "feh", "vsini"]].round(6)
        assert not drawn.duplicated().any(), kind


def test_each_model_tells_how_it_was_trained(run):
    cards = sorted((run / "results").glob("*/models/*/card.json"))
    assert cards
    for path in cards:
        card, history = json.loads(path.read_text()), pd.read_csv(path.with_name("history.csv"))
        assert card["epochs"] == len(history), path
        assert 1 <= card["best_epoch"] <= card["epochs"], path
        assert min(card["training_spectra"], card["validation_spectra"]) > 0, path
        assert history.notna().all(axis=None), path
