"""Load the networks of a folder, check what they predict, train them: with another backend than theirs."""

import json
import sys
from pathlib import Path

import keras
import numpy as np

from obafgkm.training import backend, engine

SETTINGS = {"epochs": 2, "batch": 8, "patience": 9, "monitor": "val_loss", "seed": 1}


def losses(path, x, y, predicted):
    """Training losses of a network, started as it was saved."""
    backend.set_up_backend(1, 1)
    model = engine.load(path)
    np.testing.assert_allclose(model.predict(x, verbose=0), predicted, rtol=1e-3, atol=1e-4)
    model, history = engine.fit(model, x, y, (x, y), checkpoint=path.with_suffix(".checkpoint"), **SETTINGS)
    model.save(trained := path.with_suffix(".trained.keras"))
    for one, other in zip(engine.load(trained).get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    return history["loss"].tolist()


samples = {path.with_suffix(".keras"): np.load(path) for path in sorted(Path(sys.argv[1]).glob("*.npz"))}
told = {path.stem: losses(path, **sample) for path, sample in samples.items()}
first = next(iter(samples))
assert losses(first, **samples[first]) == told[first.stem], "the same seed gives the same losses"
assert keras.backend.backend() == "jax"
print(json.dumps(told))
