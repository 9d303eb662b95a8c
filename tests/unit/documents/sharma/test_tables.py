"""Tables of stated results: what each row is of."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.mk import class_from_code

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
