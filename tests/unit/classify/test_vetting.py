"""Types that are contradicted by the star's own parameters and by its spectrum."""

import numpy as np
import pandas as pd
import pytest

from obafgkm.classify.vetting import vet


@pytest.fixture
def sequence():
    """Lines and labels of stars along the sequence, which parameters and lines follow."""
    rng = np.random.default_rng(5)
    classes = np.repeat(np.arange(20, 60), 5)
    wave = np.linspace(0, 1, 80)
    centre = (classes[:, None] - 20) / 40
    lines = np.exp(-0.5 * ((wave - centre) / 0.1) ** 2) + 0.01 * rng.normal(size=(len(classes), 80))
    labels = pd.DataFrame(
        {
            "star": [f"HD {i}" for i in range(len(classes))],
            "mk_class": classes,
            "teff": 10 ** (4 - 0.01 * (classes - 20)),
            "logg": 4 + 0.1 * rng.normal(size=len(classes)),
            "feh": 0.1 * rng.normal(size=len(classes)),
        }
    )
    return lines, labels


def test_types_that_fit_are_left_as_they_are(sequence):
    lines, labels = sequence
    found = vet(lines, labels)
    assert set(found["doubt"]) == {""}
    np.testing.assert_array_equal(found["vetted"], labels["mk_class"])


@pytest.mark.parametrize(("wrong", "doubted"), [(7, True), (-7, True), (2, False)])
def test_a_wrong_type_is_found_and_set_right_by_both_witnesses(sequence, wrong, doubted):
    lines, labels = sequence
    right = labels.loc[100, "mk_class"]
    labels.loc[100, "mk_class"] += wrong
    found = vet(lines, labels)
    assert (found["doubt"] != "").sum() == doubted
    assert found.loc[100, "vetted"] == pytest.approx(right if doubted else right + wrong, abs=1)


def test_witnesses_that_differ_are_averaged(sequence):
    """Typed 55, while the lines are those of class 40 and the parameters those of class 30."""
    lines, labels = sequence
    labels.loc[100, ["mk_class", "teff"]] = 55, labels.loc[50, "teff"]
    found = vet(lines, labels).loc[100]
    assert found["by_parameters"] == pytest.approx(30, abs=1)
    assert found["by_spectrum"] == pytest.approx(40, abs=1)
    assert found["vetted"] == pytest.approx(35, abs=1)


def test_one_witness_is_not_enough(sequence):
    lines, labels = sequence
    labels.loc[100, "teff"] = labels.loc[150, "teff"]
    assert vet(lines, labels).loc[100, "doubt"] == ""
    labels.loc[100, "mk_class"] += 7
    labels.loc[100, ["teff", "logg", "feh"]] = np.nan
    assert vet(lines, labels).loc[100, "doubt"] == ""


def test_the_spectrum_of_another_kind_of_star_is_found_without_parameters(sequence):
    lines, labels = sequence
    lines[10] = lines[190]
    found = vet(lines, labels[["star", "mk_class"]])
    assert found.loc[10, "doubt"] == "spectrum of another kind of star"
    assert found.loc[10, "vetted"] == pytest.approx(labels.loc[190, "mk_class"], abs=1)
    assert found["by_parameters"].isna().all()


def test_a_star_is_no_witness_of_itself(sequence):
    lines, labels = sequence
    again = labels.iloc[[100] * 8].assign(mk_class=labels.loc[100, "mk_class"] + 7)
    labels.loc[100, "mk_class"] += 7
    both = pd.concat([labels, again], ignore_index=True)
    found = vet(np.concatenate([lines, lines[[100] * 8]]), both)
    assert (found.loc[[100, *range(200, 208)], "doubt"] != "").all()


def test_too_few_stars_judge_nobody(sequence):
    lines, labels = sequence
    found = vet(lines[:5], labels[:5])
    assert found[["by_parameters", "by_spectrum"]].isna().all(axis=None)
    np.testing.assert_array_equal(found["vetted"], labels["mk_class"][:5])
