"""Train a random forest or a perceptron of Sharma et al. 2020 and classify the test spectra with it."""

import joblib

from obafgkm.documents.sharma.estimators import build_estimator, class_probabilities, predict_class, target
from obafgkm.evaluation.predictions import write_predictions
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        model, test = snakemake.wildcards.model, Spectra.read(snakemake.input.test)
        sample = Spectra.read(snakemake.input.training)
        estimator = build_estimator(
            model, snakemake.params.settings, snakemake.params.seed, snakemake.threads
        )
        estimator.fit(sample.flux, target(model, sample.labels))
        joblib.dump(estimator, snakemake.output.model, compress=3)
        write_predictions(
            snakemake.output.predictions,
            test,
            predict_class(model, estimator, test.flux),
            class_probabilities(estimator, test.flux) if model.endswith("classifier") else None,
        )
