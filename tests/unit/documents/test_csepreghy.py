"""Csepreghy 2020: cuts, classes, networks, scores, the thesis's choices where they can go wrong."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.archives.sdss.labels import COLUMNS
from obafgkm.archives.sdss.spectra import WAVE, label_table, read_spectrum
from obafgkm.documents.csepreghy.sample import (
    FEATURES,
    PIXELS,
    SMOOTH_WIDTHS,
    WIDTHS,
    cut,
    drawn,
    feature_table,
    shaped,
    star_group,
    takes_part,
    target,
)
from obafgkm.evaluation.metrics import mcnemar, name_scores
from obafgkm.spectra import Spectra

SCRIPTS = ROOT / "workflow" / "scripts"


def script(name):
    """Functions of one of the thesis's scripts."""
    return runpy.run_path(str(SCRIPTS / "csepreghy" / f"{name}.py"))


def packed(labels):
    """Spectra as packed, with every pixel valid."""
    labels = pd.DataFrame(labels)
    table = label_table([{**COLUMNS, **row} for row in labels.to_dict("records")])
    shape = (len(labels), WAVE.size)
    return Spectra(WAVE, np.ones(shape), np.ones(shape), table, "vacuum")


def test_the_pixels_are_the_thesis_s():
    wave = WAVE[PIXELS]
    assert wave.size == 3736
    assert wave[[0, -1]] == pytest.approx([3850.34, 9099.13], abs=0.01)


def test_each_cut_drops_its_own_spectrum_and_counts_add_up():
    spectra = packed(
        {
            "name": list("abcdef"),
            "class": ["STAR", "STAR", "GALAXY", "", "QSO", "QSO"],
            "zwarning": [0, 0, 0, 0, 0, 4],
            "snr": 5.0,
            "star": ["A", "A", "C", "D", "E", "F"],
        }
    )
    spectra.ivar[2, PIXELS.stop - 5 :] = 0  # ends early
    spectra.ivar[4, PIXELS][::4] = 0  # every fourth pixel
    kept, dropped = cut(spectra, 0.9)
    assert kept.labels["name"].tolist() == ["a"]
    assert dropped.set_index(spectra.labels["name"][1:].to_numpy())["step"].to_dict() == {
        "b": "duplicate",
        "c": "range",
        "d": "not classified",
        "e": "short",
        "f": "not classified",
    }


def test_the_range_filter_refuses_a_real_spectrum_that_ends_early(mirror):
    path = next(mirror.glob("sdss/spectra/*/0548/spec-0548-51986-0001.fits"), None)
    if path is None:
        pytest.skip("the mirror holds no spec-0548-51986-0001.fits")
    labels, flux, ivar = read_spectrum(path.name, path.read_bytes())
    table = label_table([labels | {"star": "x", "zwarning": 0}]).assign(source="mirror")
    kept, dropped = cut(Spectra(WAVE, flux[None], ivar[None], table, "vacuum"), 0.9)
    assert not len(kept)
    assert dropped["step"].tolist() == ["range"]


def test_the_41_subclasses_of_the_thesis_become_15_groups():
    names = [
        "A0",
        "A0p",
        "B6",
        "B9",
        "CV",
        "Carbon",
        "CarbonWD",
        "Carbon_lines",
        "F2",
        "F5",
        "F9",
        "G0",
        "G2",
        "K1",
        "K3",
        "K5",
        "K7",
        "L0",
        "L1",
        "L2",
        "L3",
        "L4",
        "L5.5",
        "L9",
        "M0",
        "M0V",
        "M1",
        "M2",
        "M2V",
        "M3",
        "M4",
        "M5",
        "M6",
        "M7",
        "M8",
        "M9",
        "O",
        "OB",
        "T2",
        "WD",
        "WDmagnetic",
    ]
    groups = [
        "A",
        "B",
        "CV",
        "Carbon",
        "CarbonWD",
        "Carbon_lines",
        "F",
        "G",
        "K",
        "L",
        "M",
        "O",
        "T2",
        "WD",
        "WDmagnetic",
    ]
    assert len(names) == 41
    assert sorted(set(map(star_group, names))) == groups


