"""The classifier for anybody's spectra"""

import numpy as np
import pytest
from science import read_table

from obafgkm.classify.model import Model
from obafgkm.classify.parameters import PARAMETERS
from obafgkm.spectra import read_labels


@pytest.fixture(scope="module")
def clean(run):
    answers = read_table(run, "classifier/predictions")
    return answers[answers["condition"] == "as observed"]


def test_every_typed_star_is_left_out_once_with_its_library_and_once_by_fold(run, clean):
    labels = read_labels(run / "resources/classifier/stars.h5")
    labels = labels[labels["library"] != "simulated"]
    is_fold = clean["left_out"].str.startswith("fold")
    for part in (clean[is_fold], clean[~is_fold]):
        assert sorted(part["library"] + part["file"]) == sorted(labels["library"] + labels["file"])
    assert clean[is_fold].groupby("star")["left_out"].nunique().max() == 1


def test_sets_by_fold_hold_about_the_share_that_they_are_made_for(clean):
    """The folds' thresholds come from one another; the share varies as that of as many coin tosses."""
    part = clean[clean["left_out"].str.startswith("fold")]
    allowed = 5 * np.sqrt(0.9 * 0.1 / part["star"].nunique()) + 0.02
    assert abs(part["in_set"].mean() - 0.9) < allowed


@pytest.mark.parametrize("percent", [68, 95])
def test_ranges_by_fold_hold_about_the_share_that_they_are_made_for(clean, percent):
    part, share = clean[clean["left_out"].str.startswith("fold")], percent / 100
    allowed = 5 * np.sqrt(share * (1 - share) / part["star"].nunique()) + 0.02
    assert abs(part[f"in_range_{percent}"].mean() - share) < allowed


@pytest.mark.parametrize("name", PARAMETERS)
def test_errors_of_parameters_by_fold_hold_about_two_thirds(clean, name):
    """They come from spectra of many signal-to-noise ratios, of which these are the best."""
    part = clean[clean["left_out"].str.startswith("fold")].dropna(subset=[name, f"{name}_error"])
    if part["star"].nunique() < 100:
        pytest.skip("too few stars have a value")
    held = (part[f"{name}_said"] - part[name]).abs() <= part[f"{name}_error"]
    assert abs(held.mean() - 0.68) < 5 * np.sqrt(0.68 * 0.32 / part["star"].nunique()) + 0.05


def test_the_written_model_loads_without_a_network_library_and_gives_distributions(run):
    model = Model.load(run / "results/classifier/model")
    flux = np.random.default_rng(0).uniform(0.8, 1.2, (3, model.wave.size))
    types = model.classify(flux, np.full_like(flux, 1e4))
    np.testing.assert_allclose(types.temperature.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(types.luminosity.sum(1), 1, atol=1e-5)
    assert types.parameters.shape == types.parameter_errors.shape == (3, 3)
