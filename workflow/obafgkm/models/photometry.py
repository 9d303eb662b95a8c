"""The networks of "Hack or Hammer": dense layers, each followed by dropout, on a table of features."""

import keras

from obafgkm.mk import MAIN_CLASSES

__all__ = ["build_photometric"]


def build_photometric(n_features, neurons, dropout, learning_rate, loss):
    """Classifier of the seven main classes.

    Parameters
    ----------
    n_features : int
    neurons : sequence of int
        Neurons of each hidden layer.
    dropout : sequence of float
        Dropout after each of them.
    learning_rate : float
        Of Adam.
    loss : str
        Keras name; labels are one-hot.

    Returns
    -------
    keras.Model
        Input (n, n_features), output (n, 7) probabilities.
    """
    model = keras.Sequential([keras.Input((n_features,))], name="photometric")
    for n, rate in zip(neurons, dropout, strict=True):
        model.add(keras.layers.Dense(n, activation="relu"))
        model.add(keras.layers.Dropout(rate))
    model.add(keras.layers.Dense(len(MAIN_CLASSES), activation="softmax"))
    model.compile(keras.optimizers.Adam(learning_rate), loss=loss, metrics=["accuracy"])
    return model
