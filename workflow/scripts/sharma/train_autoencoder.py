"""Train the autoencoder of Sharma et al. 2020, section 4.2, on unlabelled spectra."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.evaluation.trivial import add_to_card, compare_spectra
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job


def train_autoencoder(sample, settings, validation, seed, threads, directory):
    """Train the autoencoder; save it as ``model.keras`` in `directory`, with its record.

    The learning curve gets R² from the root mean square error: ``1 - rmse² / var(flux)``. That counts the
    mean spectrum as explained; the card tells the share of the variance about it that is.

    Parameters
    ----------
    sample : Spectra
    settings : dict
        The section `sharma.autoencoder` of the configuration.
    validation : float
        Share of the spectra that validate.
    seed, threads : int
    directory : path
    """
    from obafgkm.documents.sharma.cnn import N_PIXELS, build_autoencoder
    from obafgkm.training import backend, engine, record

    backend.set_up_backend(seed, threads)
    flux = sample.flux[:, :N_PIXELS, None]
    held_out = np.random.default_rng(seed).permutation(len(flux)) < round(validation * len(flux))
    model = record.train_network(
        build_autoencoder(),
        flux,
        flux,
        held_out,
        settings,
        monitor="val_loss",
        seed=seed,
        threads=threads,
        directory=directory,
        source=sample.source,
    )
    model.save(Path(directory) / "model.keras")
    history = pd.read_csv(Path(directory) / "history.csv")
    history["r2"] = 1 - history["rmse"] ** 2 / flux[~held_out].var()
    history["val_r2"] = 1 - history["val_rmse"] ** 2 / flux[held_out].var()
    history.to_csv(Path(directory) / "history.csv", index=False)
    rebuilt = engine.predict(model, flux[held_out])
    compared = compare_spectra(flux[held_out], rebuilt, sample.labels["star"][held_out])
    add_to_card(Path(directory) / "card.json", compared)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        train_autoencoder(
            Spectra.read(snakemake.input.spectra),
            params.settings,
            params.validation,
            params.seed,
            snakemake.threads,
            Path(snakemake.output.model).parent,
        )
