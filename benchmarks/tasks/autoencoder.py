"""An epoch of Sharma's autoencoder, 2,896 pixels, batches of 256. A unit is a spectrum.

The library trains a batch in parts. bfloat16 is an option that no document uses; its gain and its effect on
the loss are measured here.
"""

import functools
import tempfile

from benchmarks.data import library_stars, restarter

THREADS = 1
SIZES = {
    "full": {"spectra": 256, "pixels": 2896, "batch": 256, "micro_batch": 16},
    "tiny": {"spectra": 6, "pixels": 48, "batch": 4, "micro_batch": 2},
}
OURS = "parts of a batch (obafgkm)"
TARGETS = {"Keras fit": 1}
MEMORY = {OURS: 1300, "whole batches (obafgkm)": None, "Keras fit": None, "bfloat16, parts of a batch": None}


def variants(size):
    """See `benchmarks.harness`."""
    import keras

    from obafgkm.documents.sharma.cnn import build_autoencoder
    from obafgkm.training import backend, engine

    backend.set_up_backend(0, THREADS)
    # Every variant keeps its compiled functions, as in `Model.fit`; otherwise each would discard another's.
    engine._epoch_functions = functools.lru_cache(engine._epoch_functions.__wrapped__)
    n, batch = size["spectra"], size["batch"]
    flux = library_stars(n + 16)[0][:, : size["pixels"], None]
    x, held_out = flux[:n], flux[n:]

    def network(policy="float32"):
        keras.utils.set_random_seed(1)
        keras.mixed_precision.set_dtype_policy(policy)
        try:
            return build_autoencoder(size["pixels"])
        finally:
            keras.mixed_precision.set_dtype_policy("float32")

    def ours(policy, micro_batch):
        model = network(policy)
        start = model.get_weights()

        def train():
            model.set_weights(start)
            with tempfile.TemporaryDirectory() as checkpoint:
                _, history = engine.fit(
                    model,
                    x,
                    x,
                    (held_out, held_out),
                    epochs=1,
                    batch=batch,
                    patience=1,
                    monitor="val_loss",
                    seed=1,
                    checkpoint=checkpoint,
                    micro_batch=micro_batch,
                )
            return n, {"loss": history["loss"][0], "val_loss": history["val_loss"][0]}

        return train

    plain = network()
    restart = restarter(plain)

    def keras_fit():
        restart()
        validation = held_out, held_out
        history = plain.fit(x, x, batch_size=batch, validation_data=validation, verbose=0).history
        return n, {"loss": history["loss"][0], "val_loss": history["val_loss"][0]}

    return {
        OURS: ours("float32", size["micro_batch"]),
        "whole batches (obafgkm)": ours("float32", None),
        "Keras fit": keras_fit,
        "bfloat16, parts of a batch": ours("mixed_bfloat16", size["micro_batch"]),
    }
