"""Load the networks of a folder, check what they predict, train them: with another backend than theirs."""

import json
import sys
from pathlib import Path

import keras
import numpy as np

from obafgkm import training

SETTINGS = {"epochs": 2, "batch": 8, "patience": 9, "monitor": "val_loss", "seed": 1}


def losses(path, x, y):
    """Training losses of a network, started as it was saved."""
    model, history = training.fit(
        training.load(path), x, y, (x, y), checkpoint=path.parent / "ckpt", **SETTINGS
    )
    model.save(path.parent / "trained.keras")
    reread = training.load(path.parent / "trained.keras")
    np.testing.assert_array_equal(reread.predict(x, verbose=0), model.predict(x, verbose=0))
    return history["loss"].tolist()


told = {}
for path in sorted(Path(sys.argv[1]).glob("*.npz")):
    sample, model = np.load(path), path.with_suffix(".keras")
    training.set_up_backend(1, 1)
    predicted = training.load(model).predict(sample["x"], verbose=0)
    np.testing.assert_allclose(predicted, sample["predicted"], rtol=1e-3, atol=1e-4)
    told[path.stem] = {}
    for run in ("loss", "again"):
        training.set_up_backend(1, 1)
        told[path.stem][run] = losses(model, sample["x"], sample["y"])
assert keras.backend.backend() == "jax"
print(json.dumps(told))
