"""Cross-validate networks on real spectra, trained on other real ones, on simulated ones, or on both."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.documents.csepreghy.sample import feature_table
from obafgkm.documents.csepreghy.surveys import answers, held_out, scaled, some_objects, survey_target
from obafgkm.spectra import Spectra
from obafgkm.training.splits import stratified_folds
from obafgkm.workflow.job import job


def taken(spectra, expected, settings):
    """The spectra that take part in a task, as inputs of networks, and their labels."""
    from obafgkm.documents.csepreghy.transfer import Sample

    mask = (expected != "").to_numpy()
    flux, error = scaled(spectra.select(mask), settings["binning"])
    labels = spectra.labels[mask].reset_index(drop=True)
    features = feature_table(labels)
    expected, star = expected[mask].to_numpy(str), labels["star"].to_numpy(str)
    return Sample(flux, error, features, expected, star), labels


def validating(sample, parts, seed):
    """Mask of the spectra of one in `parts` objects."""
    return next(stratified_folds(sample.star, sample.expected, parts, seed))


def train_task(task, network, spectra, simulated, settings, seed, directory):
    """All trainings of one network for one task.

    Parameters
    ----------
    task : {'class', 'stars'}
    network : {'cnn', 'mixed'}
    spectra, simulated : Spectra
        Prepared; real ones, which test, and simulated ones, which only train.
    settings : dict
        The section `csepreghy.surveys` of the configuration.
    seed : int
    directory : path
        For checkpoints.

    Yields
    ------
    DataFrame
        See `obafgkm.documents.csepreghy.surveys.answers`.
    """
    from obafgkm.documents.csepreghy.transfer import train

    real, labels = taken(spectra, survey_target(spectra.labels, task, settings["fewest"]), settings)
    classes = np.unique(real.expected)
    of_simulated = survey_target(simulated.labels, task, 0)
    of_simulated = of_simulated.where(of_simulated.isin(classes), "")
    made, _ = taken(simulated, of_simulated, settings)
    how = settings["trainings"][f"{task}_{network}"]
    checkpoint = Path(directory) / f"checkpoint_{task}_{network}"

    def learn(sample, stage, seed, start=None):
        validates = validating(sample, settings["validation"], seed)
        parts = sample.select(~validates), sample.select(validates)
        return train(network, classes, *parts, settings["cnn"], how, stage, seed, checkpoint, start)

    def says(trained, test, learnt_from, **told):
        said = classes[trained.probabilities(real.select(test)).argmax(axis=1)]
        told = {"task": task, "model": network, **told}
        print(told, (said == real.expected[test]).mean(), flush=True)
        sources = sorted({*labels["source"], *learnt_from})
        return answers(labels[test], real.expected[test], said, **told).assign(source=", ".join(sources))

    everything, of_made = np.ones(len(real), bool), set(simulated.labels["source"])
    curve = task == "class" and network == "cnn"
    for share in settings["simulated_shares"] if curve else [1]:
        part = some_objects(made.star, made.expected, share, seed)
        first = learn(made.select(part), "simulated", seed)
        told = {"share": share, "repeat": 0, "fold": 0, "simulated_spectra": part.sum(), "real_spectra": 0}
        yield says(first, everything, of_made, trained_on="simulated", **told)
    for repeat, fold, test in held_out(labels["star"], real.expected, settings, seed):
        own = seed + 100 * repeat + fold
        training = real.select(~test)
        for share in settings["shares"]:
            if share < 1 and (repeat or not curve):
                continue  # the curve is of one network, once through the folds
            part = training.select(some_objects(training.star, training.expected, share, own))
            told = {"share": share, "repeat": repeat, "fold": fold, "real_spectra": len(part)}
            only = learn(part, "real", own)
            yield says(only, test, (), trained_on="real", simulated_spectra=0, **told)
            both = learn(part, "tuned", own, first)
            told |= {"trained_on": "simulated, then real", "simulated_spectra": len(made)}
            yield says(both, test, of_made, **told)


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.training.backend import set_up_backend

        inputs, params, output = snakemake.input, snakemake.params, snakemake.output
        set_up_backend(params.seed, snakemake.threads)
        spectra, simulated = Spectra.read(inputs.spectra), Spectra.read(inputs.simulated)
        folder = Path(output.predictions).parent
        tables = train_task(*snakemake.wildcards, spectra, simulated, params.settings, params.seed, folder)
        pd.concat(tables).to_csv(output.predictions, index=False)
