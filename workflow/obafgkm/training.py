"""Fitting networks: seeds, early stopping, history, and a checkpoint from which a killed run goes on."""

import hashlib
import json
import os
import shutil
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's notes on the processor are not for the log

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from obafgkm.errors import ObafgkmError
from obafgkm.models.layers import layer_table

__all__ = ["fit", "load", "set_up_backend", "train_network"]


def set_up_backend(seed, threads):
    """Seed every generator and fix the threads; call it before any network is built.

    The same seed and the same number of threads give bit-equal weights on one machine; convolutions differ
    between numbers of threads, hence the number is set, not found.

    Parameters
    ----------
    seed, threads : int
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)


class _Record:
    """What must survive a kill: history, best weights, and the model as it is."""

    def __init__(self, directory, fingerprint):
        self.directory, self.fingerprint = Path(directory), fingerprint
        self.history, self.best, self.best_epoch, self.best_weights = [], -np.inf, 0, None

    def restore(self, model):
        """The model to go on with: that of this training's checkpoint, or `model` where there is none."""
        if not (self.directory / "state.json").exists():
            return model
        state = json.loads((self.directory / "state.json").read_text())
        if state["fingerprint"] != self.fingerprint:
            return model
        self.history, self.best, self.best_epoch = state["history"], state["best"], state["best_epoch"]
        self.best_weights = keras.saving.load_model(self._model("best", self.epoch)).get_weights()
        return keras.saving.load_model(self._model("last", self.epoch))

    @property
    def epoch(self):
        """Number of finished epochs."""
        return len(self.history)

    def add(self, logs, monitor, model):
        """Note one epoch; remember its weights if `monitor` improved."""
        self.history.append({"epoch": self.epoch + 1, **logs})
        if not np.isfinite(logs["loss"]):
            raise ObafgkmError(f"training: the loss is not finite in epoch {self.epoch}; are the fluxes?")
        score = -logs[monitor] if "loss" in monitor else logs[monitor]
        if score > self.best:
            self.best, self.best_epoch, self.best_weights = score, self.epoch, model.get_weights()

    def save(self, model):
        """Write the checkpoint; its state goes last, by renaming, so that it never names missing weights."""
        self.directory.mkdir(parents=True, exist_ok=True)
        model.save(self._model("last", self.epoch))
        weights = model.get_weights()
        model.set_weights(self.best_weights)
        model.save(self._model("best", self.epoch))
        model.set_weights(weights)
        state = {
            "fingerprint": self.fingerprint,
            "history": self.history,
            "best": self.best,
            "best_epoch": self.best_epoch,
        }
        partial = self.directory / "state.json.part"
        partial.write_text(json.dumps(state))
        partial.replace(self.directory / "state.json")
        for old in self.directory.glob("*.keras"):
            if not old.stem.endswith(f"-{self.epoch}"):
                old.unlink()

    def _model(self, which, epoch):
        return self.directory / f"{which}-{epoch}.keras"


