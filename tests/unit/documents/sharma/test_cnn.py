"""The convolutional networks: shapes, free parameters, and what the classifiers take over."""

import numpy as np
import pytest

from obafgkm.documents.sharma.cnn import (
    N_PIXELS,
    build_autoencoder,
    build_classifier,
    encoder_of,
    fit_head,
)
from obafgkm.training.engine import layer_table

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("backend")]


@pytest.fixture(scope="module")
def autoencoder(backend):
    return build_autoencoder()


def test_the_encoder_is_the_papers_listing(autoencoder):
    table = layer_table(encoder_of(autoencoder))
    convolutions = table[table["kind"] == "Conv1D"]
    assert convolutions["outputs"].tolist() == ["2896 x 128", "1448 x 64", "724 x 32", "362 x 16"]
    # Kernel 3: 3 x inputs x filters weights, and a bias a filter.
    assert convolutions["parameters"].tolist() == [
        3 * 1 * 128 + 128,
        3 * 128 * 64 + 64,
        3 * 64 * 32 + 32,
        3 * 32 * 16 + 16,
    ]
    assert table["outputs"].iloc[-1] == "181 x 16"


def test_the_autoencoder_gives_back_as_many_pixels(autoencoder):
    assert autoencoder.output_shape == (None, N_PIXELS, 1)


def test_the_luminosity_head_is_the_printed_one(autoencoder):
    model = build_classifier(encoder_of(autoencoder), 5, (64, 32, 16), "softsign")
    dense = [layer for layer in model.layers if type(layer).__name__ == "Dense"]
    assert [layer.units for layer in dense] == [64, 32, 16, 5]
    assert [layer.activation.__name__ for layer in dense] == ["softsign"] * 3 + ["softmax"]


def test_a_classifier_starts_from_the_encoders_weights(autoencoder):
    classifier = build_classifier(encoder_of(autoencoder), 70)
    for layer in autoencoder.layers:
        if layer.name.startswith("encode_"):
            np.testing.assert_array_equal(
                layer.get_weights()[0], classifier.get_layer(layer.name).get_weights()[0]
            )


def test_probabilities_add_up_to_one(autoencoder):
    classifier = build_classifier(encoder_of(autoencoder), 70)
    probability = classifier.predict(np.ones((2, N_PIXELS, 1), np.float32), verbose=0)
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-5)


def test_the_head_learns_and_leaves_the_encoder_as_it_was(tmp_path):
    rng = np.random.default_rng(1)
    number = np.arange(60) % 3
    x = rng.normal(1, 0.02, (60, 64, 1)).astype(np.float32)
    x[np.arange(60), 20 * number + 5] = 3  # a line at a place of its own for each class
    classifier = build_classifier(encoder_of(build_autoencoder(64, (16, 8))), 3, (16,), "relu")
    before = {layer.name: layer.get_weights() for layer in classifier.layers}
    settings = {"batch": 4, "head": {"epochs": 60, "learning_rate": 0.01, "patience": 60}}
    history = fit_head(
        classifier,
        x[:45],
        number[:45],
        (x[45:], number[45:]),
        settings,
        monitor="val_loss",
        seed=1,
        checkpoint=tmp_path / "head",
    )
    assert history["epoch"].tolist() == list(range(1, 61))
    for name, weights in before.items():
        unchanged = all(map(np.array_equal, weights, classifier.get_layer(name).get_weights()))
        assert unchanged is not name.startswith(("dense", "classes")), name
    said = classifier.predict(x[45:], verbose=0).argmax(axis=1)
    assert (said == number[45:]).mean() > 0.9
