"""Train the neural network of Sharma et al. 2020 and classify the test spectra with it."""

from pathlib import Path

from obafgkm.evaluation.predictions import write_predictions
from obafgkm.spectra import Spectra
from obafgkm.training.splits import held_out_stars
from obafgkm.workflow.job import job


def train_ann(sample, settings, centred, validation, seed, threads, directory):
    """Train the network and save it as ``model.keras`` in `directory`, with its record.

    Parameters
    ----------
    sample : Spectra
    settings : dict
        The section `sharma.ann` of the configuration.
    centred : bool
        Subtract the mean training spectrum first. The paper does not mention this, but without it many units
        of the first layer die.
    validation : float
        Fraction of the training stars used for validation.
    seed, threads : int
    directory : path

    Returns
    -------
    keras.Model
        Takes flux (n, n_pix), returns the probability of each class (n, 70).
    """
    from obafgkm.documents.sharma.ann import absorb_centre, build_ann, live_units
    from obafgkm.training import backend, record

    backend.set_up_backend(seed, threads)
    held_out = held_out_stars(sample.labels["star"], validation, seed)
    centre = sample.flux[~held_out].mean(axis=0) * centred
    architecture = {key: settings[key] for key in ("neurons", "activation", "initialiser", "optimiser")}
    model = record.train_network(
        build_ann(sample.wave.size, **architecture),
        sample.flux - centre,
        sample.labels["mk_class"].to_numpy(),
        held_out,
        {**settings, "centred": centred},
        monitor="val_accuracy",
        seed=seed,
        threads=threads,
        directory=directory,
        source=sample.source,
    )
    absorb_centre(model, centre)
    print(f"live units of the first layer: {live_units(model, sample.flux)} of {settings['neurons'][0]}")
    model.save(Path(directory) / "model.keras")
    return model


if __name__ == "__main__":
    with job(snakemake):
        params, test = snakemake.params, Spectra.read(snakemake.input.test)
        model = train_ann(
            Spectra.read(snakemake.input.training),
            params.settings,
            snakemake.wildcards.model == "ann_centred",
            params.validation,
            params.seed,
            snakemake.threads,
            Path(snakemake.output.model).parent,
        )
        probability = model.predict(test.flux, verbose=0)
        write_predictions(snakemake.output.predictions, test, probability.argmax(axis=1), probability)
