"""Tables of the classifier: kinds of objects, architectures, and stars with the gravity of their class."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

TABLES = runpy.run_path(str(ROOT / "workflow/scripts/classifier/tables.py"))
BOOTSTRAP = {"samples": 20, "confidence": 0.95, "seed": 0}


def test_kinds_are_counted_for_left_out_stars_and_bright_objects():
    stars = pd.DataFrame(
        {
            "condition": ["as observed", "as observed", "as observed", "snr=5"],
            "left_out": ["jhc", "jhc", "fold0", "jhc"],
            "kind_said": ["star", "galaxy", "quasar", "quasar"],
            "flagged": [False, True, True, True],
            "source": "mirror",
        }
    )
    objects = pd.DataFrame(
        {
            "kind": ["quasars", "quasars", "quasars", "sky"],
            "kind_said": ["quasar", "star", "star", "star"],
            "snr": [20, 5, 4.9, 30],
            "flagged": [True, False, False, False],
            "untyped": [True, False, True, False],
            "source": "mirror",
        }
    )
    table = TABLES["table_kinds"](stars, objects).set_index("sample")
    assert table.index.tolist() == ["stars left out with their library", "SDSS, quasars"]
    columns = ["spectra", "star", "galaxy", "quasar", "untyped"]
    np.testing.assert_array_equal(table[columns], [[2, 1, 1, 0, 1], [2, 1, 0, 1, 1]])
    alone = TABLES["table_kinds"](stars, pd.DataFrame({"file": [], "kind": []}))
    assert len(alone) == 1


def test_architectures_are_compared_with_the_dense_network():
    rng = np.random.default_rng(1)
    truth = rng.integers(10, 60, 200)
    table = pd.DataFrame({"star": np.arange(200), "mk_class": truth, "vetted": truth, "source": "mirror"})
    sizes = {"dense": 2.0, "convolutional": 1.0, "trees": 4.0, "stack": 2.0}
    for name, size in sizes.items():
        table[name] = truth + rng.normal(0, size, 200)
    rows = TABLES["table_architectures"](table, BOOTSTRAP)
    np.testing.assert_allclose(rows["sigma_vetted"], list(sizes.values()), rtol=0.2)
    np.testing.assert_allclose(rows["sigma_less_dense"], rows["sigma"] - rows["sigma"][0])
    assert rows["sigma_less_dense_high"][1] < 0 < rows["sigma_less_dense_low"][2]


@pytest.mark.parametrize(
    ("luminosity", "logg", "agrees"),
    [(4, 4.4, True), (4, 0.26, False), (2, 2.5, True), (2, 4.2, False), (0, 1.0, True), (0, 2.8, False)],
)
def test_a_gravity_agrees_with_the_luminosity_class(luminosity, logg, agrees):
    star = pd.DataFrame({"mk_class": [45], "luminosity": [luminosity], "logg": [logg]})
    rule = TABLES["_PARAMETER_STARS"]["F-K with the gravity of their class"]
    assert len(star.query(rule)) == agrees


def test_shares_have_intervals_by_star():
    """Spectra of a star agree, so that the interval is that of as many stars; a share of all has Wilson's."""
    rng = np.random.default_rng(2)
    held = np.repeat(rng.random(100) < 0.8, 4)
    bootstrap = {"samples": 500, "confidence": 0.95, "seed": 0}
    row = TABLES["shares"]({"in_set": held, "all": held | True}, np.repeat(np.arange(100), 4), bootstrap)
    assert row["in_set"] == held.mean()
    assert (row["in_set_high"] - row["in_set_low"]) / 2 == pytest.approx(1.96 * 0.04, rel=0.15)
    assert (row["all"], row["all_high"]) == (1, 1)
    assert row["all_low"] == pytest.approx(0.963, abs=0.001)
