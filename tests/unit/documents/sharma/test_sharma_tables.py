"""Tables of stated results: what each row is of."""

import runpy

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.mk import class_from_code
from obafgkm.spectra import Spectra, concatenate

SETTINGS = {"bootstrap": 20, "confidence": 0.95, "clip": 3}


def script(name):
    """The public names of a script."""
    return runpy.run_path(str(ROOT / "workflow" / "scripts" / "sharma" / f"{name}.py"))


def test_luminosity_is_read_from_codes_in_the_paper_s_words_and_from_the_whole_remainder():
    files = [f"{i}.fits" for i in range(4)]
    stars = pd.DataFrame({"file": files, "star": files, "source": "simulated", "mk_class": [45, 46, 12, 13]})
    luminosity = stars.assign(expected=[2, 2, 2, 4], predicted=[2, 4, 4, 4])
    # The ends 05.5, 35.5, 35.5 and 09.5 are III, III, III and V by three characters, III, V, V and V by four.
    codes = np.array([5505.5, 5635.5, 2235.5, 2309.5])
    regressor = stars.assign(predicted=class_from_code(codes))
    table = script("table_luminosity")["table_luminosity"](luminosity, {"Forest": regressor}, SETTINGS, 1)
    accuracy = table[table["stars"] == "all"].set_index("model")["accuracy"]
    assert accuracy["Forest"] == pytest.approx(4 / 4)
    assert accuracy["Forest, whole remainder of the code"] == pytest.approx(2 / 4)
    assert accuracy["CNN"] == pytest.approx(2 / 4)


def test_seeds_agree_where_they_give_the_main_class_of_the_catalogue():
    agreement = script("table5")["agreement"]
    classes = pd.DataFrame({"file": ["a", "b", "c"], "predicted": [20, 35, 41]})
    others = pd.DataFrame({"file": ["b", "a", "a", "b"], "predicted": [39, 19, 21, 30.0]})
    np.testing.assert_equal(agreement(classes, others), [0.5, 1.0, np.nan])
    np.testing.assert_equal(agreement(classes, others.iloc[:0]), [np.nan] * 3)


def test_the_errors_of_each_class_are_of_its_own_stars():
    predictions = pd.DataFrame(
        {"expected": [20, 29, 35, 35], "predicted": [18, 29, 35, 36], "source": "mirror"}
    )
    table = script("fig13")["class_errors"](predictions, 3).set_index("class")
    assert table["spectra"].to_dict() == {"A": 2, "F": 2}
    assert table["bias"].to_dict() == {"A": -1.0, "F": 0.5}
    assert table["size of bias"].to_dict() == {"A": 1.0, "F": 0.5}
    assert len(script("fig13")["fig13"](predictions, table.reset_index(), 3).axes) == 4
    plt.close("all")


def test_the_libraries_table_counts_stars_once_and_the_metal_poor_among_the_selected(libraries):
    ingested, training, test = libraries
    nothing = pd.DataFrame({"library": [], "reason": pd.Series([], dtype=str)})
    table = script("table1")["table1"](ingested, nothing, nothing, training, test, nothing).set_index(
        "library"
    )
    assert table.loc["MILES", ["selected", "selected stars", "stars with [Fe/H] < -2"]].tolist() == [3, 2, 1]
    assert table.loc["JHC Atlas", "stars with [Fe/H] < -2"] == 0


def typed(library, own, second, simbad=None):
    labels = pd.DataFrame(
        {"library": library, "name": [f"HD {i}" for i in range(len(own))], "source": "mirror"}
    )
    labels = labels.assign(type_text=own, catalogue_type_text=second)
    return labels if simbad is None else labels.assign(simbad_type_text=simbad)


def test_types_are_compared_with_second_types_of_the_same_star():
    own, second = ["G2V", "K0III", "A0V", "M1III"], ["G2IV", "K0.5III", "A6V", ""]
    tables = {"cflib": typed("cflib", own, second), "jhc": typed("jhc", own, [""] * 4)}
    (row,) = script("table_types")["table_types"](tables).to_dict("records")
    assert (row["library"], row["stars"], row["differ"], row["conflict"]) == ("CFLIB", 3, 2, 1)
    assert row["mean absolute difference"] == pytest.approx((0 + 0.5 + 6) / 3)


def test_against_simbad_all_libraries_are_told_together_and_miles_by_its_own_table():
    tables = {
        "miles": typed("miles", ["G2V", "F0V"], ["G3V", "K0V"], ["G2V", "F0V"]),  # it has SIMBAD's types
        "jhc": typed("jhc", ["B0V", "B1V"], ["", ""], ["B0V", "?"]),
    }
    table = script("table_types")["table_types"](tables).set_index("library")
    assert (table["against"] == "SIMBAD").all()
    assert table.loc["MILES", ["stars", "differ", "conflict"]].tolist() == [2, 2, 1]
    assert table.loc["all", ["stars", "differ", "conflict"]].tolist() == [3, 2, 1]
    assert table.loc["all", "share in conflict"] == pytest.approx(1 / 3)


@pytest.fixture
def libraries():
    """MILES with a metal-poor star observed twice and another star; the others with one star each."""
    parts = {}
    for library in ("jhc", "elodie", "cflib", "miles"):
        n = 3 if library == "miles" else 1
        labels = pd.DataFrame(
            {"library": [library] * n, "star": ["HD 1", "HD 1", "HD 2"][:n], "source": "mirror"}
        )
        labels["feh"] = [-2.5, -2.5, -1.9][:n] if library == "miles" else np.nan
        ones = np.ones((n, 4))
        parts[library] = Spectra(np.arange(3900.0, 3904.0), ones, ones, labels)
    training = concatenate([parts[name] for name in ("jhc", "elodie", "miles")])
    return parts, training, parts["cflib"]


def test_calibration_errors_lie_in_their_intervals_and_those_by_chance_are_of_honest_probabilities():
    """Of two classes each spectrum is given 60 %; one model is right as often, the other half as often."""
    rng = np.random.default_rng(3)
    tables = {}
    for name, share in [("honest", 0.6), ("boasting", 0.3)]:
        predicted = np.where(rng.random(400) < share, 20, 21)
        tables[name] = pd.DataFrame({"star": np.arange(400).astype(str), "expected": 20, "source": "mirror"})
        tables[name] = tables[name].assign(predicted=predicted)
        for mk_class in range(70):
            tables[name][f"p_{mk_class}"] = np.where(predicted == mk_class, 0.6, 0)
    settings = {"bootstrap": 200, "confidence": 0.95}
    rows = script("calibration")["table_calibration"](tables, settings, 1).set_index("model")
    error = rows["calibration_error"]
    assert error["boasting"] == pytest.approx(0.3, abs=0.06)
    assert rows["calibration_error_low"]["honest"] < rows["calibration_error_if_calibrated"]["honest"]
    assert (rows["calibration_error_low"] < error).all()
    assert (rows["calibration_error_high"] > error).all()
    # The mean distance of shares of ten bins with 40 spectra each.
    expected = np.sqrt(2 / np.pi * 0.6 * 0.4 / 40)
    np.testing.assert_allclose(rows["calibration_error_if_calibrated"], expected, rtol=0.1)
