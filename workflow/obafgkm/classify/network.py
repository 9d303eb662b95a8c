"""The network of the released classifier: temperature class and luminosity class from one spectrum."""

import keras
from keras import layers

__all__ = ["CLASSES", "build_mk_types", "cross_entropies"]

CLASSES = (70, 5)  # O0 to M9, I to V


@keras.saving.register_keras_serializable("obafgkm")
def cross_entropies(expected, predicted):
    """Sum of the cross-entropies of both heads; a head whose expected distribution is zero is ignored."""
    likely = keras.ops.log(keras.ops.maximum(predicted, 1e-7))
    return -keras.ops.sum(expected * likely, axis=-1)


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
    spectra = keras.Input((n_in,))
    hidden = spectra
    for i, units in enumerate(neurons):
        start = keras.initializers.HeUniform(seed=seed + 10 * i)
        hidden = layers.Dense(units, "relu", kernel_initializer=start)(hidden)
        hidden = layers.Dropout(dropout, seed=seed + 10 * i + 1)(hidden)
    heads = [
        layers.Dense(n, "softmax", kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 100 + n))(
            hidden
        )
        for n in CLASSES
    ]
    model = keras.Model(spectra, layers.Concatenate()(heads), name="mk_types")
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=cross_entropies)
    return model
