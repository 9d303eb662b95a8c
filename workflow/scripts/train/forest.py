"""Train a random forest of Sharma et al. 2020 and classify the test spectra with it."""

import joblib

from obafgkm.job import job
from obafgkm.mk import class_from_code, spectral_code
from obafgkm.models.forests import build_forest
from obafgkm.predictions import write_predictions
from obafgkm.spectra import Spectra


def train_forest(task, sample, settings, seed, threads):
    """Fit a forest to class numbers (`task` 'classifier') or to spectral codes ('regressor')."""
    labels = sample.labels
    target = (
        labels["mk_class"]
        if task == "classifier"
        else spectral_code(labels["mk_class"], labels["luminosity"])
    )
    return build_forest(task, seed, threads, **settings).fit(sample.flux, target)


if __name__ == "__main__":
    with job(snakemake):
        task, test = snakemake.wildcards.task, Spectra.read(snakemake.input.test)
        forest = train_forest(
            task,
            Spectra.read(snakemake.input.training),
            snakemake.params.settings,
            snakemake.params.seed,
            snakemake.threads,
        )
        joblib.dump(forest, snakemake.output.model, compress=3)
        predicted = forest.predict(test.flux)
        write_predictions(
            snakemake.output.predictions,
            test,
            predicted if task == "classifier" else class_from_code(predicted),
            forest.predict_proba(test.flux) if task == "classifier" else None,
        )
