"""Cross-validate a model, with folds of stars and with folds of spectra."""

from pathlib import Path

import numpy as np

from obafgkm.documents.sharma.training import fit_and_predict, network_fit, score_fold
from obafgkm.spectra import Spectra
from obafgkm.training.splits import held_out_folds
from obafgkm.training.trials import run_trials
from obafgkm.workflow.job import foundation, job


def cross_validate(model, settings, sample, ways, fit, *, folds, validation, seed, path, foundation):
    """Scores of each fold.

    Folds of spectra, as in the paper, may place spectra of the same star on both sides of the split.

    Parameters
    ----------
    model : str
    settings : dict
        Hyper-parameters.
    sample : Spectra
    ways : list of bool
        Whether flux is centred for the network.
    fit : callable
        `training.fit`, for the network.
    folds : int
    validation : float
        Fraction of the training part used for the network's early stopping.
    seed : int
    path : path
        JSON lines of the finished folds.
    foundation : str
        See `obafgkm.workflow.job.foundation`.
    """
    labels = {"star": sample.labels, "spectrum": sample.labels.assign(star=np.arange(len(sample)))}
    hyper_parameters = [{**settings, "centred": way} for way in ways] if model == "ann" else [settings]
    circumstances = {"folds": folds, "validation": validation, "seed": seed}
    masks = {way: list(held_out_folds(labels[way]["star"], folds, seed)) for way in labels}

    def evaluate(trial):
        held_out = masks[trial["folds_by"]][trial["fold"]]

        def predict(*spectra):
            return fit_and_predict(
                model,
                {key: trial[key] for key in hyper_parameters[0]},
                *spectra,
                fit=fit,
                validation=validation,
                seed=seed,
                checkpoint=Path(path).with_suffix(".checkpoint"),
            )

        return score_fold(predict, sample.flux, labels[trial["folds_by"]], held_out)

    trials = [
        {**hyper, "folds_by": way, "fold": fold, **circumstances}
        for hyper in hyper_parameters
        for way in labels
        for fold in range(folds)
    ]
    finished = run_trials(dict(enumerate(trials)), evaluate, path, foundation)
    return finished.assign(source=sample.source)


if __name__ == "__main__":
    with job(snakemake):
        params, model = snakemake.params, snakemake.wildcards.model
        fit = network_fit(model, params.seed, snakemake.threads)
        output = Path(snakemake.output.folds)
        table = cross_validate(
            model,
            {**params.settings, **params.changes},
            Spectra.read(snakemake.input.training),
            params.centred,
            fit,
            folds=params.folds,
            validation=params.validation,
            seed=params.seed,
            path=output.with_suffix(".jsonl"),
            foundation=foundation(snakemake),
        )
        table.to_csv(output, index=False)
