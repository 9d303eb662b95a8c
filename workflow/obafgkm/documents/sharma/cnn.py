"""The convolutional networks of Sharma et al. 2020, section 4.2: autoencoder, classifiers on its encoder."""

import keras
from keras import layers

from obafgkm.training.engine import fit, predict, schedule

__all__ = ["N_PIXELS", "build_autoencoder", "build_classifier", "encoder_of", "fit_head"]

N_PIXELS = 2896  # four poolings by two need a multiple of 16; the paper takes the first 2,896 of 2,900 pixels
_FILTERS = (128, 64, 32, 16)


def build_autoencoder(n_pixels=N_PIXELS, filters=_FILTERS, optimiser="adam"):
    """Convolutional autoencoder, compiled with the mean squared logarithmic error.

    The encoder is the paper's listing, printed in section 4.3. Its decoder is not printed: the encoder is
    mirrored, with upsampling in place of pooling, and a last convolution gives the flux. "Each layer in the
    autoencoder model uses ReLU activation".

    Parameters
    ----------
    n_pixels : int
        A multiple of ``2 ** len(filters)``.
    filters : sequence of int
        Filters of the encoder's convolutions.
    optimiser : str or keras.Optimizer

    Returns
    -------
    keras.Model
        Input and output (n, n_pixels, 1).
    """
    flux = keras.Input((n_pixels, 1), name="flux")
    encoded = flux
    for n in filters:
        encoded = layers.Conv1D(n, 3, activation="relu", padding="same", name=f"encode_{n}")(encoded)
        encoded = layers.MaxPooling1D(2, name=f"pool_{n}")(encoded)
    decoded = encoded
    for n in reversed(filters):
        decoded = layers.Conv1D(n, 3, activation="relu", padding="same", name=f"decode_{n}")(decoded)
        decoded = layers.UpSampling1D(2, name=f"upsample_{n}")(decoded)
    decoded = layers.Conv1D(1, 3, activation="relu", padding="same", dtype="float32", name="reconstruction")(
        decoded
    )
    model = keras.Model(flux, decoded, name="autoencoder")
    model.compile(
        optimizer=optimiser,
        loss="mean_squared_logarithmic_error",
        metrics=[keras.metrics.RootMeanSquaredError(name="rmse")],
    )
    return model


def encoder_of(autoencoder):
    """The encoding half of an autoencoder, with its weights: (n, n_pixels, 1) to (n, n_pixels / 16, 16)."""
    last = [layer for layer in autoencoder.layers if layer.name.startswith("pool_")][-1]
    return keras.Model(autoencoder.input, last.output, name="encoder")


def build_classifier(encoder, n_classes, dense=(64, 32, 16), activation="softsign", learning_rate=0.001):
    """Classifier: an encoder, a flattening layer, dense layers; compiled with categorical cross-entropy.

    The 64-32-16 softsign head is the one the paper prints, for luminosity (section 4.3); of the spectral
    classifier's head it says "a couple of dense layers".

    Parameters
    ----------
    encoder : keras.Model
        From `encoder_of`; its weights go on being trained.
    n_classes : int
    dense : sequence of int
        Neurons of the dense layers between encoder and output.
    activation : str
    learning_rate : float
        Learning rate of Adam.

    Returns
    -------
    keras.Model
        Input (n, n_pixels, 1), output (n, n_classes); labels are class numbers.
    """
    features = layers.Flatten(name="flatten")(encoder.output)
    for i, n in enumerate(dense, start=1):
        features = layers.Dense(n, activation=activation, name=f"dense_{i}")(features)
    classes = layers.Dense(n_classes, activation="softmax", dtype="float32", name="classes")(features)
    return _compiled(keras.Model(encoder.input, classes, name="cnn"), learning_rate)


def _compiled(classifier, learning_rate):
    adam = keras.optimizers.Adam(learning_rate)
    classifier.compile(adam, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return classifier


def fit_head(model, x, y, validation, settings, *, monitor, seed, checkpoint):
    """Train the dense layers of a classifier on the output of its encoder, which is kept fixed.

    With few spectra this precedes the training of all weights that the paper describes: the first gradients
    through untrained dense layers would degrade the pre-trained encoder, and an epoch of the dense layers
    alone costs a hundredth of one of all weights.

    Parameters
    ----------
    model : keras.Model
        From `build_classifier`; its dense layers get the weights of their best epoch.
    x, y : arrays (n, n_pixels, 1), (n,)
    validation : tuple of arrays
        Validation ``(x, y)``.
    settings : dict
        ``batch``, and ``head``: its ``epochs`` (one at least), ``learning_rate`` and ``patience``.
    monitor, seed, checkpoint
        See `fit`.

    Returns
    -------
    DataFrame
        One row per epoch, as of `fit`.
    """
    flatten, *dense = model.layers[[layer.name for layer in model.layers].index("flatten") :]
    encoder = keras.Model(model.input, flatten.output)
    features = outputs = keras.Input(flatten.output.shape[1:], name="features")
    for layer in dense:
        outputs = layer(outputs)
    head = _compiled(keras.Model(features, outputs, name="head"), settings["head"]["learning_rate"])
    fitted, history = fit(
        head,
        predict(encoder, x),
        y,
        (predict(encoder, validation[0]), validation[1]),
        **schedule({**settings, **settings["head"]}),
        monitor=monitor,
        seed=seed,
        checkpoint=checkpoint,
    )
    for layer in dense:  # after a resumed training they are other objects
        layer.set_weights(fitted.get_layer(layer.name).get_weights())
    return history
