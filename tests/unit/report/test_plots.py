"""Drawings that several exhibits share."""

import os
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from obafgkm.report.plots import STAMP, dodge, new_figure, save_figure, side_by_side
from obafgkm.report.plots.networks import draw_layers, draw_learning_curves, lanes_of, parts_of
from obafgkm.report.plots.objects import redshift, spectra_page

LAYERS = pd.DataFrame(
    [
        ("input", "Input", "", "40", 0),
        ("column", "Reshape", "input", "30 x 1", 0),
        ("convolution", "Conv1D", "column", "30 x 4", 16),
        ("features", "Dense", "input", "8", 90),
        ("flatten", "Flatten", "convolution", "120", 0),
        ("joined", "Concatenate", "flatten, features", "128", 0),
        ("classes", "Dense", "joined", "3", 387),
    ],
    columns=["layer", "kind", "inputs", "outputs", "parameters"],
)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for text in figure.texts]


def saved(tmp_path, source="simulated", **settings):
    figure, _ = new_figure()
    save_figure(figure, [tmp_path / "figure.png"], source, **settings)
    return figure


@pytest.mark.parametrize(
    ("scale", "networks", "stamped"),
    [("tiny", True, True), ("rehearsal", True, True), ("default", True, False), ("tiny", False, False)],
)
def test_networks_that_are_not_trained_to_learn_are_stamped_so(
    monkeypatch, tmp_path, scale, networks, stamped
):
    monkeypatch.setenv("OBAFGKM_SCALE", scale)
    assert (STAMP in texts(saved(tmp_path, networks=networks))) == stamped


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("simulated", "simulated data"),
        ("mirror", "real data"),
        ("mirror, simulated", "real and simulated data"),
        ("BOSZ, LTE", "BOSZ, LTE"),
    ],
)
def test_the_margin_names_the_kind_of_the_data_once_and_readably(tmp_path, source, words):
    figure = saved(tmp_path, source)
    assert figure.get_supxlabel() == words
    assert figure._supxlabel.get_fontsize() >= 6


def test_points_of_one_place_stand_apart_and_near_it():
    x = np.array([0.0, 5.0, 0.0, 0.0, 11.0, 5.0])
    places = side_by_side(x, 1.0)
    assert len(set(places)) == len(places)
    np.testing.assert_array_less(np.abs(places - x), 0.5 + 1e-9)
    assert places[4] == 11
    assert places[[0, 2, 3]].mean() == 0


def test_branches_are_side_by_side_and_parts_are_named():
    assert lanes_of(LAYERS) == {
        "input": None,
        "column": 0,
        "convolution": 0,
        "features": 1,
        "flatten": 0,
        "joined": None,
        "classes": None,
    }
    assert set(lanes_of(LAYERS.iloc[:3]).values()) == {0}
    parts = parts_of(LAYERS)
    assert parts["column"] is None
    assert parts["joined"] is None
    assert [parts[name] for name in ("convolution", "flatten", "features")] == [
        "Convolutions",
        "Convolutions",
        "Dense",
    ]


def test_every_layer_is_drawn_with_its_output_and_parameters():
    shown = [text.get_text() for text in draw_layers(LAYERS).axes[0].texts]
    for layer in LAYERS.itertuples():
        assert layer.layer in shown
        assert layer.outputs.replace("x", "×") in shown
    assert {"16", "90", "387"} <= set(shown)


def test_columns_of_a_branched_network_are_below_their_heads():
    places = {}
    for text in draw_layers(LAYERS).axes[0].texts:
        places.setdefault(text.get_text(), []).append(text.get_position())
    (first, top), (second, lower) = sorted(places["Layer"])
    assert {places[name][0][0] for name in ("input", "column", "joined", "classes")} == {first}
    assert places["features"][0][0] == second
    assert top > places["input"][0][1]
    assert lower > places["features"][0][1]


def test_no_legend_covers_a_learning_curve():
    history = pd.DataFrame({"epoch": [1, 2], "loss": [3.0, 2.0], "val_loss": [3.0, 1.5]})
    figure = draw_learning_curves(history, 2, {"loss": "Loss"})
    assert all(axes.get_legend() is None for axes in figure.axes)
    assert len(figure.legends) == 1


def test_curves_begin_at_epoch_1_and_mark_the_kept_one():
    history = pd.DataFrame({"epoch": [1, 2, 3], "loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 1.5, 2.0]})
    axes = draw_learning_curves(history, 2, {"loss": "Loss"}).axes[0]
    assert 0 < axes.get_xlim()[0] < 1
    marked = next(line for line in axes.lines if line.get_label() == "kept: epoch 2")
    assert list(zip(*marked.get_data(), strict=True)) == [(2, 1.5)]


@pytest.mark.parametrize(
    ("z", "shown"), [(-0.00001, "$z$ = 0.0000"), (-0.00052, "$z$ = −0.0005"), (1.23456, "$z$ = 1.2346")]
)
def test_a_redshift_of_nothing_has_no_sign(z, shown):
    assert redshift(z, 4) == shown


def test_the_lowest_panel_of_every_column_names_the_wavelength():
    _, panels = spectra_page(5)
    assert [bool(axes.get_xlabel()) for axes in panels] == [False, False, True, True, True]


@pytest.mark.parametrize(("n", "shape"), [(1, (1, 1)), (2, (1, 2)), (4, (2, 2)), (5, (2, 3)), (9, (3, 3))])
def test_few_spectra_fill_their_page(n, shape):
    _, panels = spectra_page(n)
    assert panels[0].get_gridspec().get_geometry() == shape


def test_series_at_the_same_places_stand_side_by_side_within_the_panel():
    figure, axes = new_figure()
    axes.set_xscale("log")
    series = [axes.errorbar([1, 10, 100], [1, 2, 3], 0.5, label=str(i)) for i in range(3)]
    for i, bars in enumerate(series):
        dodge(bars, i, 3, step=4)
    figure.draw_without_rendering()
    places = [bars[0].get_transform().transform(bars[0].get_xydata()) for bars in series]
    apart = 4 * figure.dpi / 72
    np.testing.assert_allclose(np.diff(places, axis=0), np.broadcast_to([apart, 0], (2, 3, 2)), atol=1e-6)
    np.testing.assert_allclose(places[1], axes.transData.transform(series[1][0].get_xydata()))
    (left, right), frame = axes.get_xlim(), axes.get_window_extent()
    assert left < 1 < 100 < right
    assert np.all((frame.x0 < np.array(places)[..., 0]) & (np.array(places)[..., 0] < frame.x1))


def test_the_font_is_found_in_spite_of_a_list_of_fonts_from_another_installation(tmp_path):
    """Another installation with the same version of matplotlib leaves its list in the cache of the user."""
    spoil = (
        "import json, pathlib, matplotlib; from matplotlib.font_manager import FontManager;"
        "path = pathlib.Path(matplotlib.get_cachedir(), f'fontlist-v{FontManager.__version__}.json');"
        "content = json.loads(path.read_text());"
        "content['ttflist'] = [font for font in content['ttflist'] if 'STIX' not in font['name']];"
        "path.write_text(json.dumps(content))"
    )
    use = (
        "import obafgkm.report.plots; from matplotlib.font_manager import findfont; print(findfont('serif'))"
    )
    environment = {**os.environ, "MPLCONFIGDIR": str(tmp_path)}
    for code in (spoil, use):
        command = [sys.executable, "-c", code]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip().endswith("STIXGeneral.ttf")
