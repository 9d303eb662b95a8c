"""Search the network's hyper-parameters by keras-tuner; finished trials survive a kill."""

import json
import shutil
from pathlib import Path

import keras_tuner
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from obafgkm import training
from obafgkm.archives.sdss_photometry import FEATURES, features
from obafgkm.job import job
from obafgkm.mk import MAIN_CLASSES
from obafgkm.models.photometry import build_photometric


def draw(hp, space):
    """Architecture of a trial, in the words of `build_photometric`."""
    layers = range(hp.Int("layers", *space["layers"]))
    neurons = [hp.Int(f"neurons{i}", *space["neurons"][:2], step=space["neurons"][2]) for i in layers]
    dropout = [hp.Float(f"dropout{i}", *space["dropout"][:2], step=space["dropout"][2]) for i in layers]
    rate = hp.Choice("learning_rate", space["learning_rate"])
    return {"neurons": neurons, "dropout": dropout, "learning_rate": rate}


class Search(keras_tuner.RandomSearch):
    """Random search whose trials are trained by the engine of this library."""

    def run_trial(self, trial, x, y, validation, settings):
        """Best validation accuracy of each execution."""
        scores = []
        for execution in range(settings["executions"]):
            seed = self.seed + execution
            training.keras.utils.set_random_seed(seed)
            architecture = draw(trial.hyperparameters, settings["space"])
            _, history = training.fit(
                build_photometric(x.shape[1], **architecture, loss="mse"),
                x,
                y,
                validation,
                epochs=settings["epochs"],
                batch=settings["batch"],
                patience=settings["epochs"],
                monitor="val_accuracy",
                seed=seed,
                checkpoint=Path(self.project_dir) / "checkpoint",
            )
            scores.append({"val_accuracy": float(history["val_accuracy"].max())})
        return scores


def search(sample, settings, seed, directory):
    """One row a trial: layers, neurons, dropout, learning rate, mean and spread of validation accuracy."""
    parts = [sample[sample["part"] == part] for part in ("training", "validation")]
    scaler = StandardScaler().fit(features(parts[0], FEATURES))
    x, x_validation = (scaler.transform(features(part, FEATURES)) for part in parts)
    y, y_validation = (np.eye(len(MAIN_CLASSES), dtype="f4")[part["main"]] for part in parts)
    tuner = Search(
        lambda hp: build_photometric(x.shape[1], **draw(hp, settings["space"]), loss="mse"),
        objective=keras_tuner.Objective("val_accuracy", "max"),
        max_trials=settings["trials"],
        seed=seed,
        directory=directory,
        project_name="trials",
    )
    tuner.search(x, y, (x_validation, y_validation), settings)
    rows = []
    for trial in tuner.oracle.get_best_trials(settings["trials"]):
        drawn = draw(trial.hyperparameters, settings["space"])
        rows.append(
            {
                "trial": trial.trial_id,
                "layers": len(drawn["neurons"]),
                "neurons": "/".join(map(str, drawn["neurons"])),
                "dropout": "/".join(f"{rate:.1f}" for rate in drawn["dropout"]),
                "learning_rate": f"{drawn['learning_rate']:g}",
                "val_accuracy": trial.score,
            }
        )
    return pd.DataFrame(rows).assign(executions=settings["executions"], source=sample["source"].iloc[0])


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        training.set_up_backend(params.seed, snakemake.threads)
        sample = pd.read_csv(snakemake.input.sample)
        # Finished trials of other data or settings must not be taken for these.
        directory = Path(snakemake.output.trials).parent / "search"
        record = directory / "settings.json"
        state = json.dumps([params.settings, params.seed, pd.util.hash_pandas_object(sample).sum().item()])
        if not record.exists() or record.read_text() != state:
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            record.write_text(state)
        search(sample, params.settings, params.seed, directory).to_csv(snakemake.output.trials, index=False)
