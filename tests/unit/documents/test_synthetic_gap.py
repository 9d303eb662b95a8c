"""The synthetic gap: samples and exhibits."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.homogenise import wavelength_grid

SCRIPTS = ROOT / "workflow" / "scripts" / "synthetic_gap"
SETTINGS = {"number": 60, "teff": [3850, 12000], "feh": [-1, 0.5], "snr": 100}
WAVE = wavelength_grid(3900, 6799, 1)


@pytest.fixture(scope="module")
def samples():
    return runpy.run_path(str(SCRIPTS / "gap_samples.py"))


def test_synthetic_stars_fill_their_range_and_are_inside(samples):
    spectra = samples["synthetic_stars"](SETTINGS, None, WAVE, 4.5, 1)
    labels = spectra.labels
    assert samples["is_inside"](labels, SETTINGS).all()
    assert labels["teff"].min() < 4500
    assert labels["teff"].max() > 10000
    assert np.isfinite(spectra.flux).all()
    near = spectra.flux[:, np.abs(WAVE - 5550) < 25].mean(axis=1)
    np.testing.assert_allclose(near, 1, atol=0.02)


def test_stars_outside_any_of_the_ranges_are_outside(samples):
    """The Sun; too cool, too poor in metals, a supergiant that does not exist, a white dwarf."""
    labels = pd.DataFrame(
        {
            "teff": [5772, 3800, 5772, 5772, 5772],
            "logg": [4.44, 4.5, 4.44, -1.0, 8.0],
            "feh": [0.0, 0.0, -1.1, 0.0, 0.0],
        }
    )
    assert samples["is_inside"](labels, SETTINGS).tolist() == [True, False, False, False, False]


def test_temperatures_are_learnt_as_logarithms_and_told_in_kelvin(tmp_path):
    gap = runpy.run_path(str(SCRIPTS / "gap.py"))["gap"]
    learnt = []

    def fit_models(x, y, *_):
        learnt.append(y[0, 0])
        return {"network": lambda x: np.tile([np.log10(5772), 4.44, 0.0], (len(x), 1))}

    gap.__globals__["fit_models"] = fit_models
    labels = pd.DataFrame({"star": [str(i) for i in range(20)], "teff": 1e4, "logg": 4.0, "feh": -0.5})
    labels = labels.assign(source="simulated", inside=True, type_range="A")
    flux = np.ones((20, WAVE.size))
    synthetic = Spectra(WAVE, flux, flux, labels)
    settings = {"test": 0.2, "validation": 0.2}
    table = gap(synthetic, synthetic.select(np.zeros(20, bool)), settings, 5550, 1, 1, tmp_path)
    assert learnt == [4, 4]
    means = table.groupby("parameter")[["expected", "predicted"]].mean()
    np.testing.assert_allclose(means.loc[["teff", "logg", "feh"]], [[1e4, 5772], [4, 4.44], [-0.5, 0]])
    assert len(table) == 2 * 4 * 3


def test_types_are_those_of_dwarfs(samples):
    teff = [3000, 4500, 5772, 6500, 8000, 15000, 36000]
    assert "".join(samples["type_range"](teff)) == "MKGFABO"


def test_input_does_not_depend_on_the_flux_scale():
    as_input = runpy.run_path(str(SCRIPTS / "gap.py"))["as_input"]
    rng = np.random.default_rng(1)
    flux = (1 + 1e-4 * (WAVE - 5550) + 0.02 * rng.normal(size=WAVE.size))[None]
    labels = pd.DataFrame({"source": ["simulated"]})
    one, other = (Spectra(WAVE, scale * flux, np.ones_like(flux), labels) for scale in (1, 7))
    for way in ("flux", "normalised"):
        np.testing.assert_allclose(as_input(one, way, 5550), as_input(other, way, 5550), rtol=1e-4)
    assert as_input(one, "flux", 5550)[0, np.abs(WAVE - 5550) < 25].mean() == pytest.approx(1)
    assert np.polyfit(WAVE, as_input(one, "normalised", 5550)[0], 1)[0] == pytest.approx(0, abs=2e-6)


def test_the_table_counts_every_star_once_inside_or_outside():
    table_gap = runpy.run_path(str(SCRIPTS / "table_gap.py"))["table_gap"]
    rng, n = np.random.default_rng(2), 40
    stars = pd.DataFrame(
        {
            "sample": ["MILES"] * n + ["synthetic"] * 10,
            "star": [f"HD {i}" for i in range(n + 10)],
            "inside": np.append(rng.random(n) < 0.7, [True] * 10),
            "type_range": rng.choice(list("FGK"), n + 10),
            "source": ["mirror"] * n + ["simulated"] * 10,
            "input": "flux",
            "model": "network",
            "expected": 1.0,
        }
    )
    predictions = pd.concat([stars.assign(parameter=name) for name in ("teff", "logg", "feh")])
    predictions["predicted"] = np.where(predictions["inside"], 1.5, 3.0)
    table = table_gap(predictions, {"bootstrap": 30, "confidence": 0.95, "clip": 3}, 1)
    counts = table[table["parameter"] == "logg"].set_index("stars")["spectra"]
    assert counts["synthetic, all"] == 10
    assert counts["MILES, all inside"] + counts["MILES, outside"] == n
    assert counts.filter(regex="MILES, . inside").sum() == counts["MILES, all inside"]
    assert table.set_index("stars")["bias"].groupby("stars").first()["MILES, outside"] == pytest.approx(2)
    assert set(table["source"]) == {"simulated", "mirror, simulated"}


def test_real_stars_with_parameters_are_used_whether_or_not_they_have_a_type(samples, mirror):
    stars = samples["library_stars"](mirror / "miles", "mirror", WAVE, 4.5, 5550)
    assert len(stars) == 946
    assert stars.labels["star"].is_unique
    assert set(stars.labels["source"]) == {"mirror"}
    sun_like = stars.labels["teff"].between(5700, 5850) & stars.labels["logg"].between(4.3, 4.5)
    assert sun_like.sum() > 5
