"""The readers on the archives' real files."""

import numpy as np
import pandas as pd
import pytest

from obafgkm.archives import cflib, elodie, jhc, miles
from obafgkm.archives.names import identify, overlap
from obafgkm.ingest.libraries import ingest
from obafgkm.spectroscopy.runs import runs


@pytest.fixture(scope="module")
def libraries(mirror):
    return {
        library: module.read(mirror / library)
        for library, module in {"jhc": jhc, "miles": miles, "cflib": cflib, "elodie": elodie}.items()
    }


@pytest.fixture(scope="module")
def identified(libraries, mirror):
    """Labels with stars; CFLIB's are those of all its stars, with or without spectra here."""
    labels = {library: spectra.labels for library, (spectra, _) in libraries.items()}
    labels["all of cflib"] = pd.DataFrame({"name": cflib.star_names(mirror / "cflib"), "aliases": ""})
    return identify(labels)


@pytest.mark.parametrize(("library", "count"), [("jhc", 161), ("miles", 985), ("cflib", 118), ("elodie", 0)])
def test_all_spectra_are_read(libraries, library, count):
    spectra, rejected = libraries[library]
    assert len(spectra) == count
    assert rejected.empty
    assert np.isfinite(spectra.flux).all()
    assert spectra.labels["file"].is_unique
    assert (spectra.labels["star"] != "").all()


def test_jhc_keeps_the_158_stars_of_the_paper(mirror):
    kept, rejected = ingest("jhc", mirror / "jhc")
    assert kept.labels["luminosity"].value_counts().sort_index().tolist() == [45, 8, 44, 4, 57]
    assert sorted(rejected["file"]) == ["jc_153.fits", "jc_154.fits", "jc_155.fits"]


def test_miles_types(mirror):
    kept, rejected = ingest("miles", mirror / "miles")
    assert len(kept) + len(rejected) == 985
    assert (kept.labels["luminosity"] >= 0).sum() == 720
    assert rejected["reason"].str.partition(":")[0].value_counts().to_dict() == {
        "no subclass": 54,
        "no type given": 29,
        "no temperature class": 12,
        "not a star of classes O to M": 3,
    }


def test_miles_spectra_are_normalised_near_5550(libraries):
    spectra, _ = libraries["miles"]
    near = np.abs(spectra.wave - 5550) < 5
    assert np.median(spectra.flux[:, near]) == pytest.approx(1.0, abs=0.05)


def test_miles_parameters(libraries):
    labels = libraries["miles"][0].labels.set_index("name")
    assert labels.loc["HD061935", ["file", "type_text", "teff", "logg", "feh"]].tolist() == [
        "s0270.fits",
        "K0III",
        4779.0,
        2.5,
        -0.06,
    ]
    assert labels.loc["HD044691A", "file"] == "s0221.fits"


def test_miles_stars_that_are_cflib_stars(identified, mirror):
    shared = identified["miles"]["star"].isin(set(identified["all of cflib"]["star"]))
    # The official table flags 327 MILES stars as CFLIB's; names find all of them, and 50 that it lacks.
    lines = (mirror / "miles" / "paramsMILES_v9.1.txt").read_text().splitlines()[3:]
    flagged = identified["miles"]["name"].isin({line[:18].strip() for line in lines if "I" in line[84:]})
    assert flagged.sum() == 327
    assert shared[flagged].all()
    assert shared.sum() == 377
    kept, _ = ingest("miles", mirror / "miles")
    typed = kept.labels[kept.labels["luminosity"] >= 0]
    assert (~typed["file"].isin(identified["miles"]["file"][shared])).sum() == 383


def test_overlap_of_the_libraries(identified):
    matrix = overlap(identified)
    assert np.diag(matrix).tolist() == [161, 985, 118, 0, 1273]
    assert matrix.loc["cflib", "all of cflib"] == 118
    assert matrix.loc["jhc", "all of cflib"] == 2


def test_cflib_types(mirror):
    kept, rejected = ingest("cflib", mirror / "cflib")
    assert len(kept) == 117
    assert (kept.labels["luminosity"] >= 0).sum() == 101
    assert rejected[["name", "reason"]].to_numpy().tolist() == [["78362", "no subclass: 'Am'"]]


def test_the_gap_of_hd_100006_is_masked(libraries):
    spectra, _ = libraries["cflib"]
    row = np.flatnonzero(spectra.labels["star"] == "HD 100006").item()
    masked = spectra.ivar[row] == 0
    assert spectra.wave[runs(masked) - [0, 1]].tolist() == [[6798.6, 6827.0]]
    assert spectra.flux[row, masked].min() > 0.7
    assert spectra.labels.loc[row, "aliases"] == "HD 100006;BD+19 2459;HIP 56146;SAO 99637"
    assert spectra.labels.loc[row, ["teff", "logg", "feh"]].tolist() == [4755.0, 3.0, 0.02]


def test_the_table_of_elodie(mirror):
    table = elodie.read_simbad_types(mirror / "elodie")
    assert len(table) == 1891
    assert table["star"].nunique() == 1353
