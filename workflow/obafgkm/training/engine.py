"""Fitting networks: seeds, early stopping, history, and checkpoints for resuming killed runs."""

import functools
import hashlib
import json
import random
import shutil
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from obafgkm.errors import DivergenceError

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

__all__ = ["fit", "layer_table", "load", "predict", "schedule"]

_MANY_WEIGHTS = 150_000


class _Record:
    """State that must survive a kill: history, best weights, and the current model."""

    def __init__(self, directory, fingerprint):
        self.directory, self.fingerprint = Path(directory), fingerprint
        self.history, self.best, self.best_epoch, self.best_weights = [], -np.inf, 0, None

    def restore(self, model):
        """The model to continue with: from this training's checkpoint, or `model` if there is none."""
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
        """Record one epoch; keep its weights if `monitor` improved."""
        self.history.append({"epoch": self.epoch + 1, **logs})
        if not np.isfinite(logs["loss"]):
            raise DivergenceError(f"training: the loss is not finite in epoch {self.epoch}; are the fluxes?")
        score = -logs[monitor] if "loss" in monitor else logs[monitor]
        if score > self.best:
            self.best, self.best_epoch, self.best_weights = score, self.epoch, model.get_weights()

    def save(self, model):
        """Write the checkpoint; the state file is renamed last, so that it never names missing weights."""
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


def _description(model):
    """Layers, optimiser, loss and metrics of a compiled model, as JSON; equal for models that are alike.

    The learning rate is a variable of the optimiser and is handled like the weights, see `_take_state`.
    """
    description = keras.saving.serialize_keras_object(model)
    # Keras numbers names within a process.
    description["compile_config"]["optimizer"]["config"] |= {"name": None, "learning_rate": 0.001}
    return json.dumps(description)


@functools.lru_cache(maxsize=1)
def _epoch_functions(description, kinds, micro_batch):
    """A model and two compiled functions: one trains a whole epoch in a given order, one validates.

    They run Keras's own training and test steps. The overhead per batch of ``Model.fit`` is several times the
    arithmetic of a small network. Compiling them takes as long as many small trainings, so that they are
    reused for trainings of identical networks: folds, seeds, samples of any size.

    Parameters
    ----------
    description : str
        See `_description`.
    kinds : tuple of (shape, str)
        Shape and data type of one spectrum and of its target.
    micro_batch : int or None
    """
    state = random.getstate()
    model = keras.saving.deserialize_keras_object(json.loads(description))
    random.setstate(state)  # Keras draws seeds from it: the caller's next network must not be affected
    if keras.backend.backend() != "tensorflow":
        return model, *_keras_epochs(model)
    if type(model.optimizer) is keras.optimizers.Adam and not model.optimizer.amsgrad:
        _update_in_one_pass(model.optimizer)
    elif model.count_params() > _MANY_WEIGHTS and not tf.config.list_physical_devices("GPU"):
        _fuse_update(model)
    step = functools.partial(_step_in_parts, model, micro_batch) if micro_batch else model.train_step
    data = [tf.TensorSpec((None, *shape), dtype) for shape, dtype in kinds]
    size = tf.TensorSpec((), tf.int32)

    @tf.function(input_signature=[*data, tf.TensorSpec((None,), tf.int64), size])
    def train(x, y, order, batch):
        for start in tf.range(0, tf.size(order), batch):
            chosen = order[start : start + batch]
            step((tf.gather(x, chosen), tf.gather(y, chosen)))
        return _drain_metrics(model)

    @tf.function(input_signature=[*data, size])
    def validate(x, y, batch):
        batch = tf.minimum(batch, micro_batch or batch)
        for start in tf.range(0, tf.shape(x)[0], batch):
            model.test_step((x[start : start + batch], y[start : start + batch]))
        return _drain_metrics(model)

    # Choosing among signatures at each call would cost an epoch of a small network a millisecond
    return model, train.get_concrete_function(), validate.get_concrete_function()


