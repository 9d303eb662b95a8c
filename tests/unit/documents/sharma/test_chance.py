"""No model finds classes where there are none: shuffled labels drive every one of them to chance."""

import numpy as np
import pandas as pd
import pytest

from obafgkm.documents.sharma.training import fit_and_predict
from obafgkm.mk import main_class, whole_class
from obafgkm.training.baselines import linear_classifier, nearest_template

NETWORK = {"batch": 40, "epochs": 15, "patience": 15}
SETTINGS = {
    "ann": NETWORK
    | {"neurons": [32, 64], "activation": "relu", "initialiser": "glorot_uniform", "optimiser": "adam"}
    | {"centred": True},
    "cnn": NETWORK
    | {"dense": [64, 64], "activation": "relu", "learning_rate": 0.001}
    | {"head": {"epochs": 5, "learning_rate": 0.001}},
    "forest_classifier": {"n_estimators": 30},
    "forest_regressor": {"n_estimators": 30},
    "mlp_classifier": {"hidden_layer_sizes": [32], "max_iter": 60, "solver": "lbfgs"},
    "mlp_regressor": {"hidden_layer_sizes": [32], "max_iter": 60, "solver": "lbfgs"},
    "nearest": {},
    "linear": {},
}
N_TRAINING, N_TEST, N_PIXELS = 560, 280, 64


def spectra(seed=1):
    """Flux and labels of stars of all main classes, whose lines are told apart with ease."""
    rng = np.random.default_rng(seed)
    number = np.arange(N_TRAINING + N_TEST) % 7 * 10 + 5
    place = number[:, None] / 70 * N_PIXELS
    flux = 1 - 0.6 * np.exp(-0.5 * ((np.arange(N_PIXELS) - place) / 2) ** 2)
    flux += rng.normal(0, 0.05, flux.shape)
    labels = pd.DataFrame({"mk_class": number, "luminosity": 4, "star": np.arange(number.size)})
    return flux.astype(np.float32), labels


@pytest.fixture(scope="module")
def autoencoder(backend, tmp_path_factory):
    from obafgkm.documents.sharma.cnn import build_autoencoder

    path = tmp_path_factory.mktemp("autoencoder") / "model.keras"
    build_autoencoder(N_PIXELS, filters=(16, 8)).save(path)
    return path


def predicted_and_expected(model, autoencoder, checkpoint, shuffle):
    """Main classes of held-out stars, predicted by a model whose training labels went through `shuffle`."""
    from obafgkm.training.engine import fit

    flux, labels = spectra()
    training = labels[:N_TRAINING].assign(mk_class=lambda rows: shuffle(rows["mk_class"].to_numpy()))
    x, x_test, expected = flux[:N_TRAINING], flux[N_TRAINING:], labels["mk_class"][N_TRAINING:]
    if model == "nearest":
        predicted = nearest_template(x, training["mk_class"], x_test)
    elif model == "linear":
        predicted = linear_classifier(20, 1).fit(x, training["mk_class"]).predict(x_test)
    else:
        predicted, _ = fit_and_predict(
            model,
            SETTINGS[model],
            x,
            training,
            x_test,
            fit=fit,
            validation=0.15,
            seed=1,
            checkpoint=checkpoint,
            autoencoder=autoencoder,
        )
    return main_class(whole_class(predicted)), main_class(expected.to_numpy())


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")  # it is stopped early, as in the workflow
@pytest.mark.parametrize(
    "model", [pytest.param(name, marks=pytest.mark.slow) if name == "cnn" else name for name in SETTINGS]
)
def test_shuffled_labels_leave_chance_and_right_ones_do_not(model, autoencoder, tmp_path):
    shuffle = np.random.default_rng(2).permutation
    predicted, expected = predicted_and_expected(model, autoencoder, tmp_path, lambda number: number)
    misled, _ = predicted_and_expected(model, autoencoder, tmp_path, shuffle)
    assert (predicted == expected).mean() > 0.6
    # Seven classes, equally frequent: one in seven is right by chance, 0.02 its standard deviation.
    assert (predicted == shuffle(expected)).mean() < 1 / 7 + 0.08
    assert (misled == expected).mean() < 1 / 7 + 0.08
