"""The table of a cluster counts its stars, and its numbers are those of the stars that have a value."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

SCRIPT = runpy.run_path(str(ROOT / "workflow/scripts/classifier/table_cluster.py"))
BOOTSTRAP = {"samples": 200, "confidence": 0.95, "seed": 0}
FEH, SCATTER, GIANTS = 0.1, 0.05, 40
GROUPS = ("luminosity class III", "all")


@pytest.fixture
def types():
    """Giants of one metallicity on a giant branch, a cool dwarf, and an untyped star."""
    rng = np.random.default_rng(1)
    teff = np.linspace(4400, 5200, GIANTS)
    giants = pd.DataFrame({"type": "K0III", "luminosity": "III", "teff": teff, "logg": (teff - 4000) / 400})
    giants["feh"] = FEH + SCATTER * rng.standard_normal(GIANTS)
    others = pd.DataFrame({"type": ["K9V", ""], "luminosity": ["V", "III"], "teff": [4000, np.nan]})
    others = others.assign(logg=[4.7, np.nan], feh=[FEH, np.nan])
    stars = pd.concat([giants, others], ignore_index=True).assign(feh_error=0.15)
    stars.loc[stars["type"] == "", "feh_error"] = np.nan
    return stars.assign(name=np.arange(len(stars)).astype(str))


def table_of(types):
    return SCRIPT["table_cluster"](types, BOOTSTRAP).set_index("quantity")


def test_every_star_is_counted_and_an_untyped_one_has_no_luminosity_class(types):
    rows, stars = table_of(types), GIANTS + 2
    shares = rows[rows.index.str.startswith("share")]
    np.testing.assert_allclose(shares["value"] * stars, [GIANTS + 1, 0, 0, GIANTS, 0, 1], atol=1e-4 * stars)
    assert (shares["stars"] == stars).all()
    assert (shares["value_low"] < shares["value_high"]).all()


def test_a_known_metallicity_lies_within_its_interval(types):
    rows = table_of(types).loc[["mean [Fe/H]", "median [Fe/H]"]]
    assert (rows["stars"] == GIANTS + 1).all()
    assert ((rows["value_low"] < FEH) & (rows["value_high"] > FEH)).all()
    values = table_of(types)["value"]
    assert values["standard deviation of [Fe/H]"] == pytest.approx(SCATTER, rel=0.3)
    assert values["median 68 % error of [Fe/H]"] == 0.15


def test_one_star_of_the_field_does_not_count_for_the_robust_numbers(types):
    before = table_of(types)["value"]
    types.loc[0, "feh"] = -2
    change = (table_of(types)["value"] - before).abs()
    assert change["standard deviation of [Fe/H]"] > 0.1
    assert change[["median [Fe/H]", "scaled MAD of [Fe/H]"]].max() < 0.02


def test_gravity_grows_with_temperature_along_the_branch(types):
    value = table_of(types)["value"]
    branch, everything = (value[f"Spearman correlation of log g with Teff, {of}"] for of in GROUPS)
    assert branch == pytest.approx(1)
    assert everything < branch


def test_a_classifier_without_parameters_leaves_their_rows_empty(types):
    rows = table_of(types.assign(**dict.fromkeys(["teff", "logg", "feh", "feh_error"], np.nan)))
    assert rows["value"].notna().sum() == 6
    assert (rows["stars"][rows["value"].isna()] == 0).all()


def test_no_name_begins_with_what_latex_takes_for_a_length(types):
    assert not table_of(types).index.str.startswith("[").any()


def test_spectra_of_a_bundle_are_read_with_their_errors(mirror):
    bundle = mirror / "sdss" / "m67_giants" / "m67_giants.npz"
    if not bundle.is_file():
        pytest.skip("the folder of OBAFGKM_MIRROR holds no m67_giants")
    types = SCRIPT["cluster_types"](bundle)
    assert len(types) == 32
    assert types["snr"].astype(float).between(30, 300).all()
    value = table_of(types)["value"]
    assert value["share typed"] > 28 / 32
    assert value["share typed, luminosity class III"] > 20 / 32
