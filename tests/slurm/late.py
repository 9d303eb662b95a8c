"""A small training whose epochs take as long as the rule says, to run into a time limit or not."""

import time
from pathlib import Path
from unittest import mock

import numpy as np

from obafgkm.documents.sharma.ann import build_ann
from obafgkm.training import backend, engine
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        backend.set_up_backend(0, snakemake.threads)
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(200, 40)).astype("float32"), rng.integers(0, 70, 200)
        output, generator = Path(snakemake.output[0]), np.random.default_rng

        def slow(seed):
            """What `fit` asks once an epoch, for its order."""
            time.sleep(snakemake.params.pause)
            with output.with_suffix(".epochs").open("a") as file:
                file.write(f"{seed[1]}\n")
            return generator(seed)

        with mock.patch.object(np.random, "default_rng", slow):
            model, history = engine.fit(
                build_ann(40, neurons=[8, 8]),
                x,
                y,
                (x[:50], y[:50]),
                epochs=40,
                batch=50,
                patience=40,
                monitor="val_loss",
                seed=1,
                checkpoint=output.with_suffix(".checkpoint"),
                every=1.0,
            )
        np.savez(output, *model.get_weights(), history=history["val_loss"])
