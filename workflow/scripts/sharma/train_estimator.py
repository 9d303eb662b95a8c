"""Train a random forest or a perceptron of Sharma et al. 2020 and classify the test spectra with it."""

import joblib
import pandas as pd

from obafgkm.documents.sharma.estimators import (
    build_estimator,
    class_probabilities,
    held_back,
    predict_class,
    target,
)
from obafgkm.evaluation.predictions import write_predictions
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job


def training_scores(estimator, flux, wanted, held_out, source):
    """Number and score of the spectra on which an estimator was fitted, and of those held out.

    Parameters
    ----------
    estimator : scikit-learn estimator
    flux : array (n, n_pix)
    wanted : array (n,)
        Its targets.
    held_out : array of bool (n,)
    source : str
        Origin of the spectra.

    Returns
    -------
    DataFrame
        Columns ``part, source, spectra, score``: subclass accuracy of a classifier, R² of a regressor.
    """
    parts = {"training": ~held_out, "validation": held_out}
    return pd.DataFrame(
        {
            "part": part,
            "source": source,
            "spectra": members.sum(),
            "score": estimator.score(flux[members], wanted[members]),
        }
        for part, members in parts.items()
        if members.any()
    )


if __name__ == "__main__":
    with job(snakemake):
        model, test = snakemake.wildcards.model, Spectra.read(snakemake.input.test)
        sample = Spectra.read(snakemake.input.training)
        estimator = build_estimator(
            model, snakemake.params.settings, snakemake.params.seed, snakemake.threads
        )
        params, wanted = snakemake.params, target(model, sample.labels)
        held_out = held_back(model, sample.labels["star"], params.validation, params.seed)
        estimator.fit(sample.flux[~held_out], wanted[~held_out])
        joblib.dump(estimator, snakemake.output.model, compress=3)
        scores = training_scores(estimator, sample.flux, wanted, held_out, sample.source)
        scores.to_csv(snakemake.output.scores, index=False)
        write_predictions(
            snakemake.output.predictions,
            test,
            predict_class(model, estimator, test.flux),
            class_probabilities(estimator, test.flux) if model.endswith("classifier") else None,
        )
