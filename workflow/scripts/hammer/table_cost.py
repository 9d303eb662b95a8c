"""Ordinal cost of the dummy rule, the networks and the baselines, with all features and rows."""

import numpy as np
import pandas as pd

from obafgkm.documents.hammer.intervals import scores_with_intervals
from obafgkm.documents.hammer.sample import by_seed, dummy_rule, read_sample
from obafgkm.evaluation.intervals import with_intervals
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def correctness(stars, predicted):
    """Fraction of correct seeds of each spectrum."""
    right = np.reshape(predicted, (len(stars), -1)) == stars[["main"]].to_numpy()
    return pd.Series(right.mean(axis=1), index=stars["specObjID"])


def table_cost(sample, predictions, **bootstrap):
    """One row per classifier: cost, fraction of stars off by two or more classes, and accuracy.

    ``behind_boosting`` is the accuracy of gradient boosting minus that of the classifier on the same stars.
    """
    test = sample[sample["part"] == "test"]
    rules = {"Teff thresholds": (test, dummy_rule(test["elodieTEff"]))}
    chosen = predictions[(predictions["features"] == "all") & (predictions["rows"] == "all rows")]
    rules |= {model: by_seed(part) for model, part in chosen.groupby("model")}
    boosting = correctness(*rules["gradient boosting"])
    rows = []
    for model, (stars, predicted) in rules.items():
        scores = scores_with_intervals(stars, predicted, **bootstrap)
        of_cost = {name: scores[name] for name in scores if name.startswith(("cost", "far", "accuracy"))}
        behind = with_intervals(
            lambda boosted, own: {"behind_boosting": boosted.mean() - own.mean()},
            stars["bestObjID"],
            boosting.loc[stars["specObjID"]].to_numpy(),
            correctness(stars, predicted).to_numpy(),
            **bootstrap,
        )
        rows.append({"model": model, "spectra": len(stars), **of_cost, **behind})
    return pd.DataFrame(rows).sort_values("cost").assign(source=sample["source"].iloc[0])


if __name__ == "__main__":
    with job(snakemake):
        inputs, params = snakemake.input, snakemake.params
        names = {"specObjID": str, "bestObjID": str}
        predictions = pd.concat(
            [pd.read_csv(path, dtype=names) for path in (inputs.networks, inputs.baselines)]
        )
        table = table_cost(read_sample(inputs.sample), predictions, **params.bootstrap, seed=params.seed)
        write_table(table, *snakemake.output, digits=4)
