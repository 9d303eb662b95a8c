"""Many networks of Gebran et al. 2022 one after another: 40,000 spectra of 50 components, batches of 64.

A unit is an epoch of one network with its validation. Keras builds and compiles each network; the library
loads the weights of the next one into a compiled network.
"""

import tempfile

import numpy as np

from benchmarks.data import plain_fit

THREADS = 1
SIZES = {
    "full": {"spectra": 40000, "components": 50, "networks": 2, "epochs": 1, "batch": 64},
    "tiny": {"spectra": 80, "components": 8, "networks": 2, "epochs": 1, "batch": 20},
}
OURS = "obafgkm"
TARGETS = {"Keras fit": 2}
GRAPH = {"activation": "relu", "optimiser": "adam", "dropout": 0.3, "loss": "mse"}


def variants(size):
    """See `benchmarks.harness`."""
    from obafgkm.documents.gebran.network import build_gebran, initialise
    from obafgkm.training import backend, engine

    backend.set_up_backend(0, THREADS)
    rng = np.random.default_rng(0)
    n = size["spectra"]
    x = rng.standard_normal((n + n // 4, size["components"]), "f4")
    y = (0.5 + 0.1 * (x[:, :1] + np.tanh(x[:, 1:2] * x[:, 2:3]))).astype("f4")
    data = x[:n], y[:n], (x[n:], y[n:])
    settings = {"epochs": size["epochs"], "batch": size["batch"], "patience": 1000, "monitor": "val_loss"}
    model = build_gebran(size["components"], **GRAPH)

    def ours():
        losses = []
        for seed in range(size["networks"]):
            initialise(model, "he_normal", seed)
            with tempfile.TemporaryDirectory() as checkpoint:
                _, history = engine.fit(model, *data, **settings, seed=seed, checkpoint=checkpoint)
            losses.append(history["val_loss"].iloc[-1])
        return size["networks"] * size["epochs"], {"val_loss": np.mean(losses)}

    def plain():
        losses = []
        for seed in range(size["networks"]):
            network = build_gebran(size["components"], **GRAPH)
            initialise(network, "he_normal", seed)
            losses.append(plain_fit(network, *data, **settings, seed=seed)[1]["val_loss"].iloc[-1])
        return size["networks"] * size["epochs"], {"val_loss": np.mean(losses)}

    return {OURS: ours, "Keras fit": plain}