def _step_in_parts(model, micro_batch, batch):
    """`model.train_step`, a few spectra at a time: gradients are accumulated before a single update.

    A loss is a mean over the batch, so that the sum of the gradients of its parts, weighted by their
    fractions of the batch, is the gradient of the batch. Layers that use batch statistics (normalisation) see
    only the part.
    """
    x, y = batch
    variables, n = model.trainable_variables, tf.shape(x)[0]
    gradients = [tf.zeros_like(variable) for variable in variables]
    for start in tf.range(0, n, micro_batch):
        tf.autograph.experimental.set_loop_options(parallel_iterations=1)  # or more parts are in memory
        part, expected = x[start : start + micro_batch], y[start : start + micro_batch]
        size = tf.shape(part)[0]
        with tf.GradientTape() as tape:
            predicted = model(part, training=True)
            loss = model.compute_loss(part, expected, predicted, training=True)
            share = model.optimizer.scale_loss(loss * tf.cast(size / n, loss.dtype))
        model.metrics[0].update_state(loss, sample_weight=size)  # the mean loss, which Keras lists first
        model.compute_metrics(part, expected, predicted)
        added = tape.gradient(share, variables)
        gradients = [total + each for total, each in zip(gradients, added, strict=True)]
    model.optimizer.apply(gradients, variables)


def _update_in_one_pass(adam):
    """Use TensorFlow's own kernel for Adam's update: one pass over the weights, not a dozen as in Keras.

    With few spectra per batch those passes cost as much as the gradients.
    """

    def update(gradient, variable, learning_rate):
        number, step = adam._get_variable_index(variable), tf.cast(adam.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=adam._momentums[number].value.handle,
            v=adam._velocities[number].value.handle,
            beta1_power=adam.beta_1**step,
            beta2_power=adam.beta_2**step,
            lr=learning_rate,
            beta1=adam.beta_1,
            beta2=adam.beta_2,
            epsilon=adam.epsilon,
            grad=gradient,
        )

    adam.update_step = update


def _fuse_update(model):
    """Use XLA in the same way for another optimiser; compiling it pays off if there are many weights."""
    apply, variables = model.optimizer.apply, model.trainable_variables
    update = tf.function(lambda gradients: apply(gradients, variables), jit_compile=True)
    model.optimizer.apply = lambda gradients, _=None: update(gradients)


def _keras_epochs(model):
    """The functions of `_epoch_functions` for other backends, using Keras's own loop."""

    def train(x, y, order, batch):
        done = model.fit(x[order], y[order], batch_size=int(batch), shuffle=False, verbose=0)
        return {name: values[-1] for name, values in done.history.items()}

    def validate(x, y, batch):
        return model.evaluate(x, y, batch_size=int(batch), return_dict=True, verbose=0)

    return train, validate


def _take_state(model, given, fresh):
    """Copy weights and random states from an identical model, with its optimiser's state or a fresh one."""
    optimiser = given.optimizer
    if fresh:
        optimiser = type(optimiser).from_config(optimiser.get_config())
    optimiser.build(given.trainable_variables)
    state = zip(
        (*model.variables, *model.optimizer.variables), (*given.variables, *optimiser.variables), strict=True
    )
    for own, taken in state:
        own.assign(taken)


def _fingerprint(model, *inputs):
    """Fingerprint of a training: the initial network, the data and the settings."""
    optimiser = {**model.optimizer.get_config(), "name": None}  # Keras numbers names within a process
    digest = hashlib.sha256()
    for value in (model.get_config(), *model.get_weights(), optimiser, model.loss, *inputs):
        digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()


def _drain_metrics(model):
    """The metrics gathered since the last call."""
    metrics = model.get_metrics_result()
    model.reset_metrics()
    return metrics


def schedule(settings):
    """Arguments of `fit` for the length and steps of a training, from a section of the configuration.

    Parameters
    ----------
    settings : dict
        ``epochs``, ``batch``, optionally ``patience`` and ``micro_batch``, and any others.

    Returns
    -------
    dict
    """
    names = ("epochs", "batch", "patience", "micro_batch")
    return {name: settings[name] for name in names if name in settings}


