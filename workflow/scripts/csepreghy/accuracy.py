"""Table of accuracies: networks and baselines on each task, with intervals, seeds and McNemar's test."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.evaluation.metrics import mcnemar, name_scores
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def scores_row(predictions, settings, seed):
    """Scores on the test set with bootstrap intervals by object, and the training accuracy.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``part, star, expected, predicted``.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
    """
    test = predictions[predictions["part"] == "test"]
    training = predictions[predictions["part"] == "training"]
    if test.empty:
        return {"test_spectra": 0}
    objects = test.groupby("expected")["star"].nunique()
    # What averages over classes is at most as uncertain as the share of the least populated one.
    shares = dict.fromkeys(["balanced_accuracy", "macro_f1"], objects.min())
    scores = with_intervals(
        name_scores,
        test["star"],
        test["expected"].to_numpy(str),
        test["predicted"].to_numpy(str),
        shares=shares | {"accuracy": test["star"].nunique()},
        samples=settings["bootstrap"],
        confidence=settings["confidence"],
        seed=seed,
    )
    right = training["expected"] == training["predicted"]
    sizes = {"test_spectra": len(test), "training_spectra": len(training)}
    return {**sizes, "training_accuracy": right.mean(), **scores}


def compare(first, second):
    """McNemar's test between two predictions of the same test spectra, as columns of a row."""
    right = []
    for table in (first, second):
        test = table[table["part"] == "test"].set_index("name").sort_index()
        right.append((test["expected"] == test["predicted"]).to_numpy())
    only_first, only_second, p = mcnemar(*right)
    return {"only_this_right": only_first, "only_mixed_right": only_second, "mcnemar_p": p}


def table_accuracy(tables, models, settings, seed):
    """One row per model and task.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Predictions by name.
    models : dict of str to dict
        For each row: ``task``; ``model``, in words; ``against``, the predictions compared by McNemar's test,
        or None; ``seeds``, the names of trainings from other initial weights.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
    """
    rows = []
    for name, model in models.items():
        row = {"task": model["task"], "model": model["model"], **scores_row(tables[name], settings, seed)}
        accuracies = []
        for other in (name, *model["seeds"]):
            test = tables[other][tables[other]["part"] == "test"]
            accuracies.append((test["expected"] == test["predicted"]).mean())
        several = len(accuracies) > 1
        row |= {
            "seeds": len(accuracies),
            "mean_of_seeds": np.mean(accuracies),
            "sd_of_seeds": np.std(accuracies, ddof=1) if several else np.nan,
        }
        if model["against"]:
            row |= compare(tables[name], tables[model["against"]])
        if model["task"] == "class" and name != "cnn":
            row["mcnemar_p_cnn"] = compare(tables[name], tables["cnn"])["mcnemar_p"]
        rows.append(row | {"source": tables[name]["source"].iloc[0]})
    table = pd.DataFrame(rows)
    return table[[column for column in table if column != "source"] + ["source"]]


def table_real(predictions, trained_on):
    """Accuracy on real spectra, by network and spectrograph.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``run, run2d, expected, predicted, source``; may be empty.
    trained_on : str
        Source of the training spectra.
    """
    columns = ["model", "spectra", "trained_on", "source"]
    rows = []
    boss = predictions["run2d"].astype(str).str.startswith("v")
    groups = {"all": boss | ~boss, "SDSS spectrographs": ~boss, "BOSS": boss}
    for run in predictions["run"].unique():
        for name, mask in groups.items():
            part = predictions[(predictions["run"] == run) & mask]
            right = part["expected"] == part["predicted"]
            recall = right.groupby(part["expected"]).mean()
            rows.append(
                {
                    "model": run,
                    "spectra": name,
                    "number": len(part),
                    "accuracy": right.mean(),
                    **{f"recall_{label}": recall.get(label, np.nan) for label in ("GALAXY", "QSO", "STAR")},
                    "trained_on": trained_on,
                    "source": predictions["source"].iloc[0],
                }
            )
    if not rows:
        values = ["none", "no real spectra besides the sample's", trained_on, trained_on]
        rows = [dict(zip(columns, values, strict=True))]
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        params, output = snakemake.params, snakemake.output
        tables = {
            name: pd.read_csv(path, keep_default_na=False)
            for name, path in zip(params.names, snakemake.input.predictions, strict=True)
        }
        table = table_accuracy(tables, params.models, params.settings, params.seed)
        write_table(table, output.table_accuracy, output.table_accuracy_tex, digits=3)
        real = pd.read_csv(snakemake.input.real)
        write_table(
            table_real(real, table["source"].iloc[0]), output.table_real, output.table_real_tex, digits=3
        )
