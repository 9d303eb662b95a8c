"""Forests, perceptrons and baselines."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.documents.sharma.estimators import build_estimator, held_back, predict_class, target
from obafgkm.training.baselines import majority_class, nearest_template, ridge

RNG = np.random.default_rng(3)


def script(name):
    """The public names of a script."""
    return runpy.run_path(str(ROOT / "workflow" / "scripts" / "sharma" / f"{name}.py"))


def test_the_nearest_template_is_found_whatever_the_flux_scale():
    templates = RNG.uniform(0.5, 1.5, (30, 100))
    number = RNG.permutation(70)[:30]
    noisy = templates * RNG.uniform(0.1, 10, (30, 1)) * (1 + 0.01 * RNG.normal(size=(30, 100)))
    assert np.array_equal(nearest_template(templates, number, noisy), number)


def test_the_nearest_template_minimises_chi_square():
    templates, flux = RNG.uniform(0.5, 1.5, (8, 40)), RNG.uniform(0.5, 1.5, (5, 40))
    scale = flux @ templates.T / (templates**2).sum(axis=1)
    chi_square = ((flux[:, None] - scale[..., None] * templates) ** 2).sum(axis=2)
    assert np.array_equal(nearest_template(templates, np.arange(8), flux), chi_square.argmin(axis=1))


def test_the_linear_fit_chooses_its_penalty_for_each_label():
    x = RNG.normal(size=(90, 35))
    y = np.column_stack([x @ np.arange(35.0), RNG.normal(size=90)])  # a linear relation, and none
    predicted = ridge((x[:40], y[:40]), (x[40:70], y[40:70]), x[70:], [1e-9, 1e9])
    np.testing.assert_allclose(predicted[:, 0], y[70:, 0], atol=1e-4)
    np.testing.assert_allclose(predicted[:, 1], y[:40, 1].mean(), atol=1e-5)


def test_the_majority_is_the_commonest_class():
    assert majority_class(np.array([3, 5, 5, 9]), 4).tolist() == [5, 5, 5, 5]


@pytest.mark.parametrize(
    "model", ["forest_classifier", "forest_regressor", "mlp_classifier", "mlp_regressor"]
)
def test_an_estimator_follows_from_its_seed(model):
    flux = RNG.normal(size=(60, 10))
    labels = pd.DataFrame({"mk_class": RNG.integers(0, 9, 60), "luminosity": 4})
    settings = {"n_estimators": 5} if model.startswith("forest") else {"max_iter": 5, "solver": "adam"}

    def fitted(seed):
        return build_estimator(model, settings, seed).fit(flux, target(model, labels))

    once, again, other = (predict_class(model, fitted(seed), flux) for seed in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_only_perceptrons_hold_spectra_back_and_whole_stars():
    stars = np.repeat(np.arange(100).astype(str), 3)
    held_out = held_back("mlp_regressor", stars, 0.15, 1)
    assert held_out.sum() == 45
    assert len(np.unique(stars[held_out])) == 15
    assert not held_back("forest_regressor", stars, 0.15, 1).any()


def test_the_score_of_each_part_is_of_its_own_spectra(tmp_path):
    training_scores = script("train_estimator")["training_scores"]
    flux, held_out = RNG.normal(size=(40, 5)), np.arange(40) < 10
    wanted = np.where(held_out, 3, 7)  # what was held back is of another class than what was learnt
    fitted = build_estimator("forest_classifier", {"n_estimators": 3}, 1).fit(
        flux[~held_out], wanted[~held_out]
    )
    scores = training_scores(fitted, flux, wanted, held_out, "simulated").set_index("part")
    assert scores["score"].to_dict() == {"training": 1.0, "validation": 0.0}
    assert scores["spectra"].to_dict() == {"training": 30, "validation": 10}


def test_a_regressor_speaks_in_class_numbers():
    flux = np.linspace(0, 69, 200)[:, None]
    labels = pd.DataFrame({"mk_class": np.round(flux[:, 0]).astype(int), "luminosity": 2})
    forest = build_estimator("forest_regressor", {"n_estimators": 20}, 1)
    forest.fit(flux, target("forest_regressor", labels))
    assert np.abs(predict_class("forest_regressor", forest, flux) - flux[:, 0]).max() < 1.5
