"""Train a classifier on the pre-trained encoder (Sharma et al. 2020, sections 4.2 and 4.3)."""

import json
from pathlib import Path

from obafgkm.evaluation.predictions import join_sources, write_luminosity_predictions, write_predictions
from obafgkm.mk import LUMINOSITY_CLASSES, N_CLASSES
from obafgkm.spectra import Spectra
from obafgkm.training.splits import held_out_stars
from obafgkm.workflow.job import job


def train_cnn(autoencoder_path, sample, label, n_classes, settings, validation, seed, threads, directory):
    """Train the network; save it as ``model.keras`` in `directory`, with its record.

    Parameters
    ----------
    autoencoder_path : path
        Autoencoder whose encoder provides the initial weights.
    sample : Spectra
    label : str
        Column of the labels to be learnt: ``mk_class`` or ``luminosity``.
    n_classes : int
    settings : dict
        The section `sharma.cnn` or `sharma.cnn_luminosity` of the configuration.
    validation : float
        Fraction of the training stars used for validation.
    seed, threads : int
    directory : path

    Returns
    -------
    keras.Model
        Takes flux (n, 2896, 1), returns probabilities (n, n_classes).
    """
    from obafgkm.documents.sharma.cnn import N_PIXELS, build_classifier, encoder_of, fit_head
    from obafgkm.training import backend, engine, record

    backend.set_up_backend(seed, threads)
    encoder = encoder_of(engine.load(autoencoder_path))
    architecture = {key: settings[key] for key in ("dense", "activation", "learning_rate")}
    model = build_classifier(encoder, n_classes, **architecture)
    x, y = sample.flux[:, :N_PIXELS, None], sample.labels[label].to_numpy()
    held_out = held_out_stars(sample.labels["star"], validation, seed)
    # The paper monitors the accuracy for spectral classes and the loss for luminosity classes.
    followed = {"monitor": "val_accuracy" if label == "mk_class" else "val_loss", "seed": seed}
    head = None
    if settings["head"]["epochs"]:
        head = fit_head(
            model,
            x[~held_out],
            y[~held_out],
            (x[held_out], y[held_out]),
            settings,
            **followed,
            checkpoint=Path(directory) / "head",
        )
    model = record.train_network(
        model,
        x,
        y,
        held_out,
        settings,
        **followed,
        threads=threads,
        directory=directory,
        source=sample.source,
        earlier=head,
    )
    model.save(Path(directory) / "model.keras")
    return model


if __name__ == "__main__":
    with job(snakemake):
        params, test = snakemake.params, Spectra.read(snakemake.input.test)
        luminosity = snakemake.wildcards.model == "cnn_luminosity"
        # The encoder has seen the autoencoder's spectra, so that predictions depend on them too.
        pretrained_on = json.loads(Path(snakemake.input.autoencoder_card).read_text())["source"]
        test.labels["source"] = join_sources([test.source, pretrained_on])
        if luminosity:
            test = test.select((test.labels["luminosity"] >= 0).to_numpy())
        model = train_cnn(
            snakemake.input.autoencoder,
            Spectra.read(snakemake.input.training),
            "luminosity" if luminosity else "mk_class",
            len(LUMINOSITY_CLASSES) if luminosity else N_CLASSES,
            params.settings,
            params.validation,
            params.seed,
            snakemake.threads,
            Path(snakemake.output.model).parent,
        )
        from obafgkm.training import engine

        probability = engine.predict(model, test.flux[:, : model.input_shape[1], None])
        write = write_luminosity_predictions if luminosity else write_predictions
        write(snakemake.output.predictions, test, probability.argmax(axis=1), probability)
