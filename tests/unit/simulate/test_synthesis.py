"""The physics of simulated spectra: lines, atmospheres, and the nodes against the synthesis itself."""

import numpy as np
import pytest

from obafgkm.simulate.atmosphere import adiabatic_gradient, temperature_law
from obafgkm.simulate.lines import atomic_lines, faint_lines, hydrogen_lines
from obafgkm.simulate.molecules import molecular_lines
from obafgkm.simulate.nodes import TEFFS, StellarGrid, gravity_limits, node_spectrum


@pytest.fixture(scope="module")
def grid():
    return StellarGrid.load()


def equivalent_width(grid, low, high, teff, logg, feh=0.0):
    normalised, _ = grid(teff, logg, feh)
    inside = (grid.wave > low) & (grid.wave < high)
    return np.trapezoid(1 - normalised[:, inside], grid.wave[inside], axis=1)


def test_balmer_lines_have_their_wavelengths_and_strengths():
    balmer = hydrogen_lines().query("gamqst == 2").set_index("gamvw")
    assert balmer.loc[4.0, "wlcent"] == pytest.approx(4861.33, abs=0.05)
    # Wiese & Fuhr 2009
    assert balmer.loc[3.0, "gflog"] == pytest.approx(0.710, abs=0.01)
    assert balmer.loc[4.0, "gflog"] == pytest.approx(-0.020, abs=0.01)
    assert balmer.loc[10.0, "gflog"] == pytest.approx(-1.511, abs=0.02)


def test_line_lists_are_within_the_range_and_repeat():
    for lines in (atomic_lines(), faint_lines(), molecular_lines()):
        assert lines["wlcent"].between(3440, 9510).all()
        assert np.isfinite(lines["gflog"]).all()
    assert faint_lines().equals(faint_lines())


@pytest.mark.parametrize(("species", "head", "red"), [("TiO 1", 7054.3, True), ("CN 1", 3883.4, False)])
def test_band_heads_are_where_they_are_observed(species, head, red):
    lines = molecular_lines(species={species})
    strength = 10 ** (lines["gflog"] - 2.0 * lines["excit"])
    inside = strength[
        lines["wlcent"].between(head - 0.5, head + 5)
        if red
        else lines["wlcent"].between(head - 5, head + 0.5)
    ]
    outside = strength[
        lines["wlcent"].between(head - 6, head - 0.5)
        if red
        else lines["wlcent"].between(head + 0.5, head + 6)
    ]
    assert inside.sum() > 3 * outside.sum()


def test_temperature_law_gives_the_effective_temperature_near_the_photosphere():
    tau = np.array([1e-4, 0.3, 0.7, 10.0])
    temperature = temperature_law(tau, 5777.0, 4.44, 0.0)
    assert np.all(np.diff(temperature) > 0)
    assert temperature[1] < 5777.0 < temperature[2]


def test_adiabatic_gradient_is_small_where_hydrogen_ionises():
    assert adiabatic_gradient(4000.0, 1e5) == pytest.approx(0.4, abs=0.01)
    assert adiabatic_gradient(12000.0, 1e5) < 0.15


def test_balmer_lines_peak_near_a0(grid):
    teff = np.array([5000, 6000, 7000, 8000, 9000, 10000, 12000, 16000, 25000, 40000.0])
    width = equivalent_width(grid, 4825, 4897, teff, 4.0)
    assert 7500 <= teff[width.argmax()] <= 10000
    assert width.max() > 1.4 * width[0]
    assert width.max() > 4 * width[-1]


def test_balmer_wings_of_a_stars_grow_with_gravity(grid):
    assert np.all(np.diff(equivalent_width(grid, 4300, 4380, 10000.0, np.array([2.0, 3.0, 4.0]))) > 1)


def test_metal_lines_grow_with_metallicity_and_towards_cool_stars(grid):
    by_metallicity = equivalent_width(grid, 5150, 5350, 5800.0, 4.4, np.array([-1.0, -0.5, 0.0, 0.4]))
    by_temperature = equivalent_width(grid, 5150, 5350, np.array([12000, 9000, 7000, 6000, 5000.0]), 4.3)
    assert np.all(np.diff(by_metallicity) > 0)
    assert np.all(np.diff(by_temperature) > 0)


def test_helium_appears_where_it_should(grid):
    neutral = equivalent_width(grid, 4468, 4475, np.array([9000, 20000.0]), 4.0)
    ionised = equivalent_width(grid, 4683, 4689, np.array([20000, 40000.0]), 4.0)
    assert neutral[1] > neutral[0]
    assert ionised[1] > ionised[0] + 0.2


def test_titanium_oxide_marks_m_stars(grid):
    strength = equivalent_width(
        grid, 7054, 7150, np.array([3000, 3500, 4000, 5000.0]), np.array([5, 4.8, 4.6, 4.5])
    )
    assert np.all(np.diff(strength) < 0)
    assert strength[1] > 15
    assert strength[3] < 8


def test_balmer_jump_of_a_stars(grid):
    _, continuum = grid(np.array([9500.0, 5000.0]), 4.0, 0.0)
    blue, red = (continuum[:, np.abs(grid.wave - w).argmin()] for w in (3600, 3720))
    assert np.all((red / blue) > [1.8, 1.0])


def test_labels_are_clipped_to_the_grid(grid):
    outside, edge = grid(1000.0, 9.0, -3.0), grid(TEFFS[0], gravity_limits(TEFFS[0])[1], -1.0)
    np.testing.assert_array_equal(outside[0], edge[0])


@pytest.mark.slow
def test_nodes_reproduce_the_synthesis(grid):
    teff = 6000.0
    low, high = gravity_limits(teff)
    logg = low + 0.75 * (high - low)
    direct, _ = node_spectrum(teff, logg, 0.0)
    stored, _ = grid(teff, logg, 0.0)
    assert np.sqrt(np.mean((stored[0] - direct) ** 2)) < 2 * grid.residual_rms + 5e-4
    assert grid.residual_rms < 1e-3
