"""Tables of the cross-validation on real spectra: every model of every task, and every class of each."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

NAMES = {
    "majority": "Majority class (baseline)",
    "survey": "Survey only (baseline)",
    "redshift": "Redshift only (baseline)",
    "magnitudes": "Magnitudes only (baseline)",
    "flux": "Logistic regression on flux (baseline)",
    "flux_and_features": "Logistic regression on flux and 26 features (baseline)",
    "templates": "Nearest eigen-template over redshift (baseline)",
    "cnn": "CNN (flux: no redshift)",
    "mixed": "Mixed-input network",
}
# What else gets the features that a network has beside the flux.
WITH_FEATURES = ("mixed", "flux_and_features")
TRIVIAL = ("majority", "survey")
KEYS = ["task", "model", "trained_on"]


def by_spectrum(rows):
    """One row per spectrum: the share of the repeats in which the model is right."""
    right = (rows["expected"] == rows["predicted"]).groupby(rows["name"]).mean()
    known = rows.drop_duplicates("name").set_index("name")[["star", "survey", "expected"]]
    return known.assign(right=right).sort_index()


def scores(expected, right, sdss, linear, trivial, cnn):
    """Accuracies, and paired differences from three other models on the same spectra."""
    right, linear, trivial, cnn = (values.astype(float) for values in (right, linear, trivial, cnn))
    classes = [right[expected == name].mean() for name in np.unique(expected)]
    return {
        "accuracy": right.mean(),
        "balanced_accuracy": np.mean(classes),
        "accuracy_sdss": right[sdss].mean() if sdss.any() else np.nan,
        "gain_over_linear": (right - linear).mean(),
        "gain_over_trivial": (right - trivial).mean(),
        "behind_cnn": (cnn - right).mean(),
    }


def complete(predictions):
    """The rows of models trained on all spectra, without the points of learning curves."""
    largest = predictions.groupby(KEYS)["share"].transform("max")
    return predictions[predictions["share"] == largest]


def table_cross_validation(predictions, settings, seed):
    """One row per task and model, in the order of `NAMES`.

    Parameters
    ----------
    predictions : DataFrame
        See `obafgkm.documents.csepreghy.surveys.answers`.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Of the bootstrap by object.
    """
    rows = []
    for task, own in complete(predictions).groupby("task"):
        tables = {keys: by_spectrum(part) for keys, part in own.groupby(["model", "trained_on"])}
        # The better of the two baselines that ignore the spectrum.
        trivial = max((tables[name, "real"]["right"] for name in TRIVIAL), key=lambda right: right.mean())
        for (model, trained_on), table in sorted(tables.items(), key=lambda item: [*NAMES].index(item[0][0])):
            linear = tables["flux_and_features" if model in WITH_FEATURES else "flux", "real"]["right"]
            bootstrap = with_intervals(
                scores,
                table["star"],
                table["expected"].to_numpy(str),
                table["right"].to_numpy(),
                (table["survey"] == "sdss").to_numpy(),
                linear.reindex(table.index).to_numpy(),
                trivial.reindex(table.index).to_numpy(),
                tables["cnn", "simulated, then real"]["right"].reindex(table.index).to_numpy(),
                samples=settings["bootstrap"],
                confidence=settings["confidence"],
                seed=seed,
            )
            part = own[(own["model"] == model) & (own["trained_on"] == trained_on)]
            rows.append(
                {
                    "task": task,
                    "model": NAMES[model],
                    "trained_on": trained_on,
                    "repeats": part["repeat"].nunique(),
                    "spectra": len(table),
                    "objects": table["star"].nunique(),
                    **bootstrap,
                    "source": part["source"].iloc[0],
                }
            )
    return pd.DataFrame(rows)


def class_scores(expected, predicted, name):
    """Recall and precision of a class."""
    ours = expected == name
    found = predicted == name
    return {
        "recall": found[ours].mean() if ours.any() else np.nan,
        "precision": ours[found].mean() if found.any() else np.nan,
    }


def table_cross_validation_classes(predictions, settings, seed):
    """One row per task, model and class: recall and precision, with intervals by object."""
    rows = []
    for (task, model, trained_on), own in complete(predictions).groupby(KEYS):
        for name in np.unique(own["expected"]):
            ours, found = own[own["expected"] == name], own[own["predicted"] == name]
            bootstrap = with_intervals(
                lambda expected, predicted, name=name: class_scores(expected, predicted, name),
                own["star"],
                own["expected"].to_numpy(str),
                own["predicted"].to_numpy(str),
                shares={"recall": ours["star"].nunique(), "precision": found["star"].nunique()},
                samples=settings["bootstrap"],
                confidence=settings["confidence"],
                seed=seed,
            )
            rows.append(
                {
                    "task": task,
                    "model": NAMES[model],
                    "trained_on": trained_on,
                    "class": name,
                    "spectra": ours["name"].nunique(),
                    "objects": ours["star"].nunique(),
                    **bootstrap,
                    "source": own["source"].iloc[0],
                }
            )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        params, output = snakemake.params, snakemake.output
        tables = [pd.read_csv(path, keep_default_na=False) for path in snakemake.input]
        predictions = pd.concat(tables, ignore_index=True)
        table = table_cross_validation(predictions, params.settings, params.seed)
        write_table(table, output.table_cross_validation, output.table_cross_validation_tex, digits=3)
        table = table_cross_validation_classes(predictions, params.settings, params.seed)
        write_table(
            table, output.table_cross_validation_classes, output.table_cross_validation_classes_tex, digits=3
        )
