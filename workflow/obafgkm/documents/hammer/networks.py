"""The networks of "Hack or Hammer": dense layers, each followed by dropout, on a table of features."""

import keras
import numpy as np

from obafgkm.mk import MAIN_CLASSES

__all__ = ["build_photometric", "build_side_by_side", "initialise"]


def build_photometric(n_features, neurons, dropout, learning_rate, loss):
    """Classifier of the seven main classes.

    Parameters
    ----------
    n_features : int
    neurons : sequence of int
        Neurons of each hidden layer.
    dropout : sequence of float
        Dropout rate after each of them.
    learning_rate : float
        Of Adam.
    loss : str
        Keras name; labels are one-hot.

    Returns
    -------
    keras.Model
        Input (n, n_features), output (n, 7) probabilities.
    """
    return _build((n_features,), keras.layers.Dense, neurons, dropout, learning_rate, loss)


def build_side_by_side(n_networks, n_features, **architecture):
    """Several networks of `build_photometric` in one model, which trains them as fast as one.

    They share neither data nor weights. The loss is the mean over the networks, which divides each gradient
    by their number; Adam is invariant to that. `initialise` sets their weights.

    Parameters
    ----------
    n_networks, n_features : int
    **architecture
        See `build_photometric`.

    Returns
    -------
    keras.Model
        Input (n, n_networks, n_features), output (n, n_networks, 7) probabilities.
    """

    def dense(n, **arguments):
        return keras.layers.EinsumDense("bnf,nfh->bnh", (n_networks, n), bias_axes="nh", **arguments)

    return _build((n_networks, n_features), dense, **architecture)


def initialise(model, seeds, **architecture):
    """Reset the weights and the dropout of networks from `build_side_by_side`.

    Parameters
    ----------
    model : keras.Model
    seeds : sequence of int
        One per network, which gets the weights that `build_photometric` would give it.
    **architecture
        See `build_photometric`.
    """
    weights = []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        weights.append(build_photometric(model.input_shape[-1], **architecture).get_weights())
    model.set_weights([np.stack(arrays) for arrays in zip(*weights, strict=True)])
    for number, layer in enumerate(model.layers):
        if isinstance(layer, keras.layers.Dropout) and layer.rate:  # a layer with rate 0 has no generator
            layer.seed_generator.state.assign([seeds[0] + number, 0])


def _build(shape, dense, neurons, dropout, learning_rate, loss):
    """A compiled network, given the type of its dense layers."""
    model = keras.Sequential([keras.Input(shape)], name="photometric")
    suffixes = ["", *(f"_{i}" for i in range(1, len(neurons) + 1))]  # as in the slides: dense, dense_1 ...
    for n, rate, suffix in zip(neurons, dropout, suffixes, strict=False):
        model.add(dense(n, activation="relu", name=f"dense{suffix}"))
        model.add(keras.layers.Dropout(rate, name=f"dropout{suffix}"))
    output = {"activation": "softmax", "dtype": "float32", "name": f"dense{suffixes[-1]}"}
    model.add(dense(len(MAIN_CLASSES), **output))
    model.compile(keras.optimizers.Adam(learning_rate), loss=loss, metrics=["accuracy"])
    return model
