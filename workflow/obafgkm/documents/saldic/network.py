"""The convolutional network of Saldic & Rathcke, after Fabbro et al. 2017 (StarNet)."""

import keras
from keras import layers

__all__ = ["SLIDES_PIXELS", "build_saldic"]

SLIDES_PIXELS = 7447  # 29,788 down-sampled by four


def build_saldic(n_pixels, n_outputs, learning_rate=0.0007):
    """Regression network, compiled with the mean squared error.

    Slides "The Neural Network" and "Hyper parameters": kernels of 32 pixels, pooling by 4, ReLU, Adam. With
    7,447 pixels and four outputs it has the printed 7,658,520 parameters. The output's activation is not
    printed; it is linear here.

    Parameters
    ----------
    n_pixels, n_outputs : int
    learning_rate : float

    Returns
    -------
    keras.Model
        Input (n, n_pixels), output (n, n_outputs).
    """
    model = keras.Sequential(
        [
            keras.Input((n_pixels,), name="spectrum"),
            layers.Reshape((n_pixels, 1), name="reshape_1"),
            layers.Conv1D(4, 32, padding="same", activation="relu", name="conv1d_1"),
            layers.Conv1D(16, 32, padding="same", activation="relu", name="conv1d_2"),
            layers.MaxPooling1D(4, name="max_pooling1d_1"),
            layers.Flatten(name="flatten_1"),
            layers.Dense(256, activation="relu", name="dense_1"),
            layers.Dense(128, activation="relu", name="dense_2"),
            layers.Dense(n_outputs, dtype="float32", name="output"),
        ],
        name="saldic",
    )
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="mse",
        metrics=[keras.metrics.MeanAbsoluteError(name="mae")],
    )
    return model
