"""Forests and baselines."""

import numpy as np

from obafgkm.models.baselines import majority_class, nearest_template
from obafgkm.models.forests import build_forest

RNG = np.random.default_rng(3)


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


def test_the_majority_is_the_commonest_class():
    assert majority_class(np.array([3, 5, 5, 9]), 4).tolist() == [5, 5, 5, 5]


def test_a_forest_follows_from_its_seed():
    flux, number = RNG.normal(size=(60, 10)), RNG.integers(0, 9, 60)
    settings = {"trees": 5, "max_features": "sqrt", "min_samples_leaf": 2}
    once = build_forest("classifier", 1, 1, **settings).fit(flux, number).predict(flux)
    again = build_forest("classifier", 1, 2, **settings).fit(flux, number).predict(flux)
    other = build_forest("classifier", 2, 1, **settings).fit(flux, number).predict(flux)
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)