def test_tasks_take_their_own_objects():
    labels = pd.DataFrame(
        {
            "class": ["GALAXY", "GALAXY", "STAR", "QSO"],
            "subclass": ["AGN", "", "F5", "BROADLINE"],
            "subclass_text": ["AGN", "", "F5", "BROADLINE"],
        }
    )
    assert target(labels, "galaxies").tolist() == ["AGN", "NULL", "", ""]
    assert target(labels, "galaxies_known").tolist() == ["AGN", "", "", ""]
    assert target(labels, "stars").tolist() == ["", "", "F", ""]
    assert target(labels, "stars_full").tolist() == ["", "", "F5", ""]


def test_there_are_26_features():
    assert sum(map(len, FEATURES.values())) == 26


def parts_of(n):
    """Labels of `n` galaxies: 16 of 25 train, 4 validate, 5 test."""
    part = np.resize(["training"] * 16 + ["validation"] * 4 + ["test"] * 5, n)
    return pd.DataFrame({"part": part, "class": "GALAXY", "subclass": "AGN", "subclass_text": ""})


def test_a_draw_has_each_part_s_share_and_holds_the_smaller_draws():
    labels = parts_of(1000)
    few, more = (drawn(labels, n, seed=3) for n in (100, 500))
    assert few.sum() == 100
    assert labels["part"][few].value_counts().to_dict() == {"training": 64, "test": 20, "validation": 16}
    assert not (few & ~more).any()
    assert drawn(labels, 5000, seed=3).all()
    assert (few != drawn(labels, 100, seed=4)).any()


def test_only_the_tasks_that_are_named_are_drawn_for():
    labels = parts_of(250)
    labels.loc[::2, "subclass"] = ""
    numbers = {"galaxies": 100}
    assert takes_part(labels, "galaxies", numbers, 1).sum() == 100
    assert takes_part(labels, "class", numbers, 1).all()
    assert (takes_part(labels, "galaxies_known", numbers, 1) == (labels["subclass"] != "")).all()
    assert not takes_part(labels, "stars", numbers, 1).any()


def test_smoothed_runs_take_the_widths_of_smoothed_flux():
    from obafgkm.spectroscopy.lines import code_widths

    rng = np.random.default_rng(1)
    sample = packed({"name": list("abcdef"), "class": "QSO", "z": 0.1, "zwarning": 0, "snr": 9.0})
    sample.labels["star"] = sample.labels["name"]
    sample.flux[:] = rng.normal(10, 2, sample.flux.shape)
    kept, _ = script("prepare")["prepare"](sample, 0.9, 4, 0.2, 0.2, 1)
    redshift = kept.labels["z"].to_numpy()
    for smoothed, sigma in ((False, 0), (True, 4)):
        widths = code_widths(kept.wave, shaped(kept.flux, sigma, 1), redshift)
        np.testing.assert_allclose(feature_table(kept.labels, smoothed=smoothed)[:, :14], widths)
    assert not np.allclose(kept.labels[WIDTHS], kept.labels[SMOOTH_WIDTHS])


def test_the_regression_on_flux_learns_from_what_trains_the_networks_alone():
    by_flux = script("baselines")["by_flux"]
    rng = np.random.default_rng(2)
    labels = parts_of(300)
    classes = rng.choice(["GALAXY", "QSO", "STAR"], 300)
    flux = 100 * np.eye(3)[np.unique(classes, return_inverse=True)[1]] + rng.normal(0, 20, (300, 3))
    flux[:, 1] /= 1e4  # of another scale
    test = (labels["part"] == "test").to_numpy()
    found = by_flux(flux, labels, classes)
    assert (found == classes)[test].mean() > 0.9
    others = classes.copy()
    others[test] = "STAR"
    assert (by_flux(flux, labels, others) == found).all()


def test_binning_and_smoothing_keep_the_flux():
    flux = np.random.default_rng(1).normal(5, 1, (2, 3736)).astype(np.float32)
    assert shaped(flux, 0, 1) == pytest.approx(flux)
    assert shaped(flux, 0, 8).shape == (2, 467)
    assert shaped(flux, 4, 8).mean() == pytest.approx(flux.mean(), rel=1e-2)
    assert shaped(flux, 4, 1).std() < 0.4


