"""The kinds of stars that are difficult have rows of their own, of the stars that belong to them."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

TABLES = runpy.run_path(str(ROOT / "workflow/scripts/classifier/tables.py"))
BOOTSTRAP = {"samples": 20, "confidence": 0.95, "seed": 0}
# Vetted class, luminosity class and metallicity of one star; in which of the kinds it is.
STARS = [
    (30, 0, 0.0, {"supergiants F0–K9"}),
    (59, 0, -0.5, {"supergiants F0–K9"}),
    (29, 0, 0.0, set()),
    (60, 0, 0.0, set()),
    (19, 0, np.nan, {"supergiants B5–B9"}),
    (14, 0, np.nan, set()),
    (15, 4, np.nan, set()),
    (50, 4, np.nan, {"K0–K3"}),
    (53, 2, -1.2, {"K0–K3", "[Fe/H] below −1"}),
    (54, 4, -1.0, set()),
    (66, 2, np.nan, set()),
    (67, 4, np.nan, {"M7–M9"}),
]


@pytest.fixture(scope="module")
def table():
    vetted, luminosity, feh, _ = (list(column) for column in zip(*STARS, strict=True))
    n = np.arange(len(STARS))
    predictions = pd.DataFrame({"vetted": vetted, "luminosity": luminosity, "feh": feh})
    predictions = predictions.assign(
        mk_class=vetted,
        star=n.astype(str),
        file=n.astype(str),
        condition="as observed",
        left_out="miles",
        source="mirror",
        flagged=n % 2 == 0,
        network=np.array(vetted) - 2.0**n,  # so that the bias tells which stars a row is of
        forest=1.0 * np.array(vetted),
        forest_lines=0.0,
        nearest=0.0,
    )
    return TABLES["table_held_out"](predictions, {}, BOOTSTRAP)


@pytest.mark.parametrize("kind", sorted(set().union(*(kinds for *_, kinds in STARS))))
def test_a_row_is_of_the_stars_of_its_kind(table, kind):
    members = [n for n, (*_, kinds) in enumerate(STARS) if kind in kinds]
    rows = table[table["left_out"] == f"all libraries, {kind}"].set_index("model")
    assert rows["spectra"].tolist() == [len(members)] * 2
    own, forest = rows.loc["this classifier"], rows.loc["random forest on flux"]
    assert own["bias_vetted"] * len(members) == pytest.approx(-sum(2.0**n for n in members))
    assert own["flagged"] == pytest.approx(np.mean([n % 2 == 0 for n in members]))
    assert forest["bias_vetted"] == 0


def test_kinds_without_a_star_have_no_row():
    row = {"vetted": 25, "mk_class": 25, "luminosity": 4, "feh": 0.0, "star": "a", "file": "a"}
    models = dict.fromkeys(["network", "forest", "forest_lines", "nearest"], 25.0)
    rest = {"condition": "as observed", "left_out": "jhc", "source": "mirror", "flagged": False}
    table = TABLES["table_held_out"](pd.DataFrame([row | models | rest]), {}, BOOTSTRAP)
    assert set(table["left_out"]) == {"jhc", "all libraries", "all libraries, not flagged"}
