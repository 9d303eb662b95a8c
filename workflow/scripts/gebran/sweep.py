"""Vary the hyper-parameters of the network of Gebran et al. 2022, one at a time."""

from pathlib import Path

import numpy as np

from obafgkm.documents.gebran.databases import PARAMETERS, SETS, TESTED, Database
from obafgkm.documents.gebran.sweep import GRAPH, Trainer, list_sweep, take_part
from obafgkm.errors import DivergenceError
from obafgkm.evaluation.trivial import compare_values
from obafgkm.training.trials import run_trials
from obafgkm.workflow.job import foundation, job


def sweep(trainer, database, ranges, settings, rates, part, seed, path, foundation):
    """One part of the sweep: one row per training with the errors (standard deviations) of every set.

    ``guessing`` is the error that the mean label makes on validation spectra, ``spectra`` their number.

    Columns of a `obafgkm.evaluation.trivial.Comparison` follow: the test with noise, beside a constant.

    Parameters
    ----------
    trainer : Trainer
    database : Database
    ranges : dict of str to (float, float)
        Of the stellar parameters.
    settings : dict
        The section `gebran.sweep` of the configuration.
    rates : dict of str to float
        Learning rate of each optimiser.
    part, seed : int
    path : path
        JSON lines of the finished trainings.
    foundation : str
        See `obafgkm.workflow.job.foundation`.
    """
    trials = [
        {
            "parameter": parameter,
            **training,
            "learning_rate": rates[training["optimiser"]],
            "seed": seed,
        }
        for training in list_sweep(settings)
        for parameter in PARAMETERS
    ]

    def evaluate(trial):
        parameter, column = trial["parameter"], PARAMETERS.index(trial["parameter"])
        labels = {name: values[:, column] for name, values in database.labels.items()}
        try:
            predicted = trainer.predict(database, parameter, ranges[parameter], trial, trial["learning_rate"])
        except DivergenceError:  # as with all ones it may: that is a result
            predicted = {name: np.full_like(values, np.nan) for name, values in labels.items()}
        errors = {name: float((predicted[name] - labels[name]).std()) for name in SETS}
        compared = compare_values(labels[TESTED], predicted[TESTED], database.star[TESTED])
        guessed = labels["noisy_validation"]
        guessing = {"guessing": float(guessed.std()), "spectra": len(guessed)}
        return {**errors, **guessing, **compared.columns()}

    return run_trials(take_part(trials, part, settings["parts"]), evaluate, path, foundation).assign(
        source=database.source
    )


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.documents.gebran.network import build_gebran
        from obafgkm.training.backend import set_up_backend
        from obafgkm.training.engine import layer_table

        params, output = snakemake.params, snakemake.output
        set_up_backend(params.seed, snakemake.threads)
        unfinished = Path(output.trials).with_suffix(".jsonl")
        trainer = Trainer(params.seed, unfinished.with_suffix(".checkpoint"))
        database, part = Database.read(snakemake.input.database), int(snakemake.wildcards.part)
        table = sweep(
            trainer,
            database,
            params.ranges,
            params.settings,
            params.rates,
            part,
            params.seed,
            unfinished,
            foundation(snakemake),
        )
        table.to_csv(output.trials, index=False)
        fixed = {name: params.settings["fixed"][name] for name in GRAPH}
        layers = layer_table(build_gebran(database.coefficients["training"].shape[1], **fixed))
        layers.assign(source=database.source).to_csv(output.layers, index=False)
        unfinished.unlink()
