"""The networks on TensorFlow and on JAX; what a process takes of a machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from obafgkm.documents.csepreghy import networks as csepreghy
from obafgkm.documents.gebran import network as gebran
from obafgkm.documents.hammer import networks as hammer
from obafgkm.documents.saldic import network as saldic
from obafgkm.documents.sharma import ann, cnn
from obafgkm.training import backend

RNG = np.random.default_rng(6)
PIXELS = 896
SCALING = np.zeros(PIXELS), np.ones(PIXELS)
HEAD = {"neurons": (8, 8), "dropout": (0.1, 0.1), "learning_rate": 1e-3, "loss": "categorical_crossentropy"}
CNN = {"convolutions": [(4, 7), (4, 5)], "pool": 2, "dense": [8], "dropout": (0.1, 0.1)}
NETWORKS = {
    "ann": lambda: ann.build_ann(PIXELS),
    "autoencoder": lambda: cnn.build_autoencoder(PIXELS, (8, 4)),
    "classifier": lambda: cnn.build_classifier(cnn.encoder_of(NETWORKS["autoencoder"]()), 5),
    "csepreghy_cnn": lambda: csepreghy.build_cnn(SCALING, 3, **CNN, activation="relu", learning_rate=1e-3),
    "csepreghy_mixed": lambda: csepreghy.build_mixed(SCALING, 3, 14, learning_rate=1e-3),
    "csepreghy_autoencoder": lambda: csepreghy.build_autoencoder(PIXELS, 0.05),
    "gebran": lambda: gebran.build_gebran(50, "relu", "adam", 0.1, "mse"),
    "photometric": lambda: hammer.build_photometric(9, **HEAD),
    "side_by_side": lambda: hammer.build_side_by_side(2, 9, **HEAD),
    "saldic": lambda: saldic.build_saldic(PIXELS, 4),
}
LOAD_AND_TRAIN = Path(__file__).with_name("load_and_train.py")


def sample(model):
    """Spectra that fit a network, and what it should say of them."""
    x = RNG.normal(1, 0.1, (24, *model.input_shape[1:])).astype(np.float32)
    if model.loss.startswith("sparse"):
        return x, RNG.integers(0, model.output_shape[-1], len(x))
    if model.loss == "categorical_crossentropy":
        return x, keras.utils.to_categorical(RNG.integers(0, 7, (len(x), *model.output_shape[1:-1])), 7)
    shape = (len(x), *model.output_shape[1:])
    return x, x if shape == x.shape else RNG.uniform(size=shape).astype(np.float32)


@pytest.mark.slow
@pytest.mark.usefixtures("backend")
def test_every_network_loads_and_trains_on_jax_without_tensorflow(tmp_path):
    for name, build in NETWORKS.items():
        model = build()
        x, y = sample(model)
        model.save(tmp_path / f"{name}.keras")
        np.savez(tmp_path / f"{name}.npz", x=x, y=y, predicted=model.predict(x, verbose=0))
    (tmp_path / "tensorflow.py").write_text("raise ImportError('this machine has none')")
    path = os.pathsep.join([str(tmp_path), os.getenv("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, LOAD_AND_TRAIN, tmp_path],
        env={
            **os.environ,
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": "cpu",
            "PYTHONPATH": path,
            "XLA_FLAGS": "--xla_backend_optimization_level=0",  # compiling takes longer than training
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert set(told) == set(NETWORKS)
    for name, (before, after) in told.items():
        assert after < 1.2 * before, name


@pytest.mark.usefixtures("backend")
def test_mixed_precision_computes_in_bfloat16_and_answers_in_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        for name, build in NETWORKS.items():
            model = build()
            assert model.outputs[0].dtype == "float32", name
            dtypes = {layer.compute_dtype for layer in model.layers if layer.weights}
            assert dtypes == {"bfloat16", "float32"}, name
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.fixture
def two_gpus(monkeypatch):
    """What TensorFlow is told on a machine with two GPUs."""
    import tensorflow as tf

    told = {}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["first", "second"])
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda gpus, kind: told.update(visible=gpus))
    monkeypatch.setattr(
        tf.config.experimental, "set_memory_growth", lambda gpu, on: told.update(grows={gpu: on})
    )
    return told


@pytest.mark.usefixtures("backend")
def test_a_process_takes_one_gpu_and_as_much_of_its_memory_as_it_needs(two_gpus):
    backend._set_up_tensorflow(1, deterministic=True)
    assert two_gpus == {"visible": "first", "grows": {"first": True}}


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize(("granted", "idle"), [("0", True), ("", False), ("-1", False)])
def test_without_a_gpu_the_processor_trains_and_says_so(monkeypatch, capsys, granted, idle):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", granted)
    backend.set_up_backend(0, 1)
    told = capsys.readouterr().err
    assert "tensorflow computes on: processor, in float32" in told
    assert ("GPU 0 was granted" in told) == idle
