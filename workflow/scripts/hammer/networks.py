"""Train the slides' and the tuned network, cross-validate both, and leave features out."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from obafgkm.archives.sdss_photometry import FEATURE_SETS, FEATURES, features
from obafgkm.job import job
from obafgkm.main_classes import main_class_scores
from obafgkm.mk import MAIN_CLASSES
from obafgkm.samples import held_out_folds, held_out_stars


def one_hot(sample):
    """Labels (n, 7)."""
    return np.eye(len(MAIN_CLASSES), dtype="f4")[sample["main"]]


def train(sample, names, settings, seed, directory):
    """Train on ``training``, stop by ``validation``, classify ``test``: parts of `sample`.

    Returns
    -------
    model : keras.Model
    history : DataFrame
    predicted : array of int
        Of the test part.
    """
    import keras

    from obafgkm import training
    from obafgkm.models.photometry import build_photometric

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    parts = [sample[sample["part"] == part] for part in ("training", "validation", "test")]
    scaler = StandardScaler().fit(features(parts[0], names))
    x = [scaler.transform(features(part, names)) for part in parts]
    architecture = {key: settings[key] for key in ("neurons", "dropout", "learning_rate", "loss")}
    model, history = training.fit(
        build_photometric(len(names), **architecture),
        x[0],
        one_hot(parts[0]),
        (x[1], one_hot(parts[1])),
        epochs=settings["epochs"],
        batch=settings["batch"],
        patience=settings["epochs"],
        monitor="val_loss",
        seed=seed,
        checkpoint=directory,
    )
    return model, history, keras.ops.convert_to_numpy(model(x[2])).argmax(axis=1)


def cross_validate(sample, names, settings, folds, seed, directory):
    """Scores of each fold; folds are of stars, and an inner tenth of the others validates."""
    rows = []
    for number, held_out in enumerate(held_out_folds(sample["bestObjID"], folds, seed)):
        inner = ~held_out
        inner[~held_out] = held_out_stars(sample["bestObjID"][~held_out], 0.1, seed)
        part = np.select([held_out, inner], ["test", "validation"], "training")
        *_, predicted = train(sample.assign(part=part), names, settings, seed, directory)
        rows.append({"fold": number, **main_class_scores(sample["main"][held_out], predicted)})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm import training
        from obafgkm.models.layers import layer_table

        params, output = snakemake.params, snakemake.output
        training.set_up_backend(params.seed, snakemake.threads)
        sample = pd.read_csv(snakemake.input.sample, dtype={"specObjID": str, "bestObjID": str})
        checkpoint = Path(output.folds).with_suffix(".checkpoint")
        test = sample[sample["part"] == "test"]
        layers, folds, predictions = [], [], []
        for name in ("slide", "tuned"):
            settings = params.settings[name]
            model, history, predicted = train(sample, FEATURES, settings, params.seed, checkpoint)
            layers.append(layer_table(model).assign(model=name))
            predictions.append(test[["specObjID", "main"]].assign(model=name, predicted=predicted))
            if name == "slide":
                history.to_csv(output.history, index=False)
            scores = cross_validate(
                sample, FEATURES, settings, params.settings["folds"][name], params.seed, checkpoint
            )
            folds.append(scores.assign(model=name, source=sample["source"][0]))
        ablation = []
        for names in params.settings["ablation"]["network"]:
            for kept, rows in [("all rows", sample), ("fitted rows", sample[~sample["unfitted"]])]:
                *_, predicted = train(
                    rows, FEATURE_SETS[names], params.settings["tuned"], params.seed, checkpoint
                )
                part = rows[rows["part"] == "test"]
                ablation.append(
                    part[["bestObjID", "main"]].assign(
                        predicted=predicted, features=names, rows=kept, model="network", seed=params.seed
                    )
                )
        shutil.rmtree(checkpoint, ignore_errors=True)
        for tables, path in [(layers, output.layers), (folds, output.folds), (ablation, output.ablation)]:
            pd.concat(tables).to_csv(path, index=False)
        pd.concat(predictions).assign(source=sample["source"][0]).to_csv(output.predictions, index=False)
