"""Photometry to main classes: the reader, the simulation, the rule of the defect, scores and networks."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from sklearn.metrics import precision_recall_fscore_support

from obafgkm.archives import sdss_photometry
from obafgkm.errors import ArchiveFileError
from obafgkm.main_classes import dummy_rule, main_class_scores
from obafgkm.mk import MAIN_CLASSES
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.photometric_sample import simulate_photometry, synthetic_magnitudes

COUNTS = {"O": 9195, "B": 480, "A": 1762, "F": 7559, "G": 19097, "K": 20413, "M": 15617}


@pytest.fixture(scope="module")
def table():
    return simulate_photometry(COUNTS, 0.02, StellarGrid.load(), np.random.default_rng(3))


@pytest.fixture(scope="module")
def stars(table, tmp_path_factory):
    path = tmp_path_factory.mktemp("hammer") / "photometry.csv"
    sdss_photometry.write(path, table)
    return sdss_photometry.read(path)[0]


def test_rows_in_are_rows_out_and_rejected_with_a_reason(table, tmp_path):
    faulty = table.copy()
    faulty.loc[0, "dered_g"] = -9999.0
    faulty.loc[1, "elodieSpType"] = "CarbonWD"
    faulty.loc[2, "elodieTEff"] = np.nan
    faulty.loc[4, "specObjID"] = faulty.loc[3, "specObjID"]
    sdss_photometry.write(tmp_path / "p.csv", faulty)
    kept, rejected = sdss_photometry.read(tmp_path / "p.csv")
    assert len(kept) + len(rejected) == len(faulty)
    reasons = rejected.set_index("specObjID")["reason"]
    assert "-9999" in reasons[faulty["specObjID"][0]]
    assert "main class" in reasons[faulty["specObjID"][1]]
    assert "missing" in reasons[faulty["specObjID"][2]]
    assert "already" in reasons[faulty["specObjID"][3]]
    assert set(kept["specObjID"]) <= set(table["specObjID"])  # 18 digits come through exactly


@pytest.mark.parametrize("content", ["<html>error</html>", "#Table1\nspecObjID,ra\n1,2\n", ""])
def test_another_answer_is_refused_by_name(tmp_path, content):
    path = tmp_path / "answer.csv"
    path.write_text(content)
    with pytest.raises(ArchiveFileError, match=r"answer\.csv"):
        sdss_photometry.read(path)


def test_the_query_asks_for_every_column():
    asked = sdss_photometry.QUERY.partition("FROM")[0]
    for name in sdss_photometry.COLUMNS:
        assert f"AS {name}," in asked or f".{name}" in asked, name


def test_the_defect_is_detected_by_rule_and_two_rules_agree(stars):
    unfitted, contradicted = sdss_photometry.unfitted(stars), sdss_photometry.contradicted(stars)
    assert unfitted[contradicted].all()
    assert contradicted[stars["label"] == "O"].all()
    # The colour of fitted rows follows the template; that of the others does not.
    colour = stars["dered_g"] - stars["dered_i"]
    assert colour[~unfitted].corr(stars["elodieBV"][~unfitted], "spearman") > 0.9
    assert abs(colour[unfitted].corr(stars["elodieBV"][unfitted], "spearman")) < 0.4


def test_colours_are_those_of_stars():
    """The Sun has g - r = 0.45, r - i = 0.12 (Willmer 2018, ApJS 236, 47); cooler stars are redder."""
    sun = synthetic_magnitudes(StellarGrid.load(), [5772.0], [4.44], [0.0])[0]
    assert -np.diff(sun)[1:3] == pytest.approx([0.45, 0.12], abs=0.05)
    sequence = synthetic_magnitudes(StellarGrid.load(), [3500, 4500, 6000, 9000], [4.5] * 4, [0.0] * 4)
    assert (np.diff(sequence[:, 1] - sequence[:, 3]) < 0).all()


def test_scores_are_those_of_scikit_learn():
    rng = np.random.default_rng(1)
    expected, predicted = rng.integers(0, 7, (2, 200)) % [[7], [5]]
    scores = main_class_scores(expected, predicted)
    theirs = precision_recall_fscore_support(expected, predicted, average="weighted", zero_division=0)
    assert [scores[name] for name in ("precision", "recall", "f1")] == pytest.approx(theirs[:3])
    assert main_class_scores(np.array([0]), np.array([6]))["cost"] == 1
    assert main_class_scores(np.array([4]), np.array([5]))["cost"] == pytest.approx(1 / 36)


def test_the_published_scores_of_the_dummy_rule_follow_from_the_class_mix():
    """Accuracy and recall from the counts alone, precision and F1 with the share of K stars below 4000 K."""
    expected = np.repeat(np.arange(7), list(COUNTS.values()))
    teff = np.repeat([30000, 15000, 8500, 6700, 5500, 4700, 3500], list(COUNTS.values()))

    def scores(cool_share):
        temperature = teff.copy()
        k_stars = np.flatnonzero(expected == MAIN_CLASSES.index("K"))
        temperature[k_stars[: round(cool_share * k_stars.size)]] = 3900
        return main_class_scores(expected, dummy_rule(temperature))

    assert scores(0)["recall"] == scores(0)["accuracy"] == pytest.approx(0.592, abs=5e-4)
    share = brentq(lambda share: scores(share)["precision"] - 0.372, 0, 0.5, xtol=1e-3)
    assert scores(share)["f1"] == pytest.approx(0.451, abs=1e-3)
    assert scores(share)["accuracy"] == pytest.approx(0.592, abs=5e-4)


@pytest.mark.parametrize(
    ("neurons", "dropout", "parameters"),
    [([16, 32], [0.2, 0.2], 1047), ([32, 48, 64, 16], [0, 0.2, 0.2, 0], 6423)],
)
def test_networks_have_the_documents_parameters(neurons, dropout, parameters):
    from obafgkm.models.photometry import build_photometric

    model = build_photometric(len(sdss_photometry.FEATURES), neurons, dropout, 0.01, "mse")
    assert model.count_params() == parameters


def test_colours_are_differences_of_magnitudes():
    row = pd.DataFrame({"u": [19.0], "g": [18.0]})
    assert sdss_photometry.features(row, ["u-g", "g"]).tolist() == [[1.0, 18.0]]
