"""Train the autoencoder of Sharma et al. 2020, section 4.2, on unlabelled spectra."""

from pathlib import Path

import pandas as pd

from obafgkm.documents.sharma.samples import autoencoder_parts
from obafgkm.evaluation.trivial import add_to_card, compare_spectra
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job


def train_autoencoder(sample, settings, seed, threads, directory):
    """Train the autoencoder; save it as ``model.keras`` in `directory`, with its record.

    It is tested on the test part of the sample: ``scores.csv`` has size, root mean square error and R² of
    every part.

    R² in the learning curve is ``1 - rmse² / var(flux)``, which counts the mean spectrum as explained; the
    card gives the explained share of the test part's variance about the mean spectrum.

    Parameters
    ----------
    sample : Spectra
    settings : dict
        The section `sharma.autoencoder` of the configuration.
    seed, threads : int
    directory : path
    """
    from obafgkm.documents.sharma.cnn import N_PIXELS, build_autoencoder
    from obafgkm.training import backend, engine, record

    backend.set_up_backend(seed, threads)
    flux = sample.flux[:, :N_PIXELS, None]
    held_out, test = autoencoder_parts(sample.labels["star"], seed)
    training = ~held_out & ~test
    model = record.train_network(
        build_autoencoder(),
        flux[~test],
        flux[~test],
        held_out[~test],
        settings,
        monitor="val_loss",
        seed=seed,
        threads=threads,
        directory=directory,
        source=sample.source,
    )
    model.save(Path(directory) / "model.keras")
    history = pd.read_csv(Path(directory) / "history.csv")
    history["r2"] = 1 - history["rmse"] ** 2 / flux[training].var()
    history["val_r2"] = 1 - history["val_rmse"] ** 2 / flux[held_out].var()
    history.to_csv(Path(directory) / "history.csv", index=False)
    scores = []
    for part, members in {"training": training, "validation": held_out, "test": test}.items():
        error = ((engine.predict(model, flux[members]) - flux[members]) ** 2).mean()
        about = {"part": part, "source": sample.source, "spectra": members.sum()}
        scores.append({**about, "rmse": error**0.5, "r2": 1 - error / flux[members].var()})
    pd.DataFrame(scores).to_csv(Path(directory) / "scores.csv", index=False)
    compared = compare_spectra(flux[test], engine.predict(model, flux[test]), sample.labels["star"][test])
    add_to_card(Path(directory) / "card.json", compared)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        train_autoencoder(
            Spectra.read(snakemake.input.spectra),
            params.settings,
            params.seed,
            snakemake.threads,
            Path(snakemake.output.model).parent,
        )
