"""Random search of the CNN of Csepreghy 2020 by keras-tuner (section 6.3, appendix 10.4)."""

import json
from pathlib import Path

import keras
import keras_tuner
import numpy as np
import pandas as pd

from obafgkm.documents.csepreghy.networks import build_cnn
from obafgkm.documents.csepreghy.sample import shaped
from obafgkm.evaluation.trivial import compare_classes
from obafgkm.training.engine import fit, predict, schedule

__all__ = ["hyper_parameters", "search_cnn"]


def hyper_parameters(hp, space):
    """Draw one combination, using the thesis's names.

    Parameters
    ----------
    hp : keras_tuner.HyperParameters
    space : dict
        The section `csepreghy.search.space` of the configuration. As in the thesis, the number of dense
        layers counts the output.

    Returns
    -------
    dict
        ``convolutions, pool, dense, learning_rate``, as `build_cnn` takes them.
    """
    convolutions = []
    for i in range(1, hp.Int("n_conv_layers", *space["convolutions"]) + 1):
        filters = space["filters"] if i < 4 else space["deep_filters"]
        convolutions.append(
            (
                hp.Choice(f"conv_layer_{i}_filters", filters),
                hp.Choice(f"conv_layer_{i}_kernel_size", space["kernels"]),
            )
        )
    n_dense = hp.Int("n_dense_layers", *space["dense"])
    dense = [hp.Choice(f"dense_layer_{i}_nodes", space["nodes"]) for i in range(1, n_dense)]
    return {
        "convolutions": convolutions,
        "pool": hp.Int("max_pool_size", *space["pool"]),
        "dense": dense,
        "learning_rate": hp.Choice("learning_rate", space["learning_rates"]),
    }


def search_cnn(sample, settings, dropout, binning, seed, directory):
    """Train combinations drawn at random; finished ones are kept if the run is killed.

    Parameters
    ----------
    sample : Spectra
        Prepared, parts ``training`` and ``validation``.
    settings : dict
        The section `csepreghy.search` of the configuration.
    dropout : (float, float)
    binning, seed : int
    directory : path
        Directory for keras-tuner's state.

    Returns
    -------
    DataFrame
        One row per trial: ``trial``, ``validation_accuracy`` (of its best epoch), and its hyper-parameters,
        NaN for absent layers. The columns of a `obafgkm.evaluation.trivial.Comparison` follow.
    """
    x = shaped(sample.flux, 0, binning)
    classes, y = np.unique(sample.labels["class"], return_inverse=True)
    held_out = (sample.labels["part"] == "validation").to_numpy()
    variance = x[~held_out].var(axis=0)
    scaling = x[~held_out].mean(axis=0), np.where(variance > 0, variance, 1)

    def build(hp):
        # The dense layers of the thesis's tuner are linear.
        return build_cnn(
            scaling, len(classes), **hyper_parameters(hp, settings["space"]), dropout=dropout, activation=None
        )

    class Search(keras_tuner.RandomSearch):
        """keras-tuner's search, trained by this package."""

        def run_trial(self, trial):
            keras.utils.set_random_seed(seed)
            model = self.hypermodel.build(trial.hyperparameters)
            model, history = fit(
                model,
                x[~held_out],
                y[~held_out],
                (x[held_out], y[held_out]),
                **schedule(settings),
                monitor="val_accuracy",
                seed=seed,
                checkpoint=Path(directory) / f"checkpoint_{trial.trial_id}",
            )
            said = predict(model, x[held_out]).argmax(axis=1)
            compared = compare_classes(y[held_out], said, sample.labels["star"][held_out])
            _comparison(directory, trial).write_text(json.dumps(compared.columns()))
            return float(history["val_accuracy"].max())

    tuner = Search(
        build,
        objective=keras_tuner.Objective("val_accuracy", "max"),
        max_trials=settings["trials"],
        seed=seed,
        directory=str(directory),
        project_name="trials",
    )
    tuner.search()
    rows = []
    for trial in sorted(tuner.oracle.trials.values(), key=lambda trial: int(trial.trial_id)):
        values, score = trial.hyperparameters.values, trial.score
        compared = json.loads(_comparison(directory, trial).read_text())
        first = {"trial": int(trial.trial_id) + 1, "validation_accuracy": score}
        rows.append({**first, **_present(values), **compared})
    return pd.DataFrame(rows)


def _comparison(directory, trial):
    """File with the comparison of a trial's network with the commonest class of the validation spectra."""
    return Path(directory) / f"compared_{trial.trial_id}.json"


def _present(values):
    """The values of existing layers; keras-tuner also keeps those of absent ones."""
    n = {"conv_layer": values["n_conv_layers"], "dense_layer": values["n_dense_layers"] - 1}
    kept = {}
    for name, value in values.items():
        kind, _, rest = name.partition("_layer_")
        if not rest or int(rest.partition("_")[0]) <= n[f"{kind}_layer"]:
            kept[name] = value
    return kept
