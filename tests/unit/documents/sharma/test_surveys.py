"""Types of survey stars against the surveys' own, and from night to night."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.labels import COLUMNS
from obafgkm.spectra import Spectra

SETTINGS = {"bootstrap": 20, "confidence": 0.95, "clip": 3}
HOMOGENISE = {"fwhm": 4.5, "first": 3900, "last": 6799, "step": 1, "unity_at": 5550}


def script(name):
    return runpy.run_path(str(ROOT / f"workflow/scripts/sharma/{name}.py"))


def predictions(stars, expected, predicted):
    table = pd.DataFrame({"star": stars, "expected": expected, "predicted": predicted, "source": "mirror"})
    return table.assign(file=[f"{i}.fits" for i in range(len(table))])


def test_only_spectra_of_different_nights_are_paired_and_stars_count_alike():
    pairs, weights = script("table_repeats")["repeated_nights"](list("aaabbc"), [1, 2, 3, 1, 1, 1])
    assert pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    np.testing.assert_allclose(weights, 1 / 3)


def test_repeatability_of_the_pipeline_and_of_a_network():
    labels = pd.DataFrame({"file": [f"{i}.fits" for i in range(6)], "mjd": [1, 2, 1, 2, 3, 1]})
    labels["source"] = "remote"
    # By the pipeline: star a, one pair, 2 subclasses apart; star b, three pairs, two of them 6 apart.
    table = predictions(list("aabbbc"), [35, 37, 40, 46, 40, 10], [35, 35, 39, 40, 39, 50])
    table = table.assign(source="mirror, simulated")
    table = script("table_repeats")["table_repeats"](labels[::-1], [table], ["CNN"], SETTINGS, 0)
    assert table["classifier"].to_list() == ["LAMOST pipeline", "CNN"]
    assert table["source"].to_list() == ["remote", "mirror, simulated"]
    assert table[["stars", "pairs"]].to_numpy().tolist() == [[2, 4]] * 2
    np.testing.assert_allclose(table["difference"], [(2 + 4) / 2, (0 + 2 / 3) / 2])
    np.testing.assert_allclose(table["sigma"], np.sqrt([(4 + 24) / 4, (0 + 2 / 3) / 4]))
    np.testing.assert_allclose(table["same_subclass"], [(0 + 1 / 3) / 2, (1 + 1 / 3) / 2])
    np.testing.assert_allclose(table["same_main_class"], [1, (1 + 1 / 3) / 2])


def test_a_mirror_that_holds_no_star_twice_gives_a_table_without_numbers():
    labels = pd.DataFrame({"file": ["0.fits"], "mjd": [1], "source": ["mirror"]})
    repeats = script("table_repeats")["table_repeats"]
    table = repeats(labels, [predictions(["a"], [35], [36])], ["CNN"], SETTINGS, 0)
    assert table["pairs"].to_list() == [0, 0]
    assert "difference" not in table


def test_agreement_of_each_main_class():
    table = predictions(list("abcde"), [30, 31, 39, 39, 45], [29, 32.4, 40, 38, 45])
    found = script("table_survey_classes")["table_survey_classes"](
        [table, table], [("sdss", "CNN"), ("lamost", "CNN")], SETTINGS, 0
    )
    assert found["survey"].to_list() == ["SDSS"] * 2 + ["LAMOST"] * 2
    assert found["class"].to_list() == ["F", "G"] * 2
    assert found["spectra"].to_list() == [4, 1] * 2
    np.testing.assert_allclose(found["agreement"][:2], [0.5, 1])
    np.testing.assert_allclose(found["bias"][:2], [(-1 + 1.4 + 1 - 1) / 4, 0])
    np.testing.assert_allclose(
        found.loc[0, ["to_A", "to_F", "to_G", "to_K"]].astype(float), [0.25, 0.5, 0.25, 0]
    )


def test_stars_keep_a_type_without_luminosity_class(tmp_path):
    star = {**COLUMNS, "class": "STAR", "z": 1e-4, "snr": 50.0}
    types = ["G3", "dM1", "Carbon", "K2III"]
    labels = sdss.label_table([{**star, "file": text, "type_text": text} for text in types])
    flux = np.ones((4, sdss.WAVE.size))
    Spectra(sdss.WAVE, flux, flux, labels.assign(source="mirror"), "vacuum", 3.0).write(tmp_path / "stars.h5")
    stars, rejected = script("sdss_stars")["sdss_stars"](tmp_path / "stars.h5", HOMOGENISE)
    assert rejected.empty
    assert stars.labels["mk_type"].to_list() == ["G3", "M1V", "", "K2III"]
    assert stars.labels["mk_class"].to_list() == [43, 61, -1, 52]
    assert stars.labels["luminosity"].to_list() == [-1, 4, -1, 2]


@pytest.mark.parametrize("number", [1, 3, 5])
def test_observed_spectra_are_pre_trained_on_before_simulated_ones(number):
    def sample(name, n):
        flux = np.ones((n, 3))
        return Spectra([1, 2, 3], flux, flux, pd.DataFrame({"source": [name] * n}))

    chosen = script("unlabelled")["unlabelled"](
        [sample("sdss", 1), sample("lamost", 2), sample("simulated", 9)], number, 0
    )
    expected = ["sdss", "lamost", "lamost", "simulated", "simulated"][:number]
    assert chosen.labels["source"].to_list() == expected
