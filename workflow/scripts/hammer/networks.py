"""Search for a network, train it and the document's two, cross-validate them, and leave out features."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.archives.sdss.photometry import FEATURE_SETS, FEATURES
from obafgkm.documents.hammer.sample import kept_rows, main_class_scores, read_sample
from obafgkm.evaluation.trivial import compare_classes
from obafgkm.training.splits import held_out_folds, held_out_stars
from obafgkm.training.trials import start_anew
from obafgkm.workflow.job import foundation, job


def found_network(trials, tuned):
    """Settings of the best trial, with batch size and epochs of the document's refit."""
    best = trials.iloc[0]
    return {
        **tuned,
        "neurons": [int(n) for n in best["neurons"].split("/")],
        "dropout": [float(rate) for rate in best["dropout"].split("/")],
        "learning_rate": best["learning_rate"],
    }


def predict(train, sample, names, settings, seeds, checkpoint):
    """Train one network per seed; their history, and one row per test row and seed."""
    history, predicted = train([sample] * len(seeds), names, settings, seeds, checkpoint)
    test = sample.loc[sample["part"] == "test", ["specObjID", "bestObjID", "main"]]
    tables = [
        test.assign(seed=seed, predicted=each["test"]) for seed, each in zip(seeds, predicted, strict=True)
    ]
    return history, pd.concat(tables)


def cross_validate(train, sample, settings, folds, seed, checkpoint):
    """Scores and comparison per fold; folds are by star, and a tenth of the training stars validates."""
    samples, masks = [], list(held_out_folds(sample["bestObjID"], folds, seed))
    for held_out in masks:
        inner = ~held_out
        inner[~held_out] = held_out_stars(sample["bestObjID"][~held_out], 0.1, seed)
        samples.append(sample.assign(part=np.select([held_out, inner], ["test", "validation"], "training")))
    _, predicted = train(samples, FEATURES, settings, range(seed, seed + folds), checkpoint)
    scores = []
    for held_out, each in zip(masks, predicted, strict=True):
        expected, stars = (sample[name][held_out] for name in ("main", "bestObjID"))
        compared = compare_classes(expected, each["test"], stars)
        scores.append({**main_class_scores(expected, each["test"]), **compared.columns()})
    return pd.DataFrame(scores).assign(fold=range(folds))


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.documents.hammer.networks import build_photometric
        from obafgkm.documents.hammer.training import architecture, search, train_networks
        from obafgkm.training.backend import set_up_backend
        from obafgkm.training.engine import layer_table

        params, output = snakemake.params, snakemake.output
        settings, seed = params.settings, params.seed
        set_up_backend(seed, snakemake.threads)
        sample = read_sample(snakemake.input.sample)
        source = sample["source"].iloc[0]
        folder = Path(output.trials).parent
        checkpoint = folder / "checkpoint"
        seeds = range(seed, seed + settings["seeds"])

        start_anew(folder / "search", foundation(snakemake))
        trials = search(sample, settings["search"], seed, folder / "search")
        trials.assign(source=source).to_csv(output.trials, index=False)
        networks = {"slide": settings["slide"], "tuned": settings["tuned"]}
        networks["found"] = found_network(trials, settings["tuned"])
        layers, folds, predictions = [], [], []
        for name, network in networks.items():
            model = build_photometric(len(FEATURES), **architecture(network))
            layers.append(layer_table(model).assign(network=name))
            history, predicted = predict(train_networks, sample, FEATURES, network, seeds, checkpoint)
            predictions.append(predicted.assign(features="all", rows="all rows", model=f"{name} network"))
            if name == "slide":
                history.to_csv(output.history, index=False)
            number = settings["folds"][name]
            scores = cross_validate(train_networks, sample, network, number, seed, checkpoint)
            folds.append(scores.assign(network=name))
        for names in settings["ablation"]["networks"]:
            for kept, rows in kept_rows(sample):
                if (names, kept) != ("all", "all rows"):  # already trained above
                    _, predicted = predict(
                        train_networks, rows, FEATURE_SETS[names], settings["tuned"], seeds, checkpoint
                    )
                    predictions.append(predicted.assign(features=names, rows=kept, model="tuned network"))
        shutil.rmtree(checkpoint, ignore_errors=True)
        for tables, path in [
            (layers, output.layers),
            (folds, output.folds),
            (predictions, output.predictions),
        ]:
            pd.concat(tables).assign(source=source).to_csv(path, index=False)
