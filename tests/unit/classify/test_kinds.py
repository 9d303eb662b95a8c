"""Simulated objects other than stars: what each kind shows, and where."""

import numpy as np
import pytest

from obafgkm.classify.conditions import FINE
from obafgkm.classify.kinds import KINDS, is_other
from obafgkm.classify.other_objects import other_objects

NUMBER = 40


@pytest.fixture(scope="module")
def objects():
    return other_objects(NUMBER, np.random.default_rng(3))


def of_kind(objects, kind):
    flux, kinds = objects
    return flux[kinds == KINDS.index(kind)].astype(float)


def depth(flux, wave, width):
    """Depth of lines below the continuum on both sides, as a fraction of it."""
    here = flux[:, np.abs(FINE - wave) < 4].mean(1)
    beside = flux[:, np.abs(np.abs(FINE - wave) - width) < 6].mean(1)
    return 1 - here / beside


def test_there_are_equally_many_of_each_kind_but_stars(objects):
    flux, kinds = objects
    np.testing.assert_array_equal(np.bincount(kinds), [0] + [NUMBER] * (len(KINDS) - 1))
    assert np.isfinite(flux).all()
    assert (flux.max(1) > 0).all()


def test_white_dwarfs_have_lines_broader_than_subdwarfs(objects):
    """Of hydrogen or helium; near the centre, both are deep."""
    for kind, least in (("white dwarf", 0.25), ("hot subdwarf", 0.15)):
        flux = of_kind(objects, kind)
        deepest = np.max([depth(flux, wave, 100) for wave in (3934, 4341, 4472, 4686, 4861, 5165)], axis=0)
        assert np.median(deepest) > least

    def breadth(kind):
        flux = of_kind(objects, kind)
        flux = flux[depth(flux, 4861, 100) > 0.15]
        return np.median(depth(flux, 4861 - 25, 90) / depth(flux, 4861, 90))

    assert breadth("white dwarf") > 2 * breadth("hot subdwarf")


def test_carbon_stars_have_the_swan_bands(objects):
    flux = of_kind(objects, "carbon star")
    assert (flux[:, np.abs(FINE - 5120) < 20].mean(1) < 0.8 * flux[:, np.abs(FINE - 5200) < 15].mean(1)).all()


def test_galaxies_and_quasars_are_redshifted(objects):
    """Their strongest features are at many places, those of lamps nowhere."""
    for kind, few in (("galaxy", 5), ("quasar", 10)):
        flux = of_kind(objects, kind)
        slope = np.abs(np.diff(np.log(np.maximum(flux, 1e-3 * flux.max(1, keepdims=True))), axis=1))
        assert len(set(slope.argmax(1) // 10)) > few
    lamps = of_kind(objects, "featureless")
    curvature = np.abs(np.diff(np.log(lamps), n=2, axis=1)).max(1)
    assert (curvature < 0.05).all()
    assert (curvature < 1e-4).any(), "half of them have no fringes"


def test_lamps_are_no_other_kind_of_object():
    others = [kind for kind, other in zip(KINDS, is_other(np.arange(len(KINDS))), strict=True) if other]
    assert others == list(KINDS[1:-1])
