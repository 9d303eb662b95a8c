"""Train the neural network of Sharma et al. 2020 and classify the test spectra with it."""

import json
from pathlib import Path

from obafgkm.job import job
from obafgkm.predictions import write_predictions
from obafgkm.samples import held_out_stars
from obafgkm.spectra import Spectra


def train_ann(sample, test, settings, validation, seed, threads, directory):
    """Train the network; write it with its history, its layers and a card that says how it was made.

    Parameters
    ----------
    sample, test : Spectra
    settings : dict
        The section `sharma.ann` of the configuration.
    validation : float
        Share of the training stars that validate.
    seed, threads : int
    directory : path
        Where ``model.keras``, ``history.csv``, ``layers.csv`` and ``card.json`` go.

    Returns
    -------
    array (n_test, 70)
        Probability of each class for the test spectra.
    """
    from obafgkm import training
    from obafgkm.models.ann import absorb_centre, build_ann, layer_table

    training.set_up_backend(seed, threads)
    directory = Path(directory)
    held_out = held_out_stars(sample.labels["star"], validation, seed)
    number = sample.labels["mk_class"].to_numpy()
    centre = sample.flux[~held_out].mean(axis=0) * settings["centre"]
    flux = sample.flux - centre

    architecture = {key: settings[key] for key in ("neurons", "activation", "initialiser", "optimiser")}
    model, history = training.fit(
        build_ann(flux.shape[1], **architecture),
        flux[~held_out],
        number[~held_out],
        (flux[held_out], number[held_out]),
        epochs=settings["epochs"],
        batch=settings["batch"],
        patience=settings["patience"],
        monitor="val_accuracy",
        seed=seed,
        checkpoint=directory / "checkpoint",
    )
    absorb_centre(model, centre)
    model.save(directory / "model.keras")
    history.to_csv(directory / "history.csv", index=False)
    layer_table(model).to_csv(directory / "layers.csv", index=False)
    card = {
        "source": sample.source,
        "training_spectra": int((~held_out).sum()),
        "validation_spectra": int(held_out.sum()),
        "settings": settings,
        "seed": seed,
        "threads": threads,
        "epochs": len(history),
        "best_epoch": int(history["val_accuracy"].argmax()) + 1,
    }
    (directory / "card.json").write_text(json.dumps(card, indent=1))
    return model.predict(test.flux, verbose=0)


if __name__ == "__main__":
    with job(snakemake):
        params, test = snakemake.params, Spectra.read(snakemake.input.test)
        probability = train_ann(
            Spectra.read(snakemake.input.training),
            test,
            params.settings,
            params.validation,
            params.seed,
            snakemake.threads,
            Path(snakemake.output.model).parent,
        )
        write_predictions(snakemake.output.predictions, test, probability.argmax(axis=1), probability)