@pytest.mark.usefixtures("backend")
def test_layers_of_the_thesis():
    from obafgkm.documents.csepreghy.networks import build_autoencoder, build_cnn, build_mixed, encoder_of
    from obafgkm.training.engine import layer_table

    scaling = np.zeros(3736), np.ones(3736)
    tuned = [[256, 7], [64, 7], [512, 3], [128, 5], [128, 7], [256, 3]]
    cnn = layer_table(
        build_cnn(
            scaling,
            3,
            convolutions=tuned,
            pool=3,
            dense=[512, 512, 128, 256, 256],
            dropout=(0.1, 0.5),
            activation="relu",
            learning_rate=1e-4,
        )
    ).set_index("layer")
    assert cnn.loc["convolution_2", "outputs"] == "3724 x 64"
    assert cnn.loc["flatten", "outputs"] == "32768"
    assert cnn["parameters"].sum() == 17_962_435
    mixed = layer_table(build_mixed((np.zeros(3762), np.ones(3762)), 3, 26, learning_rate=1e-3))
    assert mixed["parameters"].sum() == 2_117_347
    fed_by = mixed.set_index("layer")["inputs"]
    assert fed_by["joined"] == "flux_2, features_2"
    # Slices of the standardised input are no layers of their own.
    assert fed_by["column"] == fed_by["features_1"] == "scaling"
    assert fed_by["scaling"] == "input"
    for n_pixels in (896, 1792):
        autoencoder = build_autoencoder(n_pixels)
        assert autoencoder.output_shape == (None, n_pixels, 1)
        assert encoder_of(autoencoder).output_shape == (None, 14, 1)


@pytest.mark.usefixtures("backend")
def test_the_mixed_network_standardises_by_itself_and_survives_saving(tmp_path):
    from obafgkm.documents.csepreghy.networks import build_mixed
    from obafgkm.training import engine

    rng = np.random.default_rng(0)
    x = rng.normal(100, 20, (8, 93)).astype(np.float32)
    model = build_mixed((x.mean(axis=0), x.var(axis=0)), 3, 26, learning_rate=1e-3)
    model.save(tmp_path / "model.keras")
    again = engine.load(tmp_path / "model.keras")
    assert np.allclose(model(x), again(x), atol=1e-6)


def test_scores_of_names():
    scores = name_scores(["a", "a", "a", "b"], ["a", "a", "a", "a"])
    assert scores["accuracy"] == 0.75
    assert scores["balanced_accuracy"] == 0.5
    assert scores["macro_f1"] == pytest.approx((6 / 7 + 0) / 2)


def test_mcnemar_is_the_exact_binomial_test():
    a = np.array([True] * 9 + [False] * 3)
    b = np.array([True] * 3 + [False] * 6 + [True] * 1 + [False] * 2)
    only_a, only_b, p = mcnemar(a, b)
    assert (only_a, only_b) == (6, 1)
    assert p == pytest.approx(2 * (1 + 7) / 2**7)
    assert mcnemar(a, a) == (0, 0, 1.0)


def test_a_class_without_spectra_keeps_its_row_and_column():
    confusion = runpy.run_path(str(SCRIPTS / "csepreghy" / "confusion.py"))["confusion_table"]
    predictions = pd.DataFrame(
        {
            "part": ["test", "test", "training"],
            "expected": ["A", "B", "B"],
            "predicted": ["A", "A", "B"],
            "source": "simulated",
        }
    )
    table = confusion(predictions, ["A", "B", "O"]).set_index("expected")
    assert table.loc["O", ["A", "B", "O", "spectra"]].tolist() == [0, 0, 0, 0]
    assert table.loc["B", ["A", "B", "O"]].tolist() == [1, 0, 0]
    assert table.loc["All", "recall"] == 0.5


