"""Classes of spectra by Sharma's convolutional network, on two cores. A unit is a spectrum.

The target is 2,000 spectra/s.
"""

import numpy as np

THREADS = 2
SIZES = {"full": {"spectra": 2048, "pixels": 2896}, "tiny": {"spectra": 8, "pixels": 48}}
OURS = "engine.predict"
TARGETS = {"Keras predict": 1}


def variants(size):
    """See `benchmarks.harness`."""
    from obafgkm.documents.sharma.cnn import build_autoencoder, build_classifier, encoder_of
    from obafgkm.training import backend, engine

    backend.set_up_backend(0, THREADS)
    x = np.random.default_rng(0).uniform(0.5, 1.5, (size["spectra"], size["pixels"], 1)).astype("f4")
    model = build_classifier(encoder_of(build_autoencoder(size["pixels"])), 70)
    expected = model.predict(x, verbose=0)

    def measured(predict):
        def run():
            return len(x), {"largest_difference": np.abs(predict() - expected).max()}

        return run

    return {
        OURS: measured(lambda: engine.predict(model, x)),
        "Keras predict": measured(lambda: model.predict(x, verbose=0)),
    }