def _epoch_functions(model, x, y, validation, batch):
    """Two compiled functions: one trains a whole epoch in a given order, one validates.

    They run Keras's own training and test steps. Leaving them to ``Model.fit`` costs several times the
    arithmetic of a small network, batch by batch.
    """
    x, y = tf.constant(x), tf.constant(y)
    x_validation, y_validation = (tf.constant(array) for array in validation)
    n_whole, n_whole_validation = (len(array) // batch * batch for array in (x, x_validation))
    model.optimizer.build(model.trainable_variables)

    @tf.function
    def train(order):
        for chosen in tf.reshape(order[:n_whole], (-1, batch)):
            model.train_step((tf.gather(x, chosen), tf.gather(y, chosen)))
        if n_whole < len(x):
            model.train_step((tf.gather(x, order[n_whole:]), tf.gather(y, order[n_whole:])))
        return _drain_metrics(model)

    @tf.function
    def validate():
        for chosen in tf.reshape(tf.range(n_whole_validation), (-1, batch)):
            model.test_step((tf.gather(x_validation, chosen), tf.gather(y_validation, chosen)))
        if n_whole_validation < len(x_validation):
            model.test_step((x_validation[n_whole_validation:], y_validation[n_whole_validation:]))
        return _drain_metrics(model)

    return train, validate


def _fingerprint(model, *inputs):
    """What tells one training from another: the network as it starts, the data and the settings."""
    optimiser = {**model.optimizer.get_config(), "name": None}  # Keras numbers the names within a process
    digest = hashlib.sha256()
    for value in (model.get_config(), *model.get_weights(), optimiser, model.loss, *inputs):
        digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()


def _drain_metrics(model):
    """The metrics gathered since the last call."""
    metrics = model.get_metrics_result()
    model.reset_metrics()
    return metrics


def fit(model, x, y, validation, *, epochs, batch, patience, monitor, seed, checkpoint, every=60.0):
    """Train a compiled model with early stopping; it ends with the weights of its best epoch.

    Parameters
    ----------
    model : keras.Model
    x, y : arrays (n, ...)
    validation : tuple of arrays
        Validation ``(x, y)``.
    epochs, batch : int
    patience : int
        Epochs without improvement after which training stops.
    monitor : str
        Quantity that must improve: ``val_accuracy``, ``val_loss`` ...
    seed : int
        Orders the spectra of each epoch.
    checkpoint : path
        Directory of the checkpoint. A run that finds one of the same training goes on from it and ends as if
        it had never stopped; a finished run removes it.
    every : float
        Seconds between checkpoints, at least.

    Returns
    -------
    model : keras.Model
        The trained model; another object than the one given if the run was resumed.
    history : DataFrame
        One row an epoch: ``epoch``, training and validation quantities.
    """
    fingerprint = _fingerprint(model, x, y, *validation, batch, patience, monitor, seed)
    record = _Record(checkpoint, fingerprint)
    model = record.restore(model)
    train, validate = _epoch_functions(model, x, y, validation, batch)
    saved = time.monotonic()
    while record.epoch < epochs and record.epoch - record.best_epoch < patience:
        order = np.random.default_rng([seed, record.epoch]).permutation(len(x))
        logs = {name: float(value) for name, value in train(order).items()}
        logs |= {f"val_{name}": float(value) for name, value in validate().items()}
        record.add(logs, monitor, model)
        if time.monotonic() - saved >= every:
            record.save(model)
            saved = time.monotonic()
    model.set_weights(record.best_weights)
    shutil.rmtree(checkpoint, ignore_errors=True)
    return model, pd.DataFrame(record.history)


def load(path):
    """A saved network.

    Parameters
    ----------
    path : path

    Returns
    -------
    keras.Model
    """
    return keras.saving.load_model(path)


def train_network(model, x, y, held_out, settings, *, monitor, seed, threads, directory, source):
    """Train on the spectra that are not held out; write how it went into `directory`.

    ``history.csv`` has one row an epoch, ``layers.csv`` the layers, ``card.json`` the data's source, sizes,
    settings, seed, threads and epochs. The model is left to the caller to save.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    x, y : arrays (n, ...)
    held_out : array of bool (n,)
        The spectra that validate.
    settings : dict
        ``epochs``, ``batch``, ``patience``, and what else the card should tell.
    monitor : str
        See `fit`.
    seed, threads : int
    directory : path
    source : str
        Where the spectra come from.

    Returns
    -------
    keras.Model
        With the weights of its best epoch.
    """
    directory = Path(directory)
    model, history = fit(
        model,
        x[~held_out],
        y[~held_out],
        (x[held_out], y[held_out]),
        epochs=settings["epochs"],
        batch=settings["batch"],
        patience=settings["patience"],
        monitor=monitor,
        seed=seed,
        checkpoint=directory / "checkpoint",
    )
    best = history[monitor].argmin() if "loss" in monitor else history[monitor].argmax()
    card = {
        "source": source,
        "training_spectra": int((~held_out).sum()),
        "validation_spectra": int(held_out.sum()),
        "settings": settings,
        "monitor": monitor,
        "seed": seed,
        "threads": threads,
        "epochs": len(history),
        "best_epoch": int(best) + 1,
    }
    directory.mkdir(parents=True, exist_ok=True)
    history.to_csv(directory / "history.csv", index=False)
    layer_table(model).to_csv(directory / "layers.csv", index=False)
    (directory / "card.json").write_text(json.dumps(card, indent=1))
    return model
