"""The tables of model cards."""

import pandas as pd

from obafgkm.report.model_card import class_errors, failures, markdown_table, named_classes, parameter_errors

EVALUATION = {"bootstrap": 200, "confidence": 0.95}


def predictions():
    """Ten A stars, of which a regressor takes two for F stars, and one B9.98, which decodes to an A0."""
    expected = [22] * 10 + [18]
    predicted = [22.0] * 8 + [31.0] * 2 + [19.98]
    stars = [f"HD {number}" for number in range(11)]
    return pd.DataFrame({"expected": expected, "predicted": predicted, "star": stars})


def test_subclasses_are_counted_by_main_class():
    named = named_classes(predictions(), "subclass")
    table = class_errors(named, True, EVALUATION, 1).set_index("class")
    assert table["spectra"].to_dict() == {"A": 10, "B": 1}
    assert table.loc["A", "right"] == "0.80 (0.49 to 0.94)"  # Wilson's interval of 8 in 10
    assert table.loc["A", "mean absolute error (subclasses)"].startswith("1.8 (")
    assert table.loc["B", "right"].startswith("0.00")


def test_failures_name_what_a_class_is_taken_for():
    told = failures(named_classes(predictions(), "subclass"))
    assert told == [
        "B: 1 of 1 test spectra are wrong, most often taken for A.",
        "A: 2 of 10 test spectra are wrong, most often taken for F.",
    ]
    right = pd.DataFrame({"expected": ["QSO"], "predicted": ["QSO"]})
    assert failures(named_classes(right, "class")) == ["None among the test spectra."]


def test_luminosity_classes_have_their_names():
    table = pd.DataFrame({"expected": [0, 4], "predicted": [2, 4]})
    assert named_classes(table, "luminosity class")[["class", "answer"]].to_numpy().tolist() == [
        ["I", "III"],
        ["V", "V"],
    ]


def test_errors_of_parameters_have_intervals_that_hold_them():
    table = pd.DataFrame(
        {"parameter": "teff", "expected": 5000.0, "predicted": [5100, 4900, 5200], "node": [1, 2, 3]}
    )
    text = parameter_errors(table, EVALUATION, 1)["mean absolute error"][0]
    assert text == "133 (100 to 200)"


def test_a_table_is_markdown():
    assert (
        markdown_table(pd.DataFrame({"a": [1], "b": ["x"]})) == "| a   | b   |\n|:----|:----|\n| 1   | x   |"
    )
