"""The scripts of the robustness tests and their exhibits."""

import runpy

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.documents.sharma.robustness import by_network, classified, colour_change
from obafgkm.evaluation.intervals import bootstrap_interval, rms_interval
from obafgkm.spectra import Spectra

SCRIPTS = ROOT / "workflow" / "scripts"
SETTINGS = {"bootstrap": 100, "confidence": 0.95, "clip": 3}
NAMES = {"ann": "ANN", "cnn": "CNN"}


def script(name):
    """The public names of a script."""
    return runpy.run_path(str(SCRIPTS / f"{name}.py"))


class Network:
    """Takes the flux in a shape of its own and calls every spectrum a B0."""

    def __init__(self, *shape):
        self.input_shape = (None, *shape)

    def predict(self, flux, verbose):
        assert flux.shape[1:] == self.input_shape[1:]
        return np.eye(70)[np.full(len(flux), 10)]


@pytest.fixture
def spectra():
    wave, number = np.arange(3900.0, 4400.0), np.repeat([10, 35, 64], 2)
    slope = np.linspace(0.5, 1.5, wave.size)
    flux = np.where(number[:, None] < 20, slope[::-1], slope) * (1 - 0.3 * (abs(wave - 4102) < 10))
    labels = pd.DataFrame(
        {
            "library": "cflib",
            "file": [f"{i}.fits" for i in range(6)],
            "star": ["HD 1", "HD 1", "HD 2", "HD 3", "HD 4", "HD 175588"],
            "source": "simulated",
            "mk_class": number,
            "mk_type": ["B0V", "B0V", "F5V", "F5V", "M4III", "M4III"],
        }
    )
    return Spectra(wave, flux, np.ones_like(flux), labels)


@pytest.fixture
def errors(spectra):
    """Errors of every test, as the workflow measures them."""
    networks = {"ann": by_network(Network(500)), "cnn": by_network(Network(496, 1))}
    sets = [({"test": "clean"}, spectra.flux), ({"test": "normalised"}, spectra.flux)]
    sets += [({"test": f"trained on {what}"}, spectra.flux) for what in ("normalised", "continua")]
    sets += [({"test": "wrong labels", "setting": share}, spectra.flux) for share in (0, 0.1)]
    sets += [({"test": "shuffled continua", "repeat": i}, spectra.flux) for i in range(3)]
    sets += [({"test": "reddening", "setting": a_v}, spectra.flux) for a_v in (0, 0.1, 0.25, 1)]
    predictions = classified(networks, spectra, sets).fillna({"repeat": 0})
    # The order of a file's rows does not matter.
    return script("sharma/robustness_errors")["sensitivity_errors"](predictions.sample(frac=1), SETTINGS, 1)


def test_every_network_sees_the_pixels_and_the_shape_that_it_takes(spectra):
    networks = {"ann": by_network(Network(500)), "cnn": by_network(Network(496, 1))}
    table = classified(networks, spectra, [({"test": "clean"}, spectra.flux)])
    assert table["model"].tolist() == ["ann"] * 6 + ["cnn"] * 6
    assert (table["predicted"] == 10).all()
    assert table["expected"][:6].tolist() == spectra.labels["mk_class"].tolist()


def test_a_change_of_colour_is_told_in_magnitudes_whatever_the_scale(spectra):
    ramp = 10 ** (0.4 * np.linspace(0.5, -0.5, spectra.wave.size))  # bluer by a magnitude from end to end
    whole = colour_change(spectra.wave, spectra.flux, spectra.flux * 7)
    assert whole == pytest.approx(0, abs=1e-6)
    bluer = colour_change(spectra.wave, np.ones_like(spectra.flux), np.ones_like(spectra.flux) * ramp)
    assert bluer == pytest.approx(
        0.8, abs=0.01
    )  # between the centres of two bands that are 100 of 500 Å wide
    table = classified(
        {"none": lambda flux: np.zeros(6)}, spectra, [({"test": "bluer"}, spectra.flux * ramp)]
    )
    np.testing.assert_allclose(table["colour_change"], 0.8, atol=0.03)


def test_a_spectrum_is_lines_times_continuum_and_keeps_its_signal_to_noise(spectra):
    normalised, continua = script("sharma/divide_by_continua")["divided_spectra"](spectra)
    assert np.median(normalised.flux) == pytest.approx(1, abs=0.05)
    np.testing.assert_allclose(normalised.flux * continua.flux, spectra.flux, rtol=1e-6)
    before, after = (s.flux * np.sqrt(s.ivar) for s in (spectra, normalised))
    np.testing.assert_allclose(after, before, rtol=1e-5)


def test_every_test_set_tells_what_it_is(spectra):
    sets = list(script("sharma/classify_spoilt")["spoilt_sets"](spectra, spectra, 2, 0.05, 4200, 1))
    assert [(about["test"], about.get("repeat")) for about, _ in sets[:3]] == [
        ("normalised", None),
        ("shuffled continua", 0),
        ("shuffled continua", 1),
    ]
    assert [about["setting"] for about, _ in sets[3:]] == [i / 20 for i in range(21)]
    np.testing.assert_array_equal(sets[3][1], spectra.flux)


