"""Splits by star."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obafgkm.documents.sharma.samples import autoencoder_parts, internal_dispersion, sharma_samples
from obafgkm.spectra import Spectra
from obafgkm.training.splits import held_out_stars


def library(name, stars, luminosity):
    n = len(stars)
    labels = pd.DataFrame(
        {
            "library": name,
            "file": [f"{i}" for i in range(n)],
            "name": stars,
            "star": stars,
            "source": "simulated",
            "luminosity": luminosity,
        }
    )
    return Spectra(np.arange(3.0), np.ones((n, 3)), np.ones((n, 3)), labels)


def test_stars_of_cflib_and_spectra_without_luminosity_do_not_train():
    libraries = {
        "jhc": library("jhc", ["a", "b"], [4, 4]),
        "elodie": library("elodie", ["c", "c", "d"], [4, 4, -1]),
        "miles": library("miles", ["e", "f"], [0, 2]),  # class I, the supergiants, is number 0
        "cflib": library("cflib", ["a", "x"], [4, -1]),
    }
    training, test, left_out = sharma_samples(libraries, {"a", "x", "f"})
    assert training.labels["star"].tolist() == ["b", "c", "c", "e"]
    assert test.labels["star"].tolist() == ["a", "x"]
    assert left_out["name"].tolist() == ["a", "d", "f"]
    assert left_out["reason"].str.contains("CFLIB").tolist() == [True, False, True]


def test_a_shared_star_that_was_not_resolved_stops_everything():
    libraries = {name: library(name, ["a"], [4]) for name in ("jhc", "elodie", "miles", "cflib")}
    with pytest.raises(AssertionError, match="both sides"):
        sharma_samples(libraries, set())


@given(st.lists(st.integers(0, 30), min_size=5, max_size=80), st.floats(0.1, 0.9), st.integers(0, 99))
def test_no_star_is_on_both_sides(stars, fraction, seed):
    stars = np.array([f"HD {star}" for star in stars])
    held_out = held_out_stars(stars, fraction, seed)
    assert not set(stars[held_out]) & set(stars[~held_out])
    n_stars = len(set(stars))
    assert len(set(stars[held_out])) == round(fraction * n_stars)


def test_the_split_follows_from_the_seed():
    stars = [f"HD {i}" for i in range(200)]
    assert np.array_equal(held_out_stars(stars, 0.15, 1), held_out_stars(stars, 0.15, 1))
    assert not np.array_equal(held_out_stars(stars, 0.15, 1), held_out_stars(stars, 0.15, 2))


def test_unlabelled_spectra_are_divided_as_in_the_paper_and_by_star():
    stars = np.arange(61_624) // 2  # every star twice
    validation, test = autoencoder_parts(stars, 1)
    assert abs(test.sum() - 6_624) <= 2
    assert abs(validation.sum() - 5_000) <= 2
    parts = validation + 2 * test.astype(int)
    assert (parts[::2] == parts[1::2]).all()
    assert not (validation & test).any()


def test_of_three_stars_one_trains_one_validates_and_one_tests():
    validation, test = autoencoder_parts(["a", "b", "c"], 1)
    assert (validation.sum(), test.sum(), (validation | test).sum()) == (1, 1, 2)


def test_the_dispersion_of_a_subclass_is_the_mean_of_its_members_standard_deviations():
    """Offsets of -1, -1 and 2 from their mean, at every pixel; and a subclass of one."""
    flux = np.add.outer([0.0, 0.0, 3.0, 7.0], np.linspace(1, 2, 11))
    table = internal_dispersion(flux, np.array([42, 42, 42, 10]))
    assert table["class"].tolist() == [10, 42]
    assert table["population"].tolist() == [1, 3]
    np.testing.assert_allclose(table["dispersion"], [0, (1 + 1 + 2) / 3])
