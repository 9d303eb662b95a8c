"""Training on a GPU: ``benchmarks/gpu.sh``.

Each network is trained from one seed: once to compile, once for timing, and once to check that the bits are
identical. A process without a GPU starts from the same weights; compared are the largest difference of the
predictions relative to the largest prediction, and the relative difference of the loss after two batches.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import keras
import numpy as np

from obafgkm.documents.csepreghy import networks as csepreghy
from obafgkm.documents.gebran import network as gebran
from obafgkm.documents.saldic import network as saldic
from obafgkm.documents.sharma import ann, cnn
from obafgkm.training import backend, engine

CNN = {
    "convolutions": [(256, 7), (64, 7), (512, 3), (128, 5), (128, 7), (256, 3)],
    "pool": 3,
    "dense": [512, 512, 128, 256, 256],
    "dropout": (0.1, 0.1),
    "activation": "relu",
    "learning_rate": 1e-4,
}
FEW = {**CNN, "convolutions": [(8, 7), (8, 5)], "dense": [16]}
_SEED, _EPOCHS = 1, 3


def networks(size):
    """For each network: its builder, pixels, batch, and spectra per epoch."""
    if size == "full":
        return {
            "Sharma: ANN": (lambda: ann.build_ann(2900), 120, 1580),
            "Sharma: autoencoder": (lambda: cnn.build_autoencoder(2896), 256, 4096),
            "Csepreghy: CNN": (lambda: _csepreghy(3600, CNN), 32, 4096),
            "Gebran": (lambda: gebran.build_gebran(50, "relu", "adam", 0.1, "mse"), 64, 40000),
            "Saldic": (lambda: saldic.build_saldic(7447, 4), 64, 2048),
        }
    return {
        "Sharma: ANN": (lambda: ann.build_ann(64), 8, 24),
        "Sharma: autoencoder": (lambda: cnn.build_autoencoder(64, (8, 4)), 8, 24),
        "Csepreghy: CNN": (lambda: _csepreghy(896, FEW), 8, 24),
        "Gebran": (lambda: gebran.build_gebran(50, "relu", "adam", 0.1, "mse"), 8, 24),
        "Saldic": (lambda: saldic.build_saldic(896, 4), 8, 24),
    }


def _csepreghy(pixels, settings):
    return csepreghy.build_cnn((np.zeros(pixels), np.ones(pixels)), 3, **settings)


def sample(model, n):
    """Spectra in the shape required by a network, and its targets."""
    rng = np.random.default_rng(_SEED)
    x = rng.normal(1, 0.1, (n, *model.input_shape[1:])).astype(np.float32)
    if str(model.loss).startswith("sparse"):
        return x, rng.integers(0, model.output_shape[-1], n)
    if model.loss == "categorical_crossentropy":
        return x, keras.utils.to_categorical(
            rng.integers(0, model.output_shape[-1], n), model.output_shape[-1]
        )
    shape = (n, *model.output_shape[1:])
    return x, x if shape == x.shape else rng.uniform(size=shape).astype(np.float32)


def train(build, batch, n, epochs):
    """A network trained from `_SEED`: predictions before, losses, weights after, seconds."""
    keras.utils.set_random_seed(_SEED)
    model = build()
    x, y = sample(model, n)
    predicted = engine.predict(model, x[:batch])
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as checkpoint:
        settings = {"epochs": epochs, "batch": batch, "monitor": "val_loss", "seed": _SEED, "every": 1e9}
        model, history = engine.fit(model, x, y, (x[:batch], y[:batch]), checkpoint=checkpoint, **settings)
    return predicted, history["loss"].to_numpy(), model.get_weights(), time.perf_counter() - began


def row(name, build, batch, n, reference):
    """One row of the table."""
    predicted, losses, _, _ = train(build, batch, 2 * batch, 1)
    _, _, _, first = train(build, batch, n, _EPOCHS)  # compiles
    _, once, weights, second = train(build, batch, n, _EPOCHS)
    _, twice, same, _ = train(build, batch, n, _EPOCHS)
    is_equal = np.array_equal(once, twice) and all(map(np.array_equal, weights, same))
    with np.load(reference) as processor:
        expected = processor["predicted"]
        differs = np.abs(predicted - expected).max() / np.abs(expected).max()
        loss_differs = abs(losses[0] / processor["losses"][0] - 1)
    return {
        "network": name,
        "batch": batch,
        "spectra/s": f"{n * _EPOCHS / second:.0f}",
        "compiling (s)": f"{max(first - second, 0):.1f}",
        "same bits": "yes" if is_equal else "NO",
        "predictions differ by": f"{differs:.0e}",
        "loss differs by": f"{loss_differs:.0e}",
    }


def _reference(folder, name):
    """File for the results of the process without a GPU."""
    return Path(folder, f"{name.replace(': ', '_')}.npz")


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/gpu.sh", description=__doc__)
    parser.add_argument("--size", choices=("full", "tiny"), default="full")
    parser.add_argument("--reference", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("OBAFGKM_TRAINING", json.dumps({"deterministic": True, "precision": "float32"}))
    backend.set_up_backend(_SEED, len(os.sched_getaffinity(0)))
    known = networks(options.size)
    if options.reference:
        for name, (build, batch, _) in known.items():
            predicted, losses, _, _ = train(build, batch, 2 * batch, 1)
            np.savez(_reference(options.reference, name), predicted=predicted, losses=losses)
        return
    print(f"{keras.backend.backend()} {options.size} on: {backend.device()}\n")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        hidden = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
        command = [sys.executable, "-m", "benchmarks.gpu", "--size", options.size, "--reference", folder]
        subprocess.run(command, check=True, env={**os.environ, **hidden})
        for name, (build, batch, n) in known.items():
            rows.append(row(name, build, batch, n, _reference(folder, name)))
            print(f"{name}: {rows[-1]}", file=sys.stderr, flush=True)
    names = list(rows[0])
    print(f"| {' | '.join(names)} |\n|{len(names) * '---|'}")
    for own in rows:
        print(f"| {' | '.join(map(str, own.values()))} |")
    if any(own["same bits"] != "yes" for own in rows):
        sys.exit("a repeated training gave different bits")


if __name__ == "__main__":
    main()
