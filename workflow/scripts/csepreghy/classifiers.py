"""Train classifiers of Csepreghy 2020, one after another in one job, as starting TensorFlow takes seconds."""

from pathlib import Path

import pandas as pd

from obafgkm.documents.csepreghy.sample import takes_part, target
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job


def train_runs(sample, runs, config, seed, threads, directory):
    """Train one network per run; each run is recorded in a folder of its name as soon as it is trained.

    Parameters
    ----------
    sample : Spectra
        Prepared.
    runs : dict of str to dict
        ``network``, ``task``, ``smoothing`` and ``seed``, an offset added to the seed of the weights.
    config : dict
        The section `csepreghy` of the configuration.
    seed, threads : int
    directory : path
        Folder for ``<run>/model.keras, history.csv, layers.csv, card.json``.

    Yields
    ------
    name : str
    classifier : obafgkm.documents.csepreghy.classifier.Classifier
    mask : array of bool (n_spec,)
        The spectra used to train, validate and test it.
    """
    from obafgkm.documents.csepreghy.classifier import train_classifier
    from obafgkm.training import backend, record

    backend.set_up_backend(seed, threads)
    for name, run in runs.items():
        settings = dict(config[run["network"]])
        fitting = {key: settings.pop(key) for key in ("batch", "epochs", "patience")}
        fitting["epochs"] = config["subclass_epochs"].get(run["task"], fitting["epochs"])
        settings["learning_rate"] = config["subclass_rates"].get(run["task"], settings["learning_rate"])
        folder = Path(directory) / name

        def fit(model, x, y, held_out, run=run, fitting=fitting, folder=folder):
            # The thesis stops the CNN by accuracy, and keeps the mixed-input network with the smallest loss.
            return record.train_network(
                model,
                x,
                y,
                held_out,
                fitting,
                monitor="val_accuracy" if run["network"] == "cnn" else "val_loss",
                seed=seed + run["seed"],
                threads=threads,
                directory=folder,
                source=sample.source,
            )

        mask = takes_part(sample.labels, run["task"], config["drawn"], seed)
        classifier = train_classifier(
            sample.select(mask), run, settings, fit, binning=config["binning"], seed=seed + run["seed"]
        )
        classifier.model.save(folder / "model.keras")
        yield name, classifier, mask


if __name__ == "__main__":
    with job(snakemake):
        inputs, params = snakemake.input, snakemake.params
        sample = Spectra.read(inputs.sample)
        real = [Spectra.read(path) for path in inputs.get("mirror", [])]
        models = Path(snakemake.output.models[0]).parents[1]
        trained = train_runs(sample, params.runs, params.config, params.seed, snakemake.threads, models)
        real_predictions = []
        paths = iter(snakemake.output.predictions)
        for name, classifier, mask in trained:
            table = classifier.predictions(sample.select(mask))
            table.to_csv(next(paths), index=False, float_format="%.6g")
            if name == "galaxies_known":
                nameless = (target(sample.labels, "galaxies") == "NULL").to_numpy()
                table = classifier.predictions(sample.select(nameless))
                table.to_csv(snakemake.output.nameless, index=False, float_format="%.6g")
            real_predictions += [classifier.predictions(spectra).assign(run=name) for spectra in real]
        if snakemake.output.get("real"):
            empty = table.head(0).assign(run="")
            pd.concat([empty, *real_predictions]).to_csv(
                snakemake.output.real, index=False, float_format="%.6g"
            )
