"""Saldic & Rathcke: the label grid, the splits, the network, the scripts."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.documents.saldic.grid import (
    PARAMETERS,
    count_spectra,
    divide,
    down_sample,
    draw_labels,
    inside,
    label_grid,
    pixels,
)
from obafgkm.errors import ObafgkmError
from obafgkm.spectra import Spectra

SCRIPTS = ROOT / "workflow" / "scripts" / "saldic"
SPLIT = {"test": 0.125, "validation": 0.125, "region": {"teff": [6000, 7000], "logg": [3, 5]}}
WAYS = ["random", "nodes", "region"]


def test_the_grid_has_the_slides_counts():
    table = count_spectra()
    # Column "Total spectra": how often each number stands in it.
    assert table["spectra"].value_counts().to_dict() == {2233: 11, 2030: 6, 1827: 3, 1624: 3, 1421: 3}
    assert table["spectra"].is_monotonic_decreasing
    assert len(label_grid()) == table["spectra"].sum() == 51359
    assert not label_grid()[PARAMETERS].duplicated().any()
    assert table.filter(regex=r"\.").sum(axis=1).tolist() == table["gravities"].tolist()


def test_a_quarter_held_out_at_random_leaves_the_slides_training_set():
    part = divide(label_grid(), "random", SPLIT, 1)
    assert (part == "training").sum() == 38519


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("n", [400, 60000])
def test_every_spectrum_is_in_one_part(way, n):
    labels = draw_labels(n, 3)
    part = divide(labels, way, SPLIT, 3)
    assert set(part) == {"training", "validation", "test"}
    assert (part == "test").mean() == pytest.approx(0.11, abs=0.05)
    np.testing.assert_array_equal(part, divide(labels, way, SPLIT, 3))


@pytest.mark.parametrize("way", WAYS)
def test_the_validation_set_is_a_share_of_all_that_lies_outside_a_region(way):
    labels = label_grid()
    unit, part = labels.index if way == "random" else labels["node"], divide(labels, way, SPLIT, 1)
    outside = unit.nunique() - (unit[part == "test"].nunique() if way == "region" else 0)
    assert unit[part == "validation"].nunique() / outside == pytest.approx(SPLIT["validation"], abs=1e-3)


def test_held_out_atmospheres_are_whole():
    labels = draw_labels(5000, 2)
    for way in ("nodes", "region"):
        part = pd.Series(divide(labels, way, SPLIT, 2), index=labels.index)
        assert (part.groupby(labels["node"]).nunique() == 1).all()


def test_the_region_is_a_hole_in_the_training_set():
    labels = draw_labels(5000, 2)
    part = divide(labels, "region", SPLIT, 2)
    hole = labels["teff"].between(6000, 7000) & labels["logg"].between(3, 5)
    np.testing.assert_array_equal(part == "test", hole)
    np.testing.assert_array_equal(inside(labels, SPLIT["region"]), hole)


def test_an_empty_part_is_an_error_that_names_it():
    with pytest.raises(ObafgkmError, match=r"saldic\.spectra\.number.*none for test"):
        divide(draw_labels(200, 1), "region", {**SPLIT, "region": {"teff": [1, 2]}}, 1)


def test_down_sampling_gives_the_slides_pixels_and_keeps_the_mean():
    wave = pixels({"wave": [5050, 5350], "pixels": 29788})
    assert wave[-1] - wave[0] == 300
    coarse = down_sample(np.stack([wave, wave**2]), 4)
    assert coarse.shape == (2, 7447)
    np.testing.assert_allclose(coarse.mean(axis=1), [wave.mean(), (wave**2).mean()])
    np.testing.assert_allclose(coarse[0, 0], wave[:4].mean())


@pytest.mark.slow
@pytest.mark.usefixtures("backend")
def test_the_network_has_the_printed_layers():
    from obafgkm.documents.saldic.network import build_saldic
    from obafgkm.training.engine import layer_table

    table = layer_table(build_saldic(7447, 4))
    assert table["outputs"].tolist() == [
        *("7447", "7447 x 1", "7447 x 4", "7447 x 16", "1861 x 16", "29776", "256", "128", "4")
    ]
    assert table["parameters"].tolist() == [0, 0, 132, 2064, 0, 0, 7622912, 32896, 516]
    assert table["parameters"].sum() == 7658520


@pytest.fixture
def sample():
    """Spectra of 40 pixels that a straight line tells the labels from."""
    labels = draw_labels(300, 5).rename_axis("spectrum").reset_index().assign(source="simulated")
    scaled = labels[PARAMETERS] / labels[PARAMETERS].max()
    weights = np.random.default_rng(1).normal(size=(4, 40))
    flux = 1 - 0.02 * scaled.to_numpy() @ weights
    return Spectra(np.arange(40.0), flux, np.ones_like(flux), labels)


def test_the_linear_fit_finds_a_linear_relation_in_every_split(sample):
    baselines = runpy.run_path(str(SCRIPTS / "baselines.py"))
    table = baselines["predict_baselines"](sample, SPLIT, [1e-6, 10.0], 1)
    error = (
        (table["predicted"] - table["expected"]).abs().groupby([table["model"], table["parameter"]]).mean()
    )
    spread = sample.labels[PARAMETERS].std().sort_index()
    assert (error["linear fit"] < 0.01 * spread).all()
    assert (error["nearest spectrum"] < spread).all()
    sizes = table.groupby(["split", "model", "parameter"]).size()
    assert sizes.groupby("split").nunique().eq(1).all()


def test_the_table_of_errors_compares_all_models_on_the_same_spectra(sample):
    baselines = runpy.run_path(str(SCRIPTS / "baselines.py"))
    exhibit = runpy.run_path(str(SCRIPTS / "table_errors.py"))
    predictions = baselines["predict_baselines"](sample, SPLIT, [1.0], 1)
    table = exhibit["table_errors"](predictions, {"bootstrap": 50, "confidence": 0.95, "clip": 3}, 1)
    assert table["parameter"].unique().tolist() == PARAMETERS
    assert table["held out"].tolist()[:6:2] == WAYS
    assert (table.groupby("held out")["spectra"].nunique() == 1).all()
    for metric in ("mae", "bias", "sigma"):
        assert table[metric].between(table[f"{metric}_low"], table[f"{metric}_high"]).mean() > 0.9


def test_an_interrupted_family_goes_on_with_the_next_network(sample, tmp_path):
    train_family = runpy.run_path(str(SCRIPTS / "train.py"))["train_family"]
    trained = []

    def train(sample, network, settings, split, seed, threads, directory):
        trained.append(network["parameters"][0])
        if len(trained) == 2:
            raise KeyboardInterrupt
        directory.mkdir(parents=True, exist_ok=True)
        for table in ("predictions", "history", "layers"):
            pd.DataFrame({"value": [network["parameters"][0]]}).to_csv(
                directory / f"{table}.csv", index=False
            )

    train_family.__globals__["train"] = train
    networks = [{"parameters": [name], "split": "random"} for name in PARAMETERS]
    arguments = networks, sample, {"epochs": 1}, SPLIT, 1, 1, tmp_path, "a"
    with pytest.raises(KeyboardInterrupt):
        train_family(*arguments)
    predictions, history, _ = train_family(*arguments)
    assert trained == ["teff", "logg", "logg", "feh", "vsini"]
    assert predictions["value"].tolist() == PARAMETERS
    assert history["network"].tolist() == [f"{name}_random" for name in PARAMETERS]
    train_family(*arguments)
    assert len(trained) == 9  # nothing was interrupted: all anew


def test_the_solar_spectrum_of_the_figure_is_on_the_grid():
    star = runpy.run_path(str(SCRIPTS / "fig_spectrum.py"))["STAR"]
    grid = label_grid()
    assert (grid[PARAMETERS] == pd.Series(star)[PARAMETERS]).all(axis=1).sum() == 1


def test_the_table_of_layers_has_the_slides_network_beside_the_trained_one():
    table_model = runpy.run_path(str(SCRIPTS / "table_model.py"))["table_model"]
    layers = pd.DataFrame(
        [
            ("multi_random", "conv", "Conv1D", "input", "100 x 4", 132),
            ("multi_random", "dense", "Dense", "conv", "4", 500),
            ("multi_nodes", "conv", "Conv1D", "input", "100 x 4", 132),
            ("slides", "conv", "Conv1D", "input", "400 x 4", 132),
            ("slides", "dense", "Dense", "conv", "4", 2000),
        ],
        columns=["network", "layer", "kind", "inputs", "outputs", "parameters"],
    ).assign(source="simulated")
    table = table_model(layers).set_index("layer")
    assert "inputs" not in table
    assert table["parameters"].to_dict() == {"conv": 132, "dense": 2000, "all": 2132}
    assert table["parameters_trained"].to_dict() == {"conv": 132, "dense": 500, "all": 632}
    assert table.loc["conv", ["outputs", "outputs_trained"]].tolist() == ["400 x 4", "100 x 4"]
