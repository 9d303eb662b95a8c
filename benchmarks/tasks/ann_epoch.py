"""Epochs of Sharma's network, 2900-32-64-70, batches of 120: the engine, and Keras in three ways.

A unit is an epoch with its validation. All start from the same weights; the losses differ in the last digits
because the shuffling differs. `same_batches` shows that they agree with identical shuffling.
"""

import tempfile

import numpy as np

from benchmarks.data import library_stars, restarter

THREADS = 1
SIZES = {
    "full": {"spectra": 1580, "validation": 279, "pixels": 2900, "epochs": 50, "batch": 120},
    "tiny": {"spectra": 40, "validation": 10, "pixels": 50, "epochs": 2, "batch": 20},
}
OURS = "obafgkm"
TARGETS = {"Keras fit on arrays": 7, "Keras fit, cached tf.data, steps_per_execution": 1.8}


def _arithmetic(size):
    """Three products per layer, two for the first, whose input needs no gradient; one for validation."""
    first, rest = size["pixels"] * 32, 32 * 64 + 64 * 70
    return 2 * (size["spectra"] * (2 * first + 3 * rest) + size["validation"] * (first + rest))


WORK = "product", _arithmetic


def variants(size):
    """See `benchmarks.harness`."""
    import keras
    import tensorflow as tf

    from obafgkm.documents.sharma.ann import build_ann
    from obafgkm.training import backend, engine

    backend.set_up_backend(0, THREADS)
    flux, number = library_stars(size["spectra"] + size["validation"])
    flux, n, epochs, batch = flux[:, : size["pixels"]], size["spectra"], size["epochs"], size["batch"]
    x, y, validation = flux[:n], number[:n], (flux[n:], number[n:])

    def network(**compiled):
        keras.utils.set_random_seed(1)
        model = build_ann(size["pixels"])
        if compiled:
            model.compile(optimizer="adam", loss=model.loss, metrics=["accuracy"], **compiled)
        return model, restarter(model)

    def keras_variant(data, held_out, settings, **compiled):
        model, restart = network(**compiled)

        def train():
            restart()
            history = model.fit(*data, epochs=epochs, validation_data=held_out, verbose=0, **settings).history
            return epochs, {"val_loss": history["val_loss"][-1]}

        return train

    def cached():
        data = tf.data.Dataset.from_tensor_slices((x, y)).cache().shuffle(n, seed=1).batch(batch)
        held_out = tf.data.Dataset.from_tensor_slices(validation).batch(batch).cache()
        return (data.prefetch(2),), held_out

    model, restart = network()

    def ours():
        restart()
        with tempfile.TemporaryDirectory() as checkpoint:
            settings = {"epochs": epochs, "batch": batch, "patience": epochs, "monitor": "val_loss"}
            _, history = engine.fit(model, x, y, validation, seed=1, checkpoint=checkpoint, **settings)
        return epochs, {"val_loss": history["val_loss"].iloc[-1]}

    def same_batches():
        """Largest relative difference of the validation loss, in one epoch, for the same batches."""
        order = np.random.default_rng([1, 0]).permutation(n)
        plain, _ = network()
        fitted = plain.fit(
            x[order], y[order], batch_size=batch, shuffle=False, validation_data=validation, verbose=0
        )
        restart()
        with tempfile.TemporaryDirectory() as checkpoint:
            settings = {"epochs": 1, "batch": batch, "patience": 1, "monitor": "val_loss"}
            _, history = engine.fit(model, x, y, validation, seed=1, checkpoint=checkpoint, **settings)
        return abs(history["val_loss"][0] / fitted.history["val_loss"][0] - 1)

    difference = same_batches()

    def ours_with_difference():
        epochs, notes = ours()
        return epochs, {**notes, "val_loss_of_same_batches_differs_by": difference}

    return {
        OURS: ours_with_difference,
        "Keras fit on arrays": keras_variant((x, y), validation, {"batch_size": batch}),
        "Keras fit, cached tf.data": keras_variant(*cached(), {}),
        "Keras fit, cached tf.data, steps_per_execution": keras_variant(
            *cached(), {}, steps_per_execution=-(-n // batch)
        ),
    }
