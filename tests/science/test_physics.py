"""Physics"""

import numpy as np
import pytest
from science import read_table
from scipy.stats import spearmanr

from obafgkm.archives.libraries import LIBRARIES
from obafgkm.spectra import Spectra

BALMER = (4101.7, 4340.5, 4861.3)  # Å, air


@pytest.fixture(scope="module")
def homogenised(run):
    """Wavelengths, flux and class numbers (A0 is 20) of all libraries."""
    parts = [Spectra.read(run / f"resources/homogenised/{library}.h5") for library in LIBRARIES]
    parts = [part for part in parts if len(part)]
    return (
        parts[0].wave,
        np.concatenate([part.flux for part in parts]),
        np.concatenate([part.labels["mk_class"] for part in parts]),
    )


def test_homogenised_spectra_are_finite_and_one_at_5550_angstrom(homogenised):
    wave, flux, _ = homogenised
    assert np.isfinite(flux).all()
    np.testing.assert_allclose(flux[:, np.argmin(np.abs(wave - 5550))], 1, atol=1e-6)


def test_balmer_lines_are_strongest_near_a0(homogenised):
    wave, flux, mk_class = homogenised

    def width(line):
        """Equivalent width within 20 Å of a line, against 30 to 50 Å beside it."""
        distance = np.abs(wave - line)
        beside = flux[:, (distance >= 30) & (distance <= 50)].mean(axis=1)
        return 40 * (1 - flux[:, distance <= 20].mean(axis=1) / beside)

    strength = np.mean([width(line) for line in BALMER], axis=0)
    near = {number: strength[np.abs(mk_class - number) <= 2.5] for number in range(70)}
    medians = {number: np.median(values) for number, values in near.items() if len(values) >= 3}
    assert 17 <= max(medians, key=medians.get) <= 28
    assert max(medians.values()) > 2 * np.median(strength[mk_class >= 40])


def test_stars_redden_along_the_sequence(homogenised):
    wave, flux, mk_class = homogenised
    blue_to_red = flux[:, wave < 4500].mean(axis=1) / flux[:, wave > 6300].mean(axis=1)
    assert spearmanr(mk_class, blue_to_red).statistic < -0.9


def test_errors_grow_with_reddening(run):
    table = read_table(run, "sharma/table_sensitivity")
    table = table[(table["test"] == "reddening") & table["model"].str.contains("ANN|CNN")]
    table["a_v"] = table["setting"].str.extract(r"([\d.]+) mag").astype(float)
    assert table["a_v"].nunique() > 1
    baselines = read_table(run, "sharma/table3").set_index("model")
    majority = np.hypot(*baselines.loc["Majority class (baseline)", ["sigma", "bias"]])
    for model, rows in table.sort_values("a_v").groupby("model"):
        rms, low = rows["rms"].to_numpy(), rows["rms_low"].to_numpy()
        if rms[0] < 0.7 * majority:  # it has learnt something that reddening can spoil
            assert (rms[1:] >= low[:-1]).all(), f"{model}: RMS falls by more than its noise"
            assert rms[-1] > rms[0], model


def test_quasars_lie_beyond_galaxies_beyond_stars(run):
    labels = Spectra.read(run / "resources/csepreghy/sample.h5").labels
    median = labels.groupby("class")["z"].median()
    assert median["STAR"] < median["GALAXY"] < median["QSO"]
    assert abs(median["STAR"]) < 1e-3


def test_labels_of_synthetic_spectra_lie_in_the_ranges_of_their_grid(run):
    for table in ("gebran/table1", "gebran/table4"):
        rows = read_table(run, table).dropna(subset="lowest_drawn")  # the resolution is set, not drawn
        assert (rows["lowest"] <= rows["lowest_drawn"]).all()
        assert (rows["lowest_drawn"] < rows["highest_drawn"]).all()
        assert (rows["highest_drawn"] <= rows["highest"]).all()
