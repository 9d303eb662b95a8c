"""Pre-train the CNN of Sharma et al. 2020 on growing numbers of unlabelled observed stars, and test it.

Every encoder gets as many updates as any other, so that only the spectra differ. The dense layers are trained
on what the encoder gives while it stays as it is, then all weights together, as section 4.2 does.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.evaluation.predictions import join_sources
from obafgkm.mk import N_CLASSES
from obafgkm.spectra import Spectra, concatenate
from obafgkm.training.splits import held_out_stars
from obafgkm.workflow.job import job

POOLED = 16  # four poolings by two
STAGES = ("encoder unchanged", "all weights")


def binned(spectra, binning):
    """Flux averaged over neighbouring pixels (n_spec, n_pix, 1), as many as the poolings divide evenly."""
    n = spectra.flux.shape[1] // binning // POOLED * POOLED
    flux = spectra.flux[:, : n * binning].reshape(len(spectra), n, binning).mean(axis=2)
    return flux[..., np.newaxis].astype(np.float32)


def of_some_stars(stars, share, seed):
    """Mask of the spectra of a share of the stars; those of a smaller share are among those of a larger one.

    Parameters
    ----------
    stars : array-like of str (n_spec,)
    share : float
    seed : int

    Returns
    -------
    array of bool (n_spec,)
    """
    unique, star = np.unique(np.asarray(stars, str), return_inverse=True)
    rank = np.random.default_rng(seed).permutation(unique.size)
    return (rank < round(share * unique.size))[star]


def unlabelled(observed, simulated, shares, seed):
    """What to pre-train on in turn: nothing, growing shares of the observed stars, simulated spectra instead.

    Yields
    ------
    kind : {'nothing', 'observed', 'simulated'}
    share : float
        Of all observed spectra, or of their number.
    sample : Spectra
    """
    yield "nothing", 0.0, observed.select(np.array([], int))
    for share in shares:
        yield "observed", share, observed.select(of_some_stars(observed.labels["star"], share, seed))
    chosen = np.random.default_rng(seed).permutation(len(simulated))[: len(observed)]
    yield "simulated", len(chosen) / len(observed), simulated.select(chosen)


def pretrained(flux, validation, share, how, seed, checkpoint):
    """An encoder that has learnt to reconstruct spectra, and the share of the variance that it explains.

    Parameters
    ----------
    flux, validation : arrays (n, n_pix, 1)
        What trains it, and spectra of other stars, which choose its best epoch.
    share : float
        Epochs are one over it times as many as of all spectra.
    how : dict
        ``batch`` and ``epochs``.
    seed : int
    checkpoint : path
    """
    import keras

    from obafgkm.documents.sharma.cnn import build_autoencoder, encoder_of
    from obafgkm.training.engine import fit, predict

    keras.utils.set_random_seed(seed)
    model, _ = fit(
        build_autoencoder(flux.shape[1]),
        flux,
        flux,
        (validation, validation),
        epochs=round(how["epochs"] / share),
        batch=how["batch"],
        monitor="val_loss",
        seed=seed,
        checkpoint=checkpoint,
    )
    missed = ((predict(model, validation) - validation) ** 2).sum()
    return encoder_of(model), 1 - missed / ((validation - validation.mean(axis=0)) ** 2).sum()


def untrained(n_pixels, seed):
    """An encoder as it is before any training."""
    import keras

    from obafgkm.documents.sharma.cnn import build_autoencoder, encoder_of

    keras.utils.set_random_seed(seed)
    return encoder_of(build_autoencoder(n_pixels))


def classify(encoder, x, labels, x_test, settings, validation, seed, checkpoint):
    """Predicted class numbers of the test spectra after each of `STAGES`."""
    import keras

    from obafgkm.documents.sharma.cnn import build_classifier, fit_head
    from obafgkm.training.engine import fit, predict, schedule

    keras.utils.set_random_seed(seed)  # dense layers of the same weights on every encoder
    architecture = {key: settings[key] for key in ("dense", "activation", "learning_rate")}
    network = build_classifier(encoder, N_CLASSES, **architecture)
    number = labels["mk_class"].to_numpy()
    inner = held_out_stars(labels["star"], validation, seed)
    spectra = (x[~inner], number[~inner], (x[inner], number[inner]))
    followed = {"monitor": "val_accuracy", "seed": seed, "checkpoint": checkpoint}
    fit_head(network, *spectra, settings, **followed)
    said = [predict(network, x_test).argmax(axis=1)]
    network, _ = fit(network, *spectra, **schedule(settings), **followed)
    return dict(zip(STAGES, [*said, predict(network, x_test).argmax(axis=1)], strict=True))


def study(observed, simulated, training, test, how, cnn, validation, seed, checkpoint):
    """What the network says of the test spectra after each pre-training.

    Parameters
    ----------
    observed, simulated : Spectra
        Unlabelled stars; simulated ones stand in for all observed ones, once.
    training, test : Spectra
        Of the libraries, with the label columns ``mk_class`` and ``star``.
    how : dict
        The section `sharma.pretraining` of the configuration.
    cnn : dict
        The section `sharma.cnn`.
    validation : float
        Share of the stars that chooses the best epoch.
    seed : int
    checkpoint : path

    Yields
    ------
    DataFrame
        Columns ``library, file, star, source, pretrained_on, share, unlabelled_spectra, explained, repeat,
        expected, stage, predicted``.
    """
    x, x_test, real = (binned(part, how["binning"]) for part in (training, test, observed))
    settings = {**cnn, "epochs": how["epochs"]}
    for repeat in range(how["repeats"]):
        own = seed + repeat
        validates = held_out_stars(observed.labels["star"], validation, own)
        for kind, share, sample in unlabelled(observed.select(~validates), simulated, how["shares"], own):
            encoder, explained = untrained(x.shape[1], own), np.nan
            if share:
                flux, told = binned(sample, how["binning"]), how["autoencoder"]
                encoder, explained = pretrained(flux, real[validates], share, told, own, checkpoint)
            said = classify(encoder, x, training.labels, x_test, settings, validation, own, checkpoint)
            about = {"pretrained_on": kind, "share": share, "unlabelled_spectra": len(sample)}
            about |= {"explained": explained, "repeat": repeat}
            source = join_sources([test.source, training.source, *sample.labels["source"]])
            labels = test.labels[["library", "file", "star"]].assign(source=source, **about)
            labels["expected"] = test.labels["mk_class"]
            for stage, predicted in said.items():
                error = np.abs(predicted - labels["expected"]).mean()
                print({**about, "stage": stage, "mean absolute error": error}, flush=True)
                yield labels.assign(stage=stage, predicted=predicted)


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.training.backend import set_up_backend

        inputs, params = snakemake.input, snakemake.params
        set_up_backend(params.seed, snakemake.threads)
        tables = study(
            concatenate([Spectra.read(path) for path in inputs.observed]),
            Spectra.read(inputs.simulated),
            Spectra.read(inputs.training),
            Spectra.read(inputs.test),
            params.settings,
            params.cnn,
            params.validation,
            params.seed,
            Path(snakemake.output.predictions).with_suffix(".checkpoint"),
        )
        pd.concat(tables).to_csv(snakemake.output.predictions, index=False)
