"""Ordinal cost of the dummy rule, the networks and the baselines, with all features and rows."""

import pandas as pd

from obafgkm.documents.hammer.intervals import scores_with_intervals
from obafgkm.documents.hammer.sample import by_seed, dummy_rule, read_sample
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def table_cost(sample, predictions, **bootstrap):
    """One row per classifier: cost, fraction of stars off by two or more classes, and accuracy."""
    test = sample[sample["part"] == "test"]
    rules = {"Teff thresholds": (test, dummy_rule(test["elodieTEff"]))}
    chosen = predictions[(predictions["features"] == "all") & (predictions["rows"] == "all rows")]
    rules |= {model: by_seed(part) for model, part in chosen.groupby("model")}
    rows = []
    for model, (stars, predicted) in rules.items():
        scores = scores_with_intervals(stars, predicted, **bootstrap)
        of_cost = {name: scores[name] for name in scores if name.startswith(("cost", "far", "accuracy"))}
        rows.append({"model": model, "spectra": len(stars), **of_cost})
    return pd.DataFrame(rows).sort_values("cost").assign(source=sample["source"].iloc[0])


if __name__ == "__main__":
    with job(snakemake):
        inputs, params = snakemake.input, snakemake.params
        predictions = pd.concat([pd.read_csv(path) for path in (inputs.networks, inputs.baselines)])
        table = table_cost(read_sample(inputs.sample), predictions, **params.bootstrap, seed=params.seed)
        write_table(table, *snakemake.output, digits=4)
