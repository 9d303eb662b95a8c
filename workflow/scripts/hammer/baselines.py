"""Tabular baselines with features and rows left out, and the importance of each feature."""

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.inspection import permutation_importance

from obafgkm.archives.sdss.photometry import FEATURE_SETS, FEATURES, features
from obafgkm.documents.hammer.sample import kept_rows, read_sample
from obafgkm.workflow.job import job


def train(model, rows, names, settings, seed):
    """A baseline, trained on the training part; boosting uses the validation part for early stopping."""
    training, validation = (rows[rows["part"] == part] for part in ("training", "validation"))
    x, y = features(training, names), training["main"]
    if model == "random forest":
        return RandomForestClassifier(settings["trees"], random_state=seed).fit(x, y)
    # Without the penalty it diverges if classes have only a few stars.
    boosting = HistGradientBoostingClassifier(
        max_iter=settings["iterations"],
        max_leaf_nodes=15,
        max_features=0.7,
        l2_regularization=1.0,
        early_stopping=True,
        random_state=seed,
    )
    known = validation[validation["main"].isin(y.unique())]
    return boosting.fit(x, y, X_val=features(known, names), y_val=known["main"])


def ablate(sample, settings, seeds):
    """Predictions of the test rows, one row for each set of features, rows, model and seed."""
    tables = []
    for kept, rows in kept_rows(sample):
        test = rows[rows["part"] == "test"]
        for name, columns in FEATURE_SETS.items():
            for model in ("gradient boosting", "random forest"):
                for seed in seeds:
                    predicted = train(model, rows, columns, settings, seed).predict(features(test, columns))
                    table = test[["specObjID", "bestObjID", "main"]].assign(seed=seed, predicted=predicted)
                    tables.append(table.assign(features=name, rows=kept, model=model))
    return pd.concat(tables)


def importance(sample, settings, repeats, seed):
    """Loss of accuracy of a random forest on the validation part when one feature is shuffled."""
    tables = []
    for kept, rows in kept_rows(sample):
        forest = train("random forest", rows, FEATURES, settings, seed)
        validation = rows[rows["part"] == "validation"]
        loss = permutation_importance(
            forest, features(validation, FEATURES), validation["main"], n_repeats=repeats, random_state=seed
        )
        table = {"feature": FEATURES, "loss": loss.importances_mean, "sd": loss.importances_std}
        tables.append(pd.DataFrame(table).assign(rows=kept))
    return pd.concat(tables)


if __name__ == "__main__":
    with job(snakemake):
        sample = read_sample(snakemake.input.sample)
        params, output = snakemake.params, snakemake.output
        seeds = range(params.seed, params.seed + params.seeds)
        ablate(sample, params.settings, seeds).to_csv(output.predictions, index=False)
        table = importance(sample, params.settings, params.settings["shuffles"], params.seed)
        table.to_csv(output.importance, index=False)