def fit(
    model,
    x,
    y,
    validation,
    *,
    epochs,
    batch,
    monitor,
    seed,
    checkpoint,
    patience=None,
    micro_batch=None,
    every=60.0,
):
    """Train a compiled model with early stopping and restore the weights of its best epoch.

    The training starts from the current weights of the model and a fresh optimiser.

    Parameters
    ----------
    model : keras.Model
    x, y : arrays (n, ...)
    validation : tuple of arrays
        Validation ``(x, y)``.
    epochs, batch : int
    monitor : str
        Quantity that must improve: ``val_accuracy``, ``val_loss`` ...
    seed : int
        Seed for the order of the spectra in each epoch.
    checkpoint : path
        Directory of the checkpoint. A run that finds one of the same training resumes from it and gives the
        same result as an uninterrupted run; a finished run removes it.
    patience : int, optional
        Epochs without improvement after which training stops; by default all epochs are run.
    micro_batch : int, optional
        Number of spectra whose activations are in memory at a time, to limit the memory of convolutions; up
        to rounding, it does not change the gradient.
    every : float
        Least time between checkpoints, s.

    Returns
    -------
    model : keras.Model
        The trained model; a different object from the one given if the run was resumed.
    history : DataFrame
        One row per epoch: ``epoch``, training and validation quantities.
    """
    patience = epochs if patience is None else patience
    fingerprint = _fingerprint(model, x, y, *validation, batch, patience, monitor, seed)
    record = _Record(checkpoint, fingerprint)
    given = record.restore(model)
    kinds = tuple((array.shape[1:], array.dtype.name) for array in (x, y))
    model, train, validate = _epoch_functions(_description(given), kinds, micro_batch)
    _take_state(model, given, fresh=record.epoch == 0)
    place = tf.constant if keras.backend.backend() == "tensorflow" else np.asarray
    data, size = [place(array) for array in (x, y, *validation)], place(batch)  # copied to the device once
    saved = time.monotonic()
    while record.epoch < epochs and record.epoch - record.best_epoch < patience:
        order = np.random.default_rng([seed, record.epoch]).permutation(len(x))
        logs = {name: float(value) for name, value in train(*data[:2], place(order), size).items()}
        logs |= {f"val_{name}": float(value) for name, value in validate(*data[2:], size).items()}
        record.add(logs, monitor, model)
        if time.monotonic() - saved >= every:
            record.save(model)
            saved = time.monotonic()
    given.set_weights(record.best_weights)
    shutil.rmtree(checkpoint, ignore_errors=True)
    return given, pd.DataFrame(record.history)


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


@functools.lru_cache(maxsize=1)
def _compiled(model):
    return tf.function(functools.partial(model, training=False), reduce_retracing=True)


def predict(model, x, batch=64):
    """Output of a network for spectra, like ``model.predict`` but without its overhead per batch.

    Parameters
    ----------
    model : keras.Model
        Model with one input and one output.
    x : array (n, ...)
    batch : int
        Spectra at a time; small enough for a convolution's activations to fit into the cache.

    Returns
    -------
    array (n, ...)
    """
    if keras.backend.backend() != "tensorflow":
        return model.predict(x, batch, verbose=0)
    call = _compiled(model)
    return np.concatenate(
        [call(tf.constant(x[first : first + batch])).numpy() for first in range(0, len(x), batch)]
    )


def layer_table(model):
    """Layers of a built Keras model, starting with its input.

    Returns
    -------
    DataFrame
        Columns ``layer, kind, inputs`` (names of the input layers, separated by commas), ``outputs`` (shape
        as text: ``64``, ``1448 x 128``) and ``parameters``.
    """
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    rows = [("input", "Input", "", _shape(model.input_shape), 0)]
    rows += [
        (
            layer.name,
            type(layer).__name__,
            ", ".join(_fed_by(layer)),
            _shape(layer.output.shape),
            int(layer.count_params()),
        )
        for layer in layers
    ]
    return pd.DataFrame(rows, columns=["layer", "kind", "inputs", "outputs", "parameters"])


def _fed_by(operation):
    """Names of the input layers of one, through operations such as slices that are not layers."""
    names = []
    for tensor in keras.tree.flatten(operation.input):
        before = tensor._keras_history.operation
        if isinstance(before, keras.layers.InputLayer):
            names.append("input")
        elif isinstance(before, keras.Layer):
            names.append(before.name)
        else:
            names += _fed_by(before)
    return names


def _shape(shape):
    return " x ".join(str(int(size)) for size in shape[1:])
