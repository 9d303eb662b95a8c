"""Training and searching the networks of "Hack or Hammer"."""

import functools
import json
from pathlib import Path

import keras
import keras_tuner
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from obafgkm.archives.sdss.photometry import FEATURES, features
from obafgkm.documents.hammer.networks import build_photometric, build_side_by_side, initialise
from obafgkm.mk import MAIN_CLASSES
from obafgkm.training.engine import fit, schedule

__all__ = ["architecture", "search", "train_networks"]


def train_networks(samples, names, settings, seeds, checkpoint):
    """Train networks of one architecture simultaneously, each on its own sample.

    All keep the weights of the epoch with the smallest mean loss on their validation parts. Samples shorter
    than the longest one repeat some of their rows within an epoch.

    Parameters
    ----------
    samples : sequence of DataFrame
        One per network, with ``main`` and ``part``: training, validation or test. Features are scaled by the
        training part.
    names : sequence of str
        See `obafgkm.archives.sdss.photometry.features`.
    settings : dict
        Arguments of `obafgkm.documents.hammer.networks.build_photometric`, ``batch`` and ``epochs``.
    seeds : sequence of int
        One per network, for its weights and the order of its rows.
    checkpoint : path
        See `obafgkm.training.engine.fit`.

    Returns
    -------
    history : DataFrame
        Means over the networks.
    predicted : list of dict of str to array
        Main classes 0 ... 6 of each network's validation and test part, in their order.
    """
    shape = architecture(settings)
    model = _compiled(len(samples), len(names), json.dumps(shape))
    initialise(model, seeds, **shape)
    tables = {
        part: [sample[sample["part"] == part] for sample in samples]
        for part in ("training", "validation", "test")
    }
    scalers = [StandardScaler().fit(features(table, names)) for table in tables["training"]]

    def stack(part, rows):
        """Features (n, n_networks, n_features) and labels (n, n_networks, 7) of given rows per network."""
        parts = [table.iloc[chosen] for table, chosen in zip(tables[part], rows, strict=True)]
        x = [scaler.transform(features(table, names)) for scaler, table in zip(scalers, parts, strict=True)]
        y = [np.eye(len(MAIN_CLASSES), dtype="f4")[table["main"]] for table in parts]
        return np.stack(x, axis=1), np.stack(y, axis=1)

    def in_order(part):
        longest = max(map(len, tables[part]))
        return [np.resize(np.arange(len(table)), longest) for table in tables[part]]

    longest = max(map(len, tables["training"]))
    shuffled = [
        np.resize(np.random.default_rng(seed).permutation(len(table)), longest)
        for seed, table in zip(seeds, tables["training"], strict=True)
    ]
    model, history = fit(
        model,
        *stack("training", shuffled),
        stack("validation", in_order("validation")),
        **schedule(settings),
        monitor="val_loss",
        seed=seeds[0],
        checkpoint=checkpoint,
    )
    predicted = [{} for _ in samples]
    for part in ("validation", "test"):
        x, _ = stack(part, in_order(part))
        classes = keras.ops.convert_to_numpy(model(x)).argmax(axis=-1)
        for i, table in enumerate(tables[part]):
            predicted[i][part] = classes[: len(table), i]
    return history, predicted


@functools.lru_cache(maxsize=1)
def _compiled(n_networks, n_features, shape):
    """Networks side by side; those of the last shape are reused, which saves compiling them."""
    keras.backend.clear_session()
    return build_side_by_side(n_networks, n_features, **json.loads(shape))


class _Search(keras_tuner.RandomSearch):
    """Random search whose trials are trained by `train_networks`, all executions of a trial at once."""

    def run_trial(self, trial, sample, settings):
        """Validation accuracy of each execution."""
        seeds = [self.seed + i for i in range(settings["executions"])]
        drawn = {**_draw(trial.hyperparameters, settings["space"]), "loss": "mse"}
        checkpoint = Path(self.project_dir) / "checkpoint"
        _, predicted = train_networks(
            [sample] * len(seeds), FEATURES, {**settings, **drawn}, seeds, checkpoint
        )
        expected = sample["main"][sample["part"] == "validation"]
        return [{"val_accuracy": float((expected == each["validation"]).mean())} for each in predicted]


def search(sample, settings, seed, directory):
    """Random search of the hyper-parameters by keras-tuner.

    Parameters
    ----------
    sample : DataFrame
        See `train_networks`; the test part is not used.
    settings : dict
        ``trials``, ``executions``, ``epochs``, ``batch`` and ``space``.
    seed : int
    directory : path
        Directory of finished trials, which a second run does not repeat; see
        `obafgkm.training.trials.start_anew`.

    Returns
    -------
    DataFrame
        One row per trial, best first: ``trial``, ``neurons`` and ``dropout`` per layer with slashes between,
        ``learning_rate``, ``val_accuracy`` (mean of the executions).
    """
    space = settings["space"]
    tuner = _Search(
        lambda hp: build_photometric(len(FEATURES), **_draw(hp, space), loss="mse"),
        objective=keras_tuner.Objective("val_accuracy", "max"),
        max_trials=settings["trials"],
        seed=seed,
        directory=directory,
        project_name="trials",
    )
    tuner.search(sample, settings)
    rows = []
    for trial in tuner.oracle.get_best_trials(settings["trials"]):
        drawn = _draw(trial.hyperparameters, space)
        rows.append(
            {
                "trial": trial.trial_id,
                "neurons": "/".join(map(str, drawn["neurons"])),
                "dropout": "/".join(f"{rate:.1f}" for rate in drawn["dropout"]),
                "learning_rate": drawn["learning_rate"],
                "val_accuracy": trial.score,
            }
        )
    return pd.DataFrame(rows).assign(executions=settings["executions"])


def _draw(hp, space):
    """Hyper-parameters of a trial, as arguments of `build_photometric`."""
    layers = range(hp.Int("layers", *space["layers"]))
    neurons = [hp.Int(f"neurons{i}", *space["neurons"][:2], step=space["neurons"][2]) for i in layers]
    dropout = [hp.Float(f"dropout{i}", *space["dropout"][:2], step=space["dropout"][2]) for i in layers]
    rate = hp.Choice("learning_rate", space["learning_rate"])
    return {"neurons": neurons, "dropout": dropout, "learning_rate": rate}


def architecture(settings):
    """Arguments of `build_photometric` from the settings of a network."""
    return {key: settings[key] for key in ("neurons", "dropout", "learning_rate", "loss")}