def encoded(latent, labels):
    """What is kept of an autoencoder's test spectra, whose first principal component knows the class."""
    rng = np.random.default_rng(0)
    number = np.unique(labels, return_inverse=True)[1]
    return {
        "label": np.array(labels),
        "latent": np.array(latent, float),
        "components": np.stack([number, 0 * number], axis=1) + rng.normal(0, 0.01, (len(labels), 2)),
        "explained": np.array(0.5),
        "components_explained": np.array(0.9),
        "source": np.array("simulated"),
    }


def test_clusters_are_found_and_a_dead_latent_space_has_none():
    score, draw = (script("autoencoder_figures")[name] for name in ("score_clusters", "draw_pairs"))
    labels = ["GALAXY", "QSO", "STAR"] * 8
    number = np.resize([0, 1, 2], 24)
    latent = np.stack([number, np.zeros(24)], axis=1)
    rows = score(encoded(latent, labels), "all", 1)
    assert rows[0]["dimensions"] == 1
    assert rows[0]["adjusted_rand"] == 1
    assert rows[0]["explained"] == 0.5
    assert rows[1]["explained"] == 0.9
    dead = encoded(np.zeros((24, 2)), labels)
    rows = score(dead, "all", 1)
    assert rows[0]["dimensions"] == 0
    assert np.isnan(rows[0]["adjusted_rand"])
    assert np.isfinite(rows[1]["adjusted_rand"])
    assert draw(dead).axes[0].texts
    assert np.isnan(score(encoded(latent, ["QSO"] * 24), "quasars", 1)[0]["adjusted_rand"])


@pytest.mark.slow
@pytest.mark.usefixtures("backend")
def test_no_draw_of_the_weights_leaves_an_autoencoder_dead():
    import keras

    from obafgkm.documents.csepreghy.networks import build_autoencoder, encoder_of

    flux = np.random.default_rng(0).normal(0, 0.3, (6, 896, 1)).cumsum(axis=1) / 10
    for seed in range(16):
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        model = build_autoencoder(896, 0.02)
        assert np.ptp(encoder_of(model)(flux), axis=0).max() > 0, seed
        assert np.ptp(model(flux), axis=0).max() > 0, seed


@pytest.mark.slow
@pytest.mark.usefixtures("backend")
def test_what_an_autoencoder_explains_follows_from_its_reconstructions(tmp_path):
    rng = np.random.default_rng(5)
    labels = pd.DataFrame({"name": [str(i) for i in range(30)], "class": "QSO"})
    table = label_table([{**COLUMNS, **row} for row in labels.to_dict("records")])
    table["part"], table["source"] = (
        np.resize(["training", "training", "validation", "test"], 30),
        "simulated",
    )
    flux = rng.lognormal(0, 1, (30, 1)) * np.linspace(1, 2, 3736) + rng.normal(0, 0.1, (30, 3736))
    sample = Spectra(WAVE[PIXELS], flux, np.ones_like(flux), table, "vacuum")
    train = script("autoencoders")["train_autoencoder"]
    settings = {"filters": 0.05, "learning_rate": 0.002, "batch": 4, "epochs": 2, "patience": 2, "reach": 5}
    settings["scaled"] = False
    result = train(sample, 896, settings, 1, 1, tmp_path)
    training = script("autoencoders")["thinned"](flux[table["part"] == "training"], 896)
    deviation = training.std(axis=0)
    missed = (result["flux"] - result["reconstruction"]) / deviation
    of_mean = (result["flux"] - result["flux"].mean(axis=0)) / deviation
    assert result["explained"] == pytest.approx(1 - (missed**2).sum() / (of_mean**2).sum(), abs=1e-4)
    np.testing.assert_allclose(result["error"], np.sqrt((missed**2).mean(axis=1)), rtol=1e-3)
    # All these spectra are one, times a factor: one component tells them all, in the test as in the training.
    assert result["components"].shape == (len(result["name"]), 14)
    assert 0.9 < result["components_explained"] < 1
    scaled = train(sample, 896, settings | {"scaled": True}, 1, 1, tmp_path)
    np.testing.assert_allclose(scaled["flux"], result["flux"], rtol=1e-5)
    powers = [np.sqrt((scaled[name] ** 2).mean(axis=1)) for name in ("flux", "reconstruction")]
    np.testing.assert_allclose(*powers, rtol=0.2)  # each at its own brightness again


