"""What the size of an autoencoder's latent space does to reconstruction, classes and the filling of gaps."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.documents.csepreghy.surveys import noisier, scaled
from obafgkm.evaluation.intervals import with_intervals
from obafgkm.evaluation.trivial import compare_spectra
from obafgkm.spectra import Spectra
from obafgkm.training.splits import stratified_folds
from obafgkm.workflow.job import job

PIXELS, BINNING = 896, 4
# Poolings after the six convolutions, by the numbers that are left of 896 pixels.
POOLS = {14: (2, 2, 2, 2, 2, 2), 28: (2, 2, 2, 2, 2, 1), 56: (2, 2, 2, 2, 1, 1)}
ROUNDS = 5  # times that a gap is filled with what was given back


def samples(spectra, simulated, settings, seed):
    """Spectra that train, simulated and real ones, and real ones of other objects that validate and test.

    Returns
    -------
    training, validation, test : arrays (n, 896)
        At unit power; copies of the training spectra are noisier.
    labels : DataFrame
        Of the test spectra.
    """
    real = scaled(spectra, BINNING)[0][:, :PIXELS]
    made, made_error = (values[:, :PIXELS] for values in scaled(simulated, BINNING))
    labels = spectra.labels
    folds = list(stratified_folds(labels["star"], labels["class"], settings["folds"], seed))
    test, validates = folds[0], folds[1]
    trains = ~(test | validates)
    how, rng = settings["trainings"]["class_cnn"], np.random.default_rng([seed, 13])
    copies = noisier(made, made_error, how["faintest"], how["warp"], rng)
    return np.concatenate([real[trains], copies]), real[validates], real[test], labels[test]


def gaps(n, share, rng):
    """Mask (n, 896) of one stretch of each spectrum, at a place of its own."""
    width = round(share * PIXELS)
    first = rng.integers(0, PIXELS - width, n)[:, np.newaxis]
    place = np.arange(PIXELS)
    return (place >= first) & (place < first + width)


def filled(flux, gap, give_back):
    """Spectra whose gaps are filled by a straight line, and by what a model gives back, from that line on."""
    place, guess = np.arange(PIXELS), flux.copy()
    for row, hole in zip(guess, gap, strict=True):
        row[hole] = np.interp(place[hole], place[~hole], row[~hole])
    line = guess.copy()
    for _ in range(ROUNDS):
        guess = np.where(gap, give_back(guess), flux)
    return line, guess


def same_class(latent, labels):
    """Whether each spectrum's nearest neighbour of another object is of its class (n,)."""
    spread = latent.std(axis=0)
    latent = latent[:, spread > 0] / spread[spread > 0]
    distance = ((latent[:, np.newaxis] - latent) ** 2).sum(axis=2)
    star, own = labels["star"].to_numpy(), labels["class"].to_numpy()
    distance[star[:, np.newaxis] == star] = np.inf
    return own[distance.argmin(axis=1)] == own


def scores(missed, total, alike, hole, line):
    """Share of the variance that is explained, purity of classes, gain over a straight line in the gap."""
    return {
        "explained": 1 - missed.sum() / total.sum(),
        "purity": alike.mean(),
        "gap_gain": 1 - hole.sum() / line.sum(),
    }


def rows_of_model(name, size, give_back, encode, test, mean, labels, gap, settings, seed):
    """One row of the table: how a model does on the test spectra, with intervals by object."""
    line, fill = filled(test, gap, give_back)
    squares = (
        (give_back(test) - test) ** 2,
        (mean - test) ** 2,
        gap * (fill - test) ** 2,
        gap * (line - test) ** 2,
    )
    missed, total, hole, straight = (values.sum(axis=1) for values in squares)
    alike = same_class(encode(test), labels).astype(float)
    bootstrap = with_intervals(
        scores,
        labels["star"],
        *(missed, total, alike, hole, straight),
        samples=settings["bootstrap"],
        confidence=settings["confidence"],
        seed=seed,
    )
    return {"model": name, "numbers": size, "spectra": len(test), **bootstrap}


def study(spectra, simulated, params, threads, folder):
    """One row per size for the autoencoder, and for as many principal components of the same spectra."""
    import keras
    from sklearn.decomposition import PCA

    from obafgkm.documents.csepreghy.networks import build_autoencoder, encoder_of
    from obafgkm.training.backend import set_up_backend
    from obafgkm.training.engine import fit, predict

    seed, how, latent = params.seed, params.autoencoder, params.surveys["latent"]
    set_up_backend(seed, threads)
    training, validation, test, labels = samples(spectra, simulated, params.surveys, seed)
    mean, deviation = training.mean(axis=0), training.std(axis=0)
    reach = how["reach"] * deviation
    gap = gaps(len(test), latent["gap"], np.random.default_rng([seed, 17]))
    x, held_out = (((values - mean) / reach)[..., np.newaxis] for values in (training, validation))
    rows = []
    for size in latent["sizes"]:
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        model = build_autoencoder(PIXELS, latent["filters"], how["learning_rate"], POOLS[size])
        model, history = fit(
            model,
            x,
            x,
            (held_out, held_out),
            epochs=latent["epochs"],
            batch=16,
            monitor="val_loss",
            seed=seed,
            checkpoint=folder / f"checkpoint_latent_{size}",
        )
        encoder = encoder_of(model, size)

        def shaped(values):
            return ((values - mean) / reach)[..., np.newaxis].astype(np.float32)

        def give_back(values, model=model):
            return predict(model, shaped(values))[..., 0] * reach + mean

        def encode(values, encoder=encoder):
            return encoder.predict(shaped(values), verbose=0)[..., 0]

        told = (test, test.mean(axis=0), labels, gap, params.evaluation, seed)
        compared = compare_spectra(test, give_back(test), labels["star"])
        row = rows_of_model("Autoencoder", size, give_back, encode, *told)
        rows.append({**row, "epochs": len(history), **compared.columns()})
        components = PCA(size, random_state=seed).fit(training)

        def of_components(values, components=components):
            return components.inverse_transform(components.transform(values))

        rows.append(rows_of_model("Principal components", size, of_components, components.transform, *told))
        print(pd.DataFrame(rows).round(3).to_string(), flush=True)
    sources = sorted({*spectra.labels["source"], *simulated.labels["source"]})
    return pd.DataFrame(rows).assign(source=", ".join(sources))


if __name__ == "__main__":
    with job(snakemake):
        inputs, output = snakemake.input, snakemake.output
        spectra, simulated = Spectra.read(inputs.spectra), Spectra.read(inputs.simulated)
        folder = Path(output.table).parent
        table = study(spectra, simulated, snakemake.params, snakemake.threads, folder)
        table.to_csv(output.table, index=False, float_format="%.6g")
