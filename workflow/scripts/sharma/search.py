"""Evaluate one part of the trials of a random search, each by cross-validation."""

from pathlib import Path

import pandas as pd

from obafgkm.documents.sharma.training import fit_and_predict, network_fit, score_fold
from obafgkm.evaluation.trivial import Comparison, pool
from obafgkm.spectra import Spectra
from obafgkm.training.splits import held_out_folds
from obafgkm.training.trials import draw_trials, run_trials
from obafgkm.workflow.job import foundation, job


def list_trials(model, settings, centred, **circumstances):
    """Settings of every trial by number; the network is tried with and without centring.

    Parameters
    ----------
    model : str
    settings : dict
        The model's section of `sharma.search` in the configuration.
    centred : list of bool
        Whether flux is centred for the network.
    circumstances
        Anything else on which a result depends, including ``seed``.
    """
    fixed = {key: value for key, value in settings.items() if key not in ("trials", "space")}
    combinations = draw_trials(settings["space"], settings["trials"], circumstances["seed"])
    ways = [{"centred": way} for way in centred] if model == "ann" else [{}]
    trials = [{**fixed, **combination, **way} for combination in combinations for way in ways]
    return {i: {**trial, **circumstances} for i, trial in enumerate(trials)}


def search(model, trials, sample, fit, path, foundation):
    """Run trials; one row each with means over the folds.

    Parameters
    ----------
    model : str
    trials : dict of int to dict
        See `list_trials`.
    sample : Spectra
    fit : callable
        `training.fit`, for the network.
    path : path
        JSON lines of the finished trials.
    foundation : str
        See `obafgkm.workflow.job.foundation`.
    """

    def evaluate(trial):
        def predict(*spectra):
            return fit_and_predict(
                model,
                _hyper_parameters(trial),
                *spectra,
                fit=fit,
                validation=trial["validation"],
                seed=trial["seed"],
                checkpoint=Path(path).with_suffix(".checkpoint"),
            )

        scores = []
        for held_out in held_out_folds(sample.labels["star"], trial["folds"], trial["seed"]):
            scores.append(score_fold(predict, sample.flux, sample.labels, held_out))
        compared = pool([Comparison.of_row(score) for score in scores]).columns()
        means = pd.DataFrame(scores).drop(columns=list(compared)).mean().to_dict()
        return {**means, **compared}

    return run_trials(trials, evaluate, path, foundation).assign(source=sample.source)


def _hyper_parameters(trial):
    """The model's own parameters among a trial's settings."""
    settings = {key: trial[key] for key in trial if key not in ("seed", "folds", "validation")}
    if "neurons1" in settings:
        settings["neurons"] = [settings.pop("neurons1"), settings.pop("neurons2")]
    return settings


if __name__ == "__main__":
    with job(snakemake):
        params, model = snakemake.params, snakemake.wildcards.model
        fit = network_fit(model, params.seed, snakemake.threads)
        sample = Spectra.read(snakemake.input.training)
        trials = list_trials(
            model,
            params.settings,
            params.centred,
            folds=params.folds,
            validation=params.validation,
            seed=params.seed,
        )
        part = {i: trial for i, trial in trials.items() if i % params.parts == int(snakemake.wildcards.part)}
        output = Path(snakemake.output.trials)
        rests_on = foundation(snakemake, "settings", "centred", "parts")  # the trials themselves have these
        table = search(model, part, sample, fit, output.with_suffix(".jsonl"), rests_on)
        table.to_csv(output, index=False)
