"""Tabular baselines with features and rows left out, and how much each feature matters."""

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.inspection import permutation_importance

from obafgkm.archives.sdss_photometry import FEATURE_SETS, FEATURES, features
from obafgkm.job import job


def estimator(model, settings, seed):
    """An untrained baseline."""
    if model == "gradient boosting":
        return HistGradientBoostingClassifier(
            max_iter=settings["iterations"], max_leaf_nodes=15, random_state=seed
        )
    return RandomForestClassifier(n_estimators=settings["trees"], random_state=seed, n_jobs=1)


def ablate(sample, settings, seed):
    """Predictions for the test rows: a column each for features, rows, model and seed."""
    tables = []
    for kept, rows in [("all rows", sample), ("fitted rows", sample[~sample["unfitted"]])]:
        training, test = (rows[rows["part"] == part] for part in ("training", "test"))
        for names, columns in FEATURE_SETS.items():
            for model in ("gradient boosting", "random forest"):
                # Boosting is the same with every seed, as it draws nothing at random at these sizes.
                seeds = settings["seeds"] if model == "random forest" else 1
                for number in range(seed, seed + seeds):
                    fitted = estimator(model, settings, number).fit(
                        features(training, columns), training["main"]
                    )
                    tables.append(
                        test[["bestObjID", "main"]].assign(
                            predicted=fitted.predict(features(test, columns)),
                            features=names,
                            rows=kept,
                            model=model,
                            seed=number,
                        )
                    )
    return pd.concat(tables)


def importance(sample, settings, seed):
    """Accuracy that a random forest loses on the validation rows when one feature is shuffled."""
    tables = []
    for kept, rows in [("all rows", sample), ("fitted rows", sample[~sample["unfitted"]])]:
        training, validation = (rows[rows["part"] == part] for part in ("training", "validation"))
        forest = estimator("random forest", settings, seed).fit(
            features(training, FEATURES), training["main"]
        )
        loss = permutation_importance(
            forest, features(validation, FEATURES), validation["main"], n_repeats=3, random_state=seed
        )
        tables.append(
            pd.DataFrame(
                {"feature": FEATURES, "rows": kept, "loss": loss.importances_mean, "sd": loss.importances_std}
            )
        )
    return pd.concat(tables)


if __name__ == "__main__":
    with job(snakemake):
        sample = pd.read_csv(snakemake.input.sample, dtype={"specObjID": str, "bestObjID": str})
        params, output = snakemake.params, snakemake.output
        ablate(sample, params.settings, params.seed).to_csv(output.predictions, index=False)
        importance(sample, params.settings, params.seed).to_csv(output.importance, index=False)
