"""Csepreghy 2020: cuts, classes, networks, scores, the thesis's choices where they can go wrong."""

import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.archives.sdss.labels import COLUMNS
from obafgkm.archives.sdss.spectra import WAVE, label_table, read_spectrum
from obafgkm.documents.csepreghy.sample import FEATURES, PIXELS, cut, shaped, star_group, target
from obafgkm.evaluation.metrics import mcnemar, name_scores
from obafgkm.spectra import Spectra

SCRIPTS = ROOT / "workflow" / "scripts"


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
