"""Retrain a model: with other seeds, on lines or continua alone, on wrong labels (section 5.2)."""

from pathlib import Path

import pandas as pd

from obafgkm.documents.sharma.estimators import held_back
from obafgkm.documents.sharma.robustness import wrong_labels
from obafgkm.documents.sharma.training import fit_and_predict, network_fit
from obafgkm.spectra import Spectra
from obafgkm.training.trials import run_trials
from obafgkm.workflow.job import foundation, job

SAMPLES = {"trained on normalised": "normalised", "trained on continua": "continua"}  # else flux


def retrain(cases, samples, predict, path, foundation):
    """Predictions of a model for the test spectra after each training.

    Parameters
    ----------
    cases : list of dict
        ``test``, ``setting`` (the fraction of wrong labels, or None), ``repeat``, and ``seed`` for the wrong
        labels, the initial weights and the validation stars.
    samples : dict of str to (Spectra, Spectra)
        Training and test samples: original ``flux``, ``normalised`` and ``continua``.
    predict : callable
        Takes (flux, labels, flux to classify, seed), returns predicted class numbers.
    path : path
        JSON lines of the finished trainings, which are not repeated after a kill.
    foundation : str
        See `obafgkm.workflow.job.foundation`.

    Returns
    -------
    DataFrame
        Columns of the cases, ``library, file, star, source, expected, predicted``.
    """

    def evaluate(case):
        training, test = samples[SAMPLES.get(case["test"], "flux")]
        labels = training.labels
        if case["test"] == "wrong labels":
            # The paper uses 40, 100 and 200 of its 1,859 spectra; a fraction also applies to smaller samples.
            number = labels["mk_class"].to_numpy()
            wrong = wrong_labels(number, round(case["setting"] * len(number)), case["seed"])
            labels = labels.assign(mk_class=wrong)
        predicted = predict(training.flux, labels, test.flux, case["seed"])
        return {"predicted": [float(number) for number in predicted]}

    finished = run_trials(dict(enumerate(cases)), evaluate, path, foundation)
    labels = samples["flux"][1].labels
    rows = labels[["library", "file", "star", "source"]].assign(expected=labels["mk_class"])
    return pd.concat(
        rows.assign(predicted=case.predicted, **{key: getattr(case, key) for key in cases[0]})
        for case in finished.itertuples()
    )


if __name__ == "__main__":
    with job(snakemake):
        given, params, output = snakemake.input, snakemake.params, Path(snakemake.output.predictions)
        name, settings = snakemake.wildcards.model, dict(params.settings)
        model = name.removesuffix("_centred")
        fit = network_fit(model, params.seed, snakemake.threads)
        if fit is not None:
            settings["centred"] = name != model

        def predict(x, labels, x_test, seed):
            fitted = ~held_back(model, labels["star"], params.validation, seed)
            x, labels = x[fitted], labels[fitted]
            return fit_and_predict(
                model,
                settings,
                x,
                labels,
                x_test,
                fit=fit,
                validation=params.validation,
                seed=seed,
                checkpoint=output.with_suffix(".checkpoint"),
                autoencoder=given.get("autoencoder"),
            )[0]

        samples = {
            kind: tuple(Spectra.read(given[f"{kind}_{part}"]) for part in ("training", "test"))
            for kind in params.samples
        }
        rests_on = foundation(snakemake, "cases")
        table = retrain(params.cases, samples, predict, output.with_suffix(".jsonl"), rests_on)
        table.assign(model=name).to_csv(output, index=False)