def test_galaxies_without_a_subclass_are_counted_by_the_answer():
    nameless = pd.DataFrame({"predicted": ["AGN", "AGN", "STARBURST"], "probability": [0.5, 0.7, 0.9]})
    known = pd.DataFrame({"expected": ["AGN", "BROADLINE", "STARBURST", "AGN"], "source": "simulated"})
    table = script("table_null")["count_names"](nameless, known).set_index("called")
    assert table["galaxies"].to_dict() == {"AGN": 2, "BROADLINE": 0, "STARBURST": 1, "All": 3}
    assert table.loc["AGN", "share"] == pytest.approx(2 / 3)
    assert table.loc["AGN", "share_of_known"] == 0.5
    assert table.loc["AGN", "median_probability"] == pytest.approx(0.6)


def test_perfect_answers_on_few_objects_leave_room_for_errors():
    """A mean over classes leaves as much as its smallest class, and no less than that over objects."""
    classes = ["GALAXY"] * 20 + ["QSO"] * 4
    table = pd.DataFrame({"part": "test", "expected": classes, "predicted": classes})
    row = script("accuracy")["scores_row"](
        table.assign(star=table.index.astype(str)), {"bootstrap": 50, "confidence": 0.95}, 0
    )
    assert row["accuracy"] == row["balanced_accuracy"] == row["macro_f1"] == 1
    assert (
        row["balanced_accuracy_low"] == row["macro_f1_low"] == pytest.approx(0.510, abs=1e-3)
    )  # Wilson, 4 of 4
    assert row["accuracy_low"] == pytest.approx(0.862, abs=1e-3)  # 24 of 24


def test_a_training_accuracy_stands_beside_the_number_of_training_spectra():
    table = pd.DataFrame({"part": ["test"] * 4 + ["training"] * 8, "expected": "STAR"})
    table = table.assign(predicted=["STAR"] * 10 + ["QSO"] * 2, star=table.index.astype(str))
    row = script("accuracy")["scores_row"](table, {"bootstrap": 9, "confidence": 0.95}, 0)
    assert (row["test_spectra"], row["training_spectra"], row["training_accuracy"]) == (4, 8, 0.75)


def test_a_small_draw_has_one_spectrum_of_each_part_at_least():
    labels = parts_of(1000)
    few = labels["part"][drawn(labels, 2, seed=3)]
    assert few.value_counts().to_dict() == {"training": 1, "test": 1, "validation": 1}


def test_the_search_lists_the_layers_that_exist():
    """The number of dense layers counts the output; keras-tuner keeps values of layers drawn before."""
    from obafgkm.documents.csepreghy.search import _present

    values = {"n_conv_layers": 1, "conv_layer_1_filters": 8, "conv_layer_2_filters": 16}
    values |= {"n_dense_layers": 2, "dense_layer_1_nodes": 32, "dense_layer_2_nodes": 64, "max_pool_size": 2}
    assert set(values) - set(_present(values)) == {"conv_layer_2_filters", "dense_layer_2_nodes"}


@pytest.mark.usefixtures("backend")
def test_unknown_features_are_filled_from_what_trains_and_not_from_what_validates():
    from obafgkm.documents.csepreghy.classifier import train_classifier

    sample = packed({"name": list("abcd"), "class": ["QSO", "STAR"] * 2, "snr": 9.0})
    numbers = [name for group in FEATURES.values() for name in group]
    sample.labels[numbers] = np.transpose([[1.0, 3.0, np.nan, 100.0]] * len(numbers))
    sample.labels["part"] = ["training", "training", "training", "validation"]
    run = {"network": "mixed", "task": "class", "smoothing": 0}
    classifier = train_classifier(
        sample, run, {"learning_rate": 1e-3}, lambda model, *_: model, binning=64, seed=1
    )
    np.testing.assert_allclose(classifier.fill, 2)
    np.testing.assert_allclose(classifier.inputs(sample)[2, -26:], 2)
