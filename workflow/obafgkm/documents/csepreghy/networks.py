"""The networks of Csepreghy 2020: the tuned CNN, the mixed-input network, and the autoencoders."""

import keras
from keras import layers

__all__ = ["LATENT", "build_autoencoder", "build_cnn", "build_mixed", "encoder_of"]

LATENT = 14  # numbers to which an autoencoder reduces a spectrum


def build_cnn(scaling, n_classes, *, convolutions, pool, dense, dropout, activation, learning_rate):
    """Convolutional classifier, compiled (appendix 10.4).

    Convolutions have no padding; the second to the fourth are followed by pooling.

    Parameters
    ----------
    scaling : tuple of arrays (n_pixels,)
        Mean and variance of the training spectra, by which flux is standardised.
    n_classes : int
    convolutions : sequence of (int, int)
        Filters and kernel size of each.
    pool : int
        Pixels per pooling window; 1 disables pooling.
    dense : sequence of int
        Neurons of each dense layer.
    dropout : (float, float)
        Rates after each convolution and after each dense layer.
    activation : str or None
        Activation of the dense layers. None, as during the thesis's tuning, leaves them linear.
    learning_rate : float
        Of Adam.

    Returns
    -------
    keras.Model
        Input (n, n_pixels), output (n, n_classes); labels are class numbers.
    """
    flux = keras.Input((len(scaling[0]),), name="flux")
    x = layers.Reshape((-1, 1), name="column")(_standardised(flux, scaling))
    for i, (filters, kernel) in enumerate(convolutions, start=1):
        x = layers.Conv1D(filters, kernel, activation="relu", name=f"convolution_{i}")(x)
        x = layers.Dropout(dropout[0], name=f"dropout_{i}")(x)
        if 2 <= i <= 4 and pool > 1:
            x = layers.MaxPooling1D(pool, name=f"pool_{i}")(x)
    x = layers.Flatten(name="flatten")(x)
    for i, neurons in enumerate(dense, start=1):
        x = layers.Dense(neurons, activation=activation, name=f"dense_{i}")(x)
        x = layers.Dropout(dropout[1], name=f"dense_dropout_{i}")(x)
    return _classifier(flux, x, n_classes, learning_rate, "cnn")


def build_mixed(scaling, n_classes, n_features, *, learning_rate):
    """Mixed-input classifier: a CNN on flux and a perceptron on features, joined (section 7.2; its code).

    Parameters
    ----------
    scaling : tuple of arrays (n_pixels + n_features,)
        Mean and variance of the training spectra and their features.
    n_classes, n_features : int
    learning_rate : float
        Of Adam.

    Returns
    -------
    keras.Model
        Input (n, n_pixels + n_features), features last; output (n, n_classes); labels are class numbers.
    """
    inputs = keras.Input((len(scaling[0]),), name="flux_and_features")
    standardised = _standardised(inputs, scaling)
    x = layers.Reshape((-1, 1), name="column")(standardised[:, :-n_features])
    for i, (filters, kernel) in enumerate([(256, 5), (128, 5), (64, 3)], start=1):
        x = layers.Conv1D(filters, kernel, activation="relu", name=f"convolution_{i}")(x)
        x = layers.MaxPooling1D(2, name=f"pool_{i}")(x)
        x = layers.Dropout(0.1, name=f"dropout_{i}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(64, activation="relu", name="flux_1")(x)
    x = layers.Dropout(0.5, name="flux_dropout")(x)
    x = layers.Dense(32, activation="relu", name="flux_2")(x)
    y = standardised[:, -n_features:]
    y = layers.Dense(128, activation="relu", kernel_initializer="he_uniform", name="features_1")(y)
    y = layers.Dropout(0.5, name="features_dropout")(y)
    y = layers.Dense(64, activation="relu", name="features_2")(y)
    joined = layers.Concatenate(name="joined")([x, y])
    joined = layers.Dense(128, activation="relu", name="dense")(joined)
    return _classifier(inputs, joined, n_classes, learning_rate, "mixed_input")


def _standardised(inputs, scaling):
    mean, variance = scaling
    return layers.Normalization(axis=-1, mean=mean, variance=variance, name="scaling")(inputs)


def _classifier(inputs, x, n_classes, learning_rate, name):
    classes = layers.Dense(n_classes, activation="softmax", dtype="float32", name="classes")(x)
    model = keras.Model(inputs, classes, name=name)
    optimiser = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer=optimiser, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


_ENCODER = ((256, 7), (128, 5), (64, 5), (32, 3), (32, 3), (1, 3))  # filters and kernel sizes
_POOLS = {896: (2, 2, 2, 2, 2, 2), 1792: (4, 4, 2, 2, 2, 2)}


def build_autoencoder(n_pixels, filters=1.0, learning_rate=0.001, pools=None):
    """Convolutional autoencoder of standardised flux, compiled with the mean squared error (section 9.1).

    The listing for 1,792 pixels pools its 14 numbers once more, so that 7 reach the decoder; the thesis calls
    the 14 the latent space (`encoder_of`). The output, a tanh, lies between -1 and 1.

    Unlike in the thesis, the two single-filter layers on either side of the latent space start with positive
    weights. With Keras's default, of either sign, all weights of the second layer are negative in one draw
    out of eight: its output is then 0 for every spectrum, no gradient passes, and the network never improves
    on the mean spectrum.

    Parameters
    ----------
    n_pixels : {896, 1792}
    filters : float
        Factor applied to the numbers of filters; 1 in the thesis.
    learning_rate : float
        Of Adam.
    pools : sequence of int, optional
        Pooling factor after each of the six convolutions, for a latent space of a size other than the
        thesis's; their product must divide `n_pixels`.

    Returns
    -------
    keras.Model
        Input and output (n, n_pixels, 1).
    """
    shapes = [(max(1, round(n * filters)) if n > 1 else 1, kernel) for n, kernel in _ENCODER]
    pools = pools or _POOLS[n_pixels]
    flux = keras.Input((n_pixels, 1), name="flux")
    x = flux
    for i, ((n, kernel), pool) in enumerate(zip(shapes, pools, strict=True), start=1):
        x = _rectified(x.shape[-1], n, kernel, f"encode_{i}")(x)
        x = layers.MaxPooling1D(pool, padding="same", name=f"pool_{i}")(x)
    for i, ((n, kernel), pool) in reversed(list(enumerate(zip(shapes, pools, strict=True), start=1))):
        x = _rectified(x.shape[-1], n, kernel, f"decode_{i}")(x)
        x = layers.UpSampling1D(pool, name=f"upsample_{i}")(x)
    decoded = layers.Conv1D(1, 1, activation="tanh", padding="same", dtype="float32", name="reconstruction")(
        x
    )
    model = keras.Model(flux, decoded, name="autoencoder")
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="mse")
    return model


def _rectified(channels, filters, kernel, name):
    # A single filter: a local mean, positive because its inputs are rectified.
    weights = (
        keras.initializers.RandomUniform(0, 2 / (channels * kernel)) if filters == 1 else "glorot_uniform"
    )
    return layers.Conv1D(
        filters, kernel, activation="relu", padding="same", kernel_initializer=weights, name=name
    )


def encoder_of(autoencoder, size=LATENT):
    """The part of an autoencoder up to its `size` numbers: (n, n_pixels, 1) to (n, size, 1)."""
    latent = next(layer.output for layer in autoencoder.layers if layer.output.shape[1:] == (size, 1))
    return keras.Model(autoencoder.input, latent, name="encoder")
