"""Differences on the same stars: their intervals choose the paper's words."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

SCRIPTS = ROOT / "workflow" / "scripts"
SETTINGS = {"bootstrap": 200, "confidence": 0.95, "clip": 3}
N = 200


def script(name):
    return runpy.run_path(str(SCRIPTS / f"{name}.py"))


def predictions(predicted, expected, **columns):
    names = [f"{i}.fits" for i in range(N)]
    table = {"library": "cflib", "file": names, "star": names, "source": "simulated", "expected": expected}
    return pd.DataFrame({**table, "predicted": predicted, **columns})


def wrong(expected, n, by=10):
    """Predictions of which the first n are wrong."""
    return expected + np.where(np.arange(N) < n, by, 0)


@pytest.fixture
def classes():
    return np.random.default_rng(0).integers(20, 50, N)


def test_the_template_is_above_the_network_though_their_intervals_overlap(classes):
    """Ten more stars are right, and none fewer: the pairs tell what two separate intervals do not."""
    tables = [predictions(wrong(classes, n), classes) for n in (40, 30)]
    table = script("sharma/table_sdss")["table_sdss"](tables, ["CNN", "template"], SETTINGS, 0)
    network, template = table.iloc[0], table.iloc[1]
    assert template["weighted_low"] < network["weighted_high"]
    assert template["weighted_less_first"] == pytest.approx(0.05)
    assert template["weighted_less_first_low"] > 0
    assert (network[[name for name in table if name.startswith("weighted_less")]] == 0).all()


def test_the_luminosity_network_is_paired_with_temperature_alone(classes):
    namespace = script("sharma/table_luminosity")
    expected = np.where(np.arange(N) % 2, 2, 4)
    own = predictions(expected, expected, mk_class=classes)
    table = namespace["table_luminosity"](own, {}, SETTINGS, 0).set_index(["model", "stars"])
    alone = (namespace["temperature_alone"](classes) == expected).mean()
    network = table.loc[("CNN", "all")]
    assert network["accuracy_less_temperature"] == pytest.approx(1 - alone)
    assert 0 < network["accuracy_less_temperature_low"] < network["accuracy_less_temperature_high"]
    assert table.loc[("temperature alone (baseline)", "all"), "accuracy_less_temperature_high"] == 0


def test_a_difference_of_root_mean_squares_counts_the_bias(classes):
    shifted, own = predictions(classes + 5, classes), predictions(classes, classes)
    pairs = [("reddened", shifted, "CNN", own)]
    row = script("sharma/table_pairs")["table_pairs"](pairs, SETTINGS, 0).iloc[0]
    assert (row["rms"], row["sigma"]) == (5, 0)


def test_a_condition_pairs_the_forest_with_the_classifier(classes):
    rng = np.random.default_rng(1)
    network = classes + rng.normal(0, 2, N)
    rows = predictions(network, classes).rename(columns={"predicted": "network"})
    rows = rows.assign(forest=classes + 1.1 * (network - classes), forest_lines=network, nearest=network)
    rows = rows.assign(mk_class=classes, condition="as observed", left_out="cflib", luminosity=2)
    rows = rows.assign(luminosity_said=2, in_set=True, set_size=1, flagged=False)
    row = script("classifier/tables")["table_conditions"](
        rows, {"samples": 200, "confidence": 0.95, "seed": 0}
    ).iloc[0]
    assert row["forest_sigma_low"] < row["network_sigma_high"]
    assert row["forest_sigma_less_classifier_low"] > 0
    assert row["nearest_sigma_less_classifier_high"] == 0
