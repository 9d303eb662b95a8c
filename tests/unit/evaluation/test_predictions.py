"""Tables of predictions: what stands beside what."""

import numpy as np
import pandas as pd
import pytest

from obafgkm.evaluation.predictions import (
    parameter_table,
    probabilities,
    write_luminosity_predictions,
    write_predictions,
)
from obafgkm.spectra import Spectra


@pytest.fixture
def stars():
    """A B9V star and a K2III star."""
    labels = pd.DataFrame({"library": "cflib", "file": ["a", "b"], "name": ["HD 1", "HD 2"]})
    labels = labels.assign(star=labels["name"], source="mirror", mk_type=["B9V", "K2III"])
    labels = labels.assign(mk_class=[19, 52], luminosity=[4, 2])
    return Spectra(np.arange(3.0), np.ones((2, 3)), np.ones((2, 3)), labels)


def test_the_probability_of_a_prediction_is_the_largest(stars, tmp_path):
    probability = np.full((2, 70), 0.005)
    probability[0, 20], probability[1, 51] = 0.655, 0.655
    write_predictions(tmp_path / "table.csv", stars, np.array([20, 51]), probability)
    table = pd.read_csv(tmp_path / "table.csv")
    assert table["probability"].tolist() == [0.655, 0.655]
    assert table[["expected_type", "expected", "predicted", "predicted_type"]].to_numpy().tolist() == [
        ["B9V", 19, 20, "A0"],
        ["K2III", 52, 51, "K1"],
    ]
    np.testing.assert_allclose(probabilities(table), probability)
    assert table["p_K1"].tolist() == [0.005, 0.655]


def test_a_table_goes_on_without_a_second_heading_and_regressors_give_no_probability(stars, tmp_path):
    for append in (False, True):
        write_predictions(tmp_path / "table.csv", stars, np.array([19.94, 19.96]), append=append)
    table = pd.read_csv(tmp_path / "table.csv")
    assert table["predicted_type"].tolist() == ["B9", "A0"] * 2
    assert table["probability"].isna().all()
    assert probabilities(table).shape == (4, 0)


def test_luminosity_classes_stand_beside_those_expected(stars, tmp_path):
    probability = np.array([[0.1, 0.1, 0.1, 0.1, 0.6], [0.5, 0.1, 0.2, 0.1, 0.1]])
    write_luminosity_predictions(tmp_path / "table.csv", stars, probability.argmax(axis=1), probability)
    table = pd.read_csv(tmp_path / "table.csv")
    assert table[["mk_class", "expected", "predicted", "predicted_type"]].to_numpy().tolist() == [
        [19, 4, 4, "V"],
        [52, 2, 0, "I"],
    ]
    assert table["probability"].tolist() == [0.6, 0.5]
    assert table["p_III"].tolist() == [0.1, 0.2]


def test_each_parameter_has_its_own_rows():
    labels = pd.DataFrame({"star": ["HD 1", "HD 2"]})
    expected, predicted = np.array([[5772, 4.4], [4000, 1.5]]), np.array([[5800, 4.5], [4100, 1.0]])
    table = parameter_table(labels, ["teff", "logg"], expected, predicted, model="network")
    assert table.to_numpy().tolist() == [
        ["HD 1", "teff", 5772, 5800, "network"],
        ["HD 2", "teff", 4000, 4100, "network"],
        ["HD 1", "logg", 4.4, 4.5, "network"],
        ["HD 2", "logg", 1.5, 1.0, "network"],
    ]
