"""Pre-training on growing numbers of observed stars: which spectra take part, and what the table compares."""

import runpy
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.spectra import Spectra

SETTINGS = {"bootstrap": 200, "confidence": 0.95}
EXPECTED = [20, 30, 40, 50]


def script(name):
    return runpy.run_path(str(ROOT / f"workflow/scripts/sharma/{name}.py"))


def test_a_smaller_share_is_part_of_a_larger_one_and_stars_are_whole():
    stars = np.repeat([f"s{i}" for i in range(40)], np.arange(40) % 3 + 1)
    masks = [script("pretraining")["of_some_stars"](stars, share, 5) for share in (0.25, 0.5, 1)]
    assert [np.unique(stars[mask]).size for mask in masks] == [10, 20, 40]
    assert all((small <= large).all() for small, large in pairwise(masks))
    assert not set(stars[masks[0]]) & set(stars[~masks[0]])


def test_pixels_are_averaged_and_fit_the_poolings():
    flux = np.arange(2 * 71, dtype=float).reshape(2, 71)
    spectra = Spectra(np.arange(1, 72), flux, np.ones_like(flux), pd.DataFrame({"name": ["a", "b"]}))
    found = script("pretraining")["binned"](spectra, 2)
    assert found.shape == (2, 32, 1)  # 35 pairs, of which the four poolings divide 32
    np.testing.assert_allclose(found[:, :2, 0], [[0.5, 2.5], [71.5, 73.5]])


def predictions(kind, share, spectra, repeat, predicted):
    table = pd.DataFrame({"file": list("abcd"), "star": list("abcd"), "expected": EXPECTED})
    about = {"pretrained_on": kind, "share": share, "unlabelled_spectra": spectra, "explained": share}
    return table.assign(**about, stage="all weights", repeat=repeat, predicted=predicted, source="mirror")


def test_gains_are_over_the_same_star_and_repeat_without_pre_training():
    rows = [
        predictions("nothing", 0, 0, 0, [24, 34, 44, 54]),
        predictions("nothing", 0, 0, 1, [22, 32, 42, 52]),
        predictions("observed", 1, 11, 0, [23, 33, 43, 53]),
        predictions("observed", 1, 13, 1, [21, 31, 41, 51]),
        predictions("observed", 0.5, 6, 0, [36, 30, 40, 50]),
        predictions("observed", 0.5, 6, 1, [36, 30, 40, 50]),
        predictions("simulated", 1, 12, 0, [24, 34, 44, 54]),
        predictions("simulated", 1, 12, 1, [22, 32, 42, 52]),
    ]
    rows = pd.concat(rows).sample(frac=1, random_state=0)
    table = script("pretraining_curve")["table_pretraining"](rows, SETTINGS, 0)
    assert table["pretrained_on"].to_list() == ["nothing", "observed", "observed", "simulated"]
    assert table["unlabelled_spectra"].to_list() == [0, 6, 12, 12]
    assert table["repeats"].to_list() == [2] * 4
    np.testing.assert_allclose(table["error"], [3, 4, 2, 3])
    np.testing.assert_allclose(table["gain"], [0, -1, 1, 0])
    np.testing.assert_allclose(table["main_class_accuracy"], [1, 0.75, 1, 1])
    # Every star gains one subclass, in each repeat: however they are drawn, so do their means.
    np.testing.assert_allclose(table.loc[2, ["gain_low", "gain_high"]].astype(float), 1)
    assert table.loc[1, "gain_low"] < table.loc[1, "gain"] < table.loc[1, "gain_high"]


@pytest.mark.slow
@pytest.mark.usefixtures("backend")
def test_every_stage_of_every_pre_training_answers_for_every_test_star(tmp_path):
    pytest.importorskip("keras")
    rng = np.random.default_rng(0)

    def sample(n, source):
        flux = 1 + 0.1 * rng.random((n, 64))
        labels = pd.DataFrame({"file": [f"{source}{i}" for i in range(n)], "library": "x", "source": source})
        labels = labels.assign(star=labels["file"], mk_class=rng.integers(10, 60, n))
        return Spectra(np.arange(1, 65), flux, np.ones_like(flux), labels)

    how = {
        "binning": 2,
        "shares": [0.5, 1],
        "repeats": 1,
        "autoencoder": {"batch": 4, "epochs": 1},
        "epochs": 1,
    }
    cnn = {"dense": [4], "activation": "relu", "learning_rate": 0.001, "batch": 4, "patience": 5}
    cnn["head"] = {"epochs": 1, "learning_rate": 0.001, "patience": 5}
    parts = sample(20, "mirror"), sample(30, "simulated"), sample(12, "mirror"), sample(5, "mirror")
    tables = script("pretraining")["study"](*parts, how, cnn, 0.2, 0, tmp_path / "checkpoint")
    table = pd.concat(tables)
    counts = table.groupby(["pretrained_on", "unlabelled_spectra", "stage"]).size()
    assert counts.to_list() == [5] * 8
    assert set(table["unlabelled_spectra"]) == {0, 8, 16}  # of the 20 observed stars 4 choose the best epoch
    assert table.groupby("pretrained_on")["source"].unique().str[0].to_dict() == {
        "nothing": "mirror",
        "observed": "mirror",
        "simulated": "mirror, simulated",
    }
