"""Networks of the released classifier: MK type, stellar parameters, and kind of object, from one spectrum."""

import keras
from keras import layers

from obafgkm.classify.inputs import WAVE
from obafgkm.classify.kinds import KINDS
from obafgkm.classify.parameters import PARAMETERS

__all__ = [
    "CLASSES",
    "build_convolutional",
    "build_kinds",
    "build_mk_types",
    "build_parameters",
    "cross_entropies",
    "known_errors",
]

CLASSES = (70, 5)  # O0 to M9, I to V
_WIDTHS = (7, 5, 5)  # of the convolutional filters, in pixels of 4, 8 and 16 Angstrom


@keras.saving.register_keras_serializable("obafgkm")
def cross_entropies(expected, predicted):
    """Sum of the cross-entropies of both heads; a head whose expected distribution is zero is ignored."""
    likely = keras.ops.log(keras.ops.maximum(predicted, 1e-7))
    return -keras.ops.sum(expected * likely, axis=-1)


@keras.saving.register_keras_serializable("obafgkm")
def known_errors(expected, predicted):
    """Sum of the Huber losses of the parameters; one whose expected value is NaN is ignored."""
    off = keras.ops.where(keras.ops.isnan(expected), predicted, expected) - predicted
    size = keras.ops.abs(off)
    return keras.ops.sum(keras.ops.where(size < 1, 0.5 * off**2, size - 0.5), axis=-1)


def build_mk_types(n_in, neurons, dropout, learning_rate, seed):
    """Two hidden layers and one softmax per head, compiled.

    Parameters
    ----------
    n_in : int
        Number of inputs, see `obafgkm.classify.inputs`.
    neurons : (int, int)
        Neurons of the hidden layers (ReLU).
    dropout : float
        Rate of the dropout after each hidden layer.
    learning_rate : float
        Learning rate of Adam.
    seed : int
        Seed of the initial weights and of the dropout.

    Returns
    -------
    keras.Model
        Output (n, 75): the probabilities of the temperature classes, then of the luminosity classes.
    """
    spectra, hidden = _hidden_layers(n_in, neurons, dropout, seed)
    return _mk_types(spectra, hidden, learning_rate, seed)


def build_convolutional(n_in, neurons, dropout, learning_rate, seed, filters):
    """`build_mk_types` with three convolutional layers over the lines in front of the dense ones.

    As in Sharma et al. 2020, narrow filters and pooling; the continuum and the coverage bypass them.

    Parameters
    ----------
    n_in, neurons, dropout, learning_rate, seed
        See `build_mk_types`.
    filters : int
        Filters of each convolutional layer.

    Returns
    -------
    keras.Model
        Output as of `build_mk_types`.
    """
    spectra = keras.Input((n_in,))
    maps = layers.Reshape((WAVE.size, 1))(spectra[:, : WAVE.size])
    for i, width in enumerate(_WIDTHS):
        start = keras.initializers.HeUniform(seed=seed + 200 + i)
        maps = layers.Conv1D(filters, width, padding="same", activation="relu", kernel_initializer=start)(
            layers.AveragePooling1D(2)(maps)
        )
    inputs = layers.Concatenate()([layers.Flatten()(maps), spectra[:, WAVE.size :]])
    return _mk_types(spectra, _dense(inputs, neurons, dropout, seed), learning_rate, seed)


def _mk_types(spectra, hidden, learning_rate, seed):
    heads = [
        layers.Dense(n, "softmax", kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 100 + n))(
            hidden
        )
        for n in CLASSES
    ]
    model = keras.Model(spectra, layers.Concatenate()(heads), name="mk_types")
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=cross_entropies)
    return model


def build_parameters(n_in, neurons, dropout, learning_rate, seed):
    """Two hidden layers and a linear output per stellar parameter, compiled; arguments as `build_mk_types`.

    Returns
    -------
    keras.Model
        Output (n, 3): standardised parameters, see `obafgkm.classify.parameters.targets`.
    """
    spectra, hidden = _hidden_layers(n_in, neurons, dropout, seed)
    start = keras.initializers.GlorotUniform(seed=seed + 100)
    values = layers.Dense(len(PARAMETERS), kernel_initializer=start)(hidden)
    model = keras.Model(spectra, values, name="parameters")
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=known_errors)
    return model


def build_kinds(n_in, neurons, dropout, learning_rate, seed):
    """Two hidden layers and a softmax over the kinds, compiled; arguments as `build_mk_types`.

    Returns
    -------
    keras.Model
        Output (n, 9): the probabilities of `obafgkm.classify.kinds.KINDS`.
    """
    spectra, hidden = _hidden_layers(n_in, neurons, dropout, seed)
    start = keras.initializers.GlorotUniform(seed=seed + 100)
    probabilities = layers.Dense(len(KINDS), "softmax", kernel_initializer=start)(hidden)
    model = keras.Model(spectra, probabilities, name="kinds")
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=cross_entropies)
    return model


def _hidden_layers(n_in, neurons, dropout, seed):
    spectra = keras.Input((n_in,))
    return spectra, _dense(spectra, neurons, dropout, seed)


def _dense(hidden, neurons, dropout, seed):
    for i, units in enumerate(neurons):
        start = keras.initializers.HeUniform(seed=seed + 10 * i)
        hidden = layers.Dense(units, "relu", kernel_initializer=start)(hidden)
        hidden = layers.Dropout(dropout, seed=seed + 10 * i + 1)(hidden)
    return hidden