def test_trainings_differ_in_what_they_are_told_and_survive_a_kill(spectra, tmp_path):
    other = Spectra(spectra.wave, 2 * spectra.flux, spectra.ivar, spectra.labels)
    samples = {"flux": (spectra, spectra), "normalised": (other, other)}
    cases = [
        {"test": "clean", "setting": None, "repeat": 1, "seed": 2},
        {"test": "trained on normalised", "setting": None, "repeat": 0, "seed": 1},
        {"test": "wrong labels", "setting": 0.5, "repeat": 0, "seed": 1},
    ]
    told = []

    def predict(flux, labels, test_flux, seed):
        told.append((flux.mean(), (labels["mk_class"] != spectra.labels["mk_class"]).sum(), seed))
        return np.full(len(test_flux), 10)

    retrain = script("sharma/retrain")["retrain"]
    table = retrain(cases, samples, predict, tmp_path / "trials.jsonl", "a")
    mean = spectra.flux.mean()
    assert told == [(mean, 0, 2), (pytest.approx(2 * mean), 0, 1), (mean, 3, 1)]
    assert table.groupby("test", sort=False).size().to_dict() == {case["test"]: 6 for case in cases}
    assert (table["expected"].to_numpy().reshape(3, 6) == spectra.labels["mk_class"].to_numpy()).all()
    again = retrain(cases, samples, predict, tmp_path / "trials.jsonl", "a")
    assert len(told) == 3
    pd.testing.assert_frame_equal(again, table)
    retrain(cases, samples, predict, tmp_path / "trials.jsonl", "other settings")
    assert len(told) == 6


def test_a_program_need_not_classify_every_spectrum(spectra, errors):
    def classify(wave, flux, names):
        # A peculiar star has a hydrogen type, but is none of those that the paper counts as classified.
        outcome = ["unclassified", "peculiar", *["classified"] * 4]
        return pd.DataFrame({"number": [np.nan, *[10.0] * 5], "type": "B0", "outcome": outcome})

    spectra.labels["name"] = spectra.labels["star"]
    mk_program = script("sharma/classify_by_program")["classify_reddened"]
    table = mk_program(spectra, [0, 1], 4200, classify).assign(model="nutmaat")
    measured = script("sharma/robustness_errors")["sensitivity_errors"](table, SETTINGS, 1)
    for count, expected in {"classified": 4, "peculiar": 1, "unclassified": 1}.items():
        assert measured[count].tolist() == [expected, expected]
    expected = spectra.labels["mk_class"][2:]
    np.testing.assert_allclose(measured["rms"], np.sqrt(((expected - 10) ** 2).mean()))
    both = pd.concat([errors, measured])
    program = script("sharma/table_sensitivity")["table_sensitivity"](both, {**NAMES, "nutmaat": "NutMaat"})
    assert program.set_index("model").loc["NutMaat", "peculiar"].tolist() == [1, 1]
    figure = script("sharma/fig_reddening")["fig_reddening"](both, {**NAMES, "nutmaat": "NutMaat"}, 0.95)
    assert "4–4 of 6" in figure.axes[0].get_legend().get_texts()[2].get_text()
    plt.close("all")


def test_quick_intervals_are_those_of_the_bootstrap():
    rng = np.random.default_rng(1)
    stars = rng.integers(0, 150, 200).astype(str)
    difference = rng.normal(0, 2, (200, 2))
    low, high = rms_interval(difference, stars, samples=2000, confidence=0.95, seed=2)
    slow = bootstrap_interval(
        lambda d: {i: np.sqrt((d[:, i] ** 2).mean()) for i in range(2)},
        stars,
        difference,
        samples=2000,
        confidence=0.95,
        seed=2,
    )
    np.testing.assert_allclose(np.transpose([low, high]), [slow[0], slow[1]], atol=0.03)


def test_errors_have_one_row_a_test_setting_repeat_and_model(errors, spectra):
    assert len(errors) == 2 * 13
    rms = np.sqrt(((spectra.labels["mk_class"] - 10) ** 2).mean())
    np.testing.assert_allclose(errors["rms"], rms)
    assert (errors["rms_low"] <= rms).all()
    assert (errors["rms_high"] >= rms).all()
    for name in ("clipped_bias", "clipped_sigma"):
        assert (errors[f"{name}_low"] < errors[name]).all()
        assert (errors[f"{name}_high"] > errors[name]).all()
    assert (errors["source"] == "simulated").all()
    assert (errors["spectra"] == 6).all()


def test_the_table_has_one_row_a_test_and_the_range_of_repeats(errors):
    table = script("sharma/table_sensitivity")["table_sensitivity"](errors, NAMES)
    assert list(dict.fromkeys(table["test"])) == script("sharma/table_sensitivity")["TESTS"]
    shuffled = table[table["test"] == "shuffled continua"]
    assert shuffled["repeats"].tolist() == [3, 3]
    assert shuffled["rms_smallest"].notna().all()
    assert table.loc[table["test"] == "clean", "rms_sd"].isna().all()
    assert (table["clipped_sigma_low"] < table["clipped_sigma_high"]).all()
    settings = table.loc[table["test"] == "reddening", "setting"]
    assert set(settings) == {"A_V = 0 mag", "A_V = 0.1 mag", "A_V = 1 mag"}


def test_the_star_of_the_paper_or_the_nearest_class_stands_in(spectra):
    find_star = script("sharma/fig16")["find_star"]
    assert find_star(spectra.labels, "HD 175588", 64) == 5
    assert find_star(spectra.labels, "HD 184915", 12) == 0


def test_figures_are_drawn(errors, spectra):
    normalised, _ = script("sharma/divide_by_continua")["divided_spectra"](spectra)
    predictions = pd.DataFrame({"predicted": np.full(6, 10)})
    assert len(script("sharma/fig16")["fig16"](spectra, normalised, predictions).axes) == 6
    one = errors[errors["model"] == "ann"]
    assert script("sharma/fig_labels")["fig_labels"](one, 0.95, 3).axes[0].get_legend()
    assert len(script("sharma/fig_reddening")["fig_reddening"](errors, NAMES, 0.95).axes[0].lines) == 2
    plt.close("all")
