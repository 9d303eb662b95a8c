"""Train networks of Saldic & Rathcke, one after another, and predict their test spectra."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.documents.saldic.grid import PARAMETERS, divide
from obafgkm.evaluation.predictions import parameter_table
from obafgkm.spectra import Spectra
from obafgkm.training.trials import run_trials
from obafgkm.workflow.job import foundation, job

NETWORKS = {
    "multi": [{"parameters": PARAMETERS, "split": way} for way in ("random", "nodes", "region")],
    "single": [{"parameters": [name], "split": "random"} for name in PARAMETERS],
}


def train(sample, network, settings, split, seed, threads, directory):
    """Train one network; write it, its record and its predictions of the test spectra into `directory`.

    Its input is line depth, one minus the flux, so that zero padding beyond the ends of a spectrum means
    continuum; its outputs are parameters scaled to 0 to 1 within the range of the training set.

    Parameters
    ----------
    sample : Spectra
        Normalised.
    network : dict
        The output ``parameters`` and the ``split``, see `obafgkm.documents.saldic.grid.divide`.
    settings : dict
        The section `saldic.network` of the configuration.
    split : dict
        The section `saldic.split`.
    seed, threads : int
    directory : path
    """
    import keras

    from obafgkm.documents.saldic.network import build_saldic
    from obafgkm.training import record

    keras.backend.clear_session()  # otherwise memory grows with every network
    keras.utils.set_random_seed(seed)  # otherwise weights would depend on earlier networks
    parameters, labels = network["parameters"], sample.labels
    part = divide(labels, network["split"], split, seed)
    fitted = part != "test"
    expected = labels[parameters].to_numpy()
    low, high = (find(expected[part == "training"], axis=0) for find in (np.min, np.max))
    model = record.train_network(
        build_saldic(sample.wave.size, len(parameters), settings["learning_rate"]),
        1 - sample.flux[fitted],
        ((expected[fitted] - low) / (high - low)).astype("f4"),
        part[fitted] == "validation",
        {**settings, **network},
        monitor="val_loss",
        seed=seed,
        threads=threads,
        directory=directory,
        source=sample.source,
    )
    trained = keras.models.clone_model(model)  # omits the optimiser, two thirds of the file
    trained.set_weights(model.get_weights())
    trained.save(directory / "model.keras")
    predicted = low + model.predict(1 - sample.flux[~fitted], batch_size=64, verbose=0) * (high - low)
    parameter_table(
        labels.loc[~fitted, ["spectrum", "node", "source"]],
        parameters,
        expected[~fitted],
        predicted,
        model="network" if len(parameters) > 1 else "one-parameter network",
        split=network["split"],
    ).to_csv(directory / "predictions.csv", index=False, float_format="%.6g")


def name(network):
    """A network's name: ``multi_nodes``, ``teff_random`` ..."""
    return f"{network['parameters'][0] if len(network['parameters']) == 1 else 'multi'}_{network['split']}"


def train_family(networks, sample, settings, split, seed, threads, directory, foundation):
    """Train networks, reusing those finished by an earlier, interrupted run.

    Returns
    -------
    predictions, history, layers : DataFrames
        For all networks; history and layers have the column ``network``.
    """
    directory.mkdir(parents=True, exist_ok=True)

    def evaluate(trial):
        network = {key: trial[key] for key in ("parameters", "split")}
        train(sample, network, settings, split, seed, threads, directory / name(network))
        return {}

    finished = directory / f"finished_{name(networks[0])}.jsonl"
    run_trials(dict(enumerate(networks)), evaluate, finished, foundation)
    finished.unlink()  # after an uninterrupted run, start afresh
    tables = {
        table: [pd.read_csv(directory / name(network) / f"{table}.csv") for network in networks]
        for table in ("predictions", "history", "layers")
    }
    for table in ("history", "layers"):
        for rows, network in zip(tables[table], networks, strict=True):
            rows.insert(0, "network", name(network))
            rows["source"] = sample.source
    return [pd.concat(tables[table], ignore_index=True) for table in ("predictions", "history", "layers")]


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.documents.saldic.network import SLIDES_PIXELS, build_saldic
        from obafgkm.training import backend, engine

        params, output = snakemake.params, snakemake.output
        backend.set_up_backend(params.seed, snakemake.threads)
        predictions, history, layers = train_family(
            NETWORKS[snakemake.wildcards.family],
            Spectra.read(snakemake.input.spectra),
            params.settings,
            params.split,
            params.seed,
            snakemake.threads,
            Path(output.history).parent,
            foundation(snakemake),
        )
        slides = engine.layer_table(build_saldic(SLIDES_PIXELS, len(PARAMETERS)))
        slides.insert(0, "network", "slides")
        predictions.to_csv(output.predictions, index=False)
        history.to_csv(output.history, index=False)
        pd.concat([layers, slides]).to_csv(output.layers, index=False)
