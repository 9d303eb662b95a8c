"""The shallow network of Sharma et al. 2020, Fig. 4."""

import keras
import numpy as np

from obafgkm.mk import N_CLASSES

__all__ = ["absorb_centre", "build_ann", "live_units"]

# The paper names optimisers but no learning rates: these are the defaults of Keras 2.2 and 2.3, current at
# the time. Today's are 0.001 for all, with which Adagrad and Adadelta hardly learn.
_LEARNING_RATES = {
    "adadelta": 1.0,
    "adagrad": 0.01,
    "adam": 0.001,
    "adamax": 0.002,
    "nadam": 0.002,
    "rmsprop": 0.001,
}


def build_ann(n_pixels, neurons=(32, 64), activation="relu", initialiser="uniform", optimiser="adam"):
    """Fully connected classifier of the 70 classes, compiled with categorical cross-entropy (Eq. 4).

    Parameters
    ----------
    n_pixels : int
    neurons : sequence of int
        Neurons of each hidden layer.
    activation, initialiser, optimiser : str
        Keras names; the paper's initialisers ``uniform`` and ``normal`` are Keras's ``random_uniform`` and
        ``random_normal``. Optimisers are those of its search.

    Returns
    -------
    keras.Model
        Input (n, n_pixels), output (n, 70) probabilities; labels are class numbers.
    """
    initialiser = {"uniform": "random_uniform", "normal": "random_normal"}.get(initialiser, initialiser)
    model = keras.Sequential(name="ann")
    model.add(keras.Input((n_pixels,), name="flux"))
    for i, n in enumerate(neurons, start=1):
        model.add(
            keras.layers.Dense(n, activation=activation, kernel_initializer=initialiser, name=f"hidden_{i}")
        )
    model.add(
        keras.layers.Dense(
            N_CLASSES, activation="softmax", kernel_initializer=initialiser, dtype="float32", name="classes"
        )
    )
    optimiser = keras.optimizers.get(
        {"class_name": optimiser, "config": {"learning_rate": _LEARNING_RATES[optimiser]}}
    )
    model.compile(optimizer=optimiser, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def absorb_centre(model, centre):
    """Make a network trained on ``flux - centre`` take `flux`, by absorbing the centre in the first bias.

    Parameters
    ----------
    model : keras.Model
        Its first layer is dense.
    centre : array (n_pixels,)
    """
    weights, bias = model.layers[0].get_weights()
    model.layers[0].set_weights([weights, bias - centre @ weights])


def live_units(model, x):
    """Number of units of the first layer that respond to some input of `x` (n, n_pixels).

    A ReLU unit with negative input for every spectrum is dead: its output and gradient are always zero.
    """
    response = keras.ops.convert_to_numpy(model.layers[0](x))
    return int((np.ptp(response, axis=0) > 0).sum())
