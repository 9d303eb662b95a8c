"""The convolutional network of Gebran et al. 2022, and its hyper-parameters."""

import keras
from keras import layers

__all__ = ["build_gebran", "initialise"]


_LOWEST = -0.5  # of the scaled labels


@keras.saving.register_keras_serializable("gebran")
def squared_logarithmic_error(y, predicted):
    """Mean of (log (1 + y) / (1 + ŷ))², section 4.1.8, for labels from -1/2; below, extended by its tangent.

    Keras's own loss clips ŷ at 0. A network whose initial outputs are all negative, as those of every second
    one with ReLU, then has no gradient and learns nothing.
    """
    logarithm = keras.ops.log1p(keras.ops.maximum(predicted, _LOWEST))
    logarithm += keras.ops.minimum(predicted - _LOWEST, 0) / (1 + _LOWEST)
    return keras.ops.mean(keras.ops.square(keras.ops.log1p(y) - logarithm), axis=-1)


_LOSSES = {
    "mse": "mean_squared_error",
    "msle": squared_logarithmic_error,
    "mae": "mean_absolute_error",
}


def build_gebran(n_components, activation, optimiser, dropout, loss):
    """Regression network of Table 2, compiled; with 50 components it has the printed 764,357 parameters.

    The printed counts give kernels of 4 components. The learning rate is Keras's until it is set.

    Parameters
    ----------
    n_components : int
        Number of principal components per spectrum.
    activation : str
        Activation of all layers except the last, which is linear.
    optimiser : str
    dropout : float
        Fraction of the outputs dropped after each convolution.
    loss : {'mse', 'msle', 'mae'}

    Returns
    -------
    keras.Model
        Input (n, n_components), output (n, 1).
    """
    convolutions = []
    for number, filters in enumerate((8, 4, 4), 1):
        convolutions += [
            layers.Conv1D(filters, 4, padding="same", activation=activation, name=f"convolution_{number}"),
            layers.Dropout(dropout, name=f"dropout_{number}"),
        ]
    dense = [
        layers.Dense(units, activation=activation, name=f"dense_{number}")
        for number, units in enumerate((1024, 512, 64, 10), 1)
    ]
    model = keras.Sequential(
        [
            keras.Input((n_components,), name="components"),
            layers.Reshape((n_components, 1), name="reshape"),
            *convolutions,
            layers.Flatten(name="flatten"),
            *dense,
            layers.Dense(1, dtype="float32", name="output"),
        ],
        name="gebran",
    )
    model.compile(optimizer=optimiser, loss=_LOSSES[loss])
    return model


def initialise(model, initialiser, seed):
    """Reset the weights and the dropout seeds of a network, as if it had just been built.

    Parameters
    ----------
    model : keras.Model
    initialiser : str
        Keras's name of one of the 14 of section 4.1.2 (``identity`` is for matrices only: convolutions get
        the identity at the middle of their kernel). Biases become zero.
    seed : int
    """
    for number, layer in enumerate(model.layers):
        if isinstance(layer, layers.Dropout) and layer.rate:  # a rate of zero draws nothing
            layer.seed_generator.state.assign([seed + number, 0])
        elif layer.weights:
            layer.kernel.assign(_draw(initialiser, layer.kernel.shape, seed + number))
            layer.bias.assign(keras.ops.zeros_like(layer.bias))


def _draw(initialiser, shape, seed):
    if initialiser == "identity":
        eye = keras.ops.eye(*shape[-2:])
        if len(shape) == 2:
            return eye
        middle = keras.ops.one_hot(shape[0] // 2, shape[0])
        return middle[:, None, None] * eye
    settings = {} if initialiser in ("zeros", "ones") else {"seed": seed}
    config = {"class_name": initialiser, "config": settings}
    return keras.initializers.get(config)(shape)
