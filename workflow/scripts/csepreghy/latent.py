"""What the size of an autoencoder's latent space does to reconstruction, classes and the filling of gaps.

The largest is trained without each fold in turn, too, so that one that never saw its object gives each real
spectrum back.
"""

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
STRETCH = 16  # binned pixels: 0.0064 in log10 of the wavelength, 1.5 percent
ROUNDS = 5  # times that a gap is filled with what was given back


def samples(spectra, simulated, settings, seed, fold=0):
    """Spectra that train, simulated and real ones, and real ones of other objects that validate and test.

    Returns
    -------
    training, validation, test : arrays (n, 896)
        At unit power; copies of the training spectra are noisier.
    tested : array of bool (n_spec,)
        Which of the real spectra test.
    """
    real = scaled(spectra, BINNING)[0][:, :PIXELS]
    made, made_error = (values[:, :PIXELS] for values in scaled(simulated, BINNING))
    labels = spectra.labels
    folds = list(stratified_folds(labels["star"], labels["class"], settings["folds"], seed))
    test, validates = folds[fold], folds[(fold + 1) % len(folds)]
    trains = ~(test | validates)
    how, rng = settings["trainings"]["class_cnn"], np.random.default_rng([seed, 13])
    copies = noisier(made, made_error, how["faintest"], how["warp"], rng)
    return np.concatenate([real[trains], copies]), real[validates], real[test], test


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


class Autoencoder:
    """An autoencoder of so many numbers, trained.

    Parameters
    ----------
    size : int
    training, validation : arrays (n, 896)
    params : namespace
        ``seed``, ``autoencoder`` and ``surveys``: the rule's.
    checkpoint : path

    Attributes
    ----------
    epochs : int
    """

    def __init__(self, size, training, validation, params, checkpoint):
        import keras

        from obafgkm.documents.csepreghy.networks import build_autoencoder, encoder_of
        from obafgkm.training.engine import fit

        how, latent = params.autoencoder, params.surveys["latent"]
        self.mean, self.reach = training.mean(axis=0), how["reach"] * training.std(axis=0)
        x, held_out = self._shaped(training), self._shaped(validation)
        keras.backend.clear_session()
        keras.utils.set_random_seed(params.seed)
        model, history = fit(
            build_autoencoder(PIXELS, latent["filters"], how["learning_rate"], POOLS[size]),
            x,
            x,
            (held_out, held_out),
            epochs=latent["epochs"],
            batch=16,
            monitor="val_loss",
            seed=params.seed,
            checkpoint=checkpoint,
        )
        self._model, self._encoder, self.epochs = model, encoder_of(model, size), len(history)

    def _shaped(self, flux):
        return ((flux - self.mean) / self.reach)[..., np.newaxis].astype(np.float32)

    def give_back(self, flux):
        """Reconstructions (n, 896)."""
        from obafgkm.training.engine import predict

        return predict(self._model, self._shaped(flux))[..., 0] * self.reach + self.mean

    def encode(self, flux):
        """Numbers of the latent space (n, size)."""
        return self._encoder.predict(self._shaped(flux), verbose=0)[..., 0]


def study(spectra, simulated, params, folder):
    """One row per size for the autoencoder, and for as many principal components of the same spectra."""
    from sklearn.decomposition import PCA

    seed, latent = params.seed, params.surveys["latent"]
    training, validation, test, tested = samples(spectra, simulated, params.surveys, seed)
    labels = spectra.labels[tested]
    gap = gaps(len(test), latent["gap"], np.random.default_rng([seed, 17]))
    told = (test, test.mean(axis=0), labels, gap, params.evaluation, seed)
    rows = []
    for size in latent["sizes"]:
        model = Autoencoder(size, training, validation, params, folder / f"checkpoint_latent_{size}")
        compared = compare_spectra(test, model.give_back(test), labels["star"])
        row = rows_of_model("Autoencoder", size, model.give_back, model.encode, *told)
        rows.append({**row, "epochs": model.epochs, **compared.columns()})
        components = PCA(size, random_state=seed).fit(training)

        def of_components(values, components=components):
            return components.inverse_transform(components.transform(values))

        rows.append(rows_of_model("Principal components", size, of_components, components.transform, *told))
        print(pd.DataFrame(rows).round(3).to_string(), flush=True)
    return pd.DataFrame(rows).assign(source=sources_of(spectra, simulated))


def sources_of(*samples):
    """Where spectra come from, as a column of a table says it."""
    return ", ".join(sorted(set().union(*(sample.labels["source"] for sample in samples))))


def misfits(flux, error, model):
    """How far each spectrum is from its reconstruction, and where most of all.

    Parameters
    ----------
    flux, error : arrays (n, 896)
        At unit power.
    model : array (n, 896)

    Returns
    -------
    DataFrame (n rows)
        ``error``, root mean square difference, the flux's own being 1; ``noise``, what the errors make of it;
        ``excess``, the root of the difference of their squares; ``first`` and ``last``, pixels of the
        stretch of `STRETCH` whose excess is the largest; ``brighter``, whether the spectrum is above there.
    """
    square, noise = (flux - model) ** 2, error**2
    kernel = np.ones(STRETCH)
    local = np.apply_along_axis(np.convolve, 1, square - noise, kernel, "valid")
    first = local.argmax(axis=1)
    inside = np.take_along_axis(flux - model, first[:, np.newaxis] + np.arange(STRETCH), axis=1)
    return pd.DataFrame(
        {
            "error": np.sqrt(square.mean(axis=1)),
            "noise": np.sqrt(noise.mean(axis=1)),
            "excess": np.sqrt(np.maximum(square.mean(axis=1) - noise.mean(axis=1), 0)),
            "first": first,
            "last": first + STRETCH - 1,
            "brighter": inside.sum(axis=1) > 0,
        }
    )


def reconstructed(spectra, simulated, params, folder):
    """One row per real spectrum: what the largest autoencoder, which has not seen its object, misses."""
    size, parts = max(params.surveys["latent"]["sizes"]), []
    flux, error = (values[:, :PIXELS] for values in scaled(spectra, BINNING))
    for fold in range(params.surveys["folds"]):
        training, validation, test, tested = samples(spectra, simulated, params.surveys, params.seed, fold)
        model = Autoencoder(size, training, validation, params, folder / f"checkpoint_fold_{fold}")
        missed = misfits(flux[tested], error[tested], model.give_back(test))
        parts.append(missed.set_index(np.flatnonzero(tested)))
    table = pd.concat(parts).sort_index()
    labels = spectra.labels.reset_index(drop=True)
    labels = labels[["name", "star", "library", "class", "subclass_text", "z", "snr"]]
    wave = spectra.wave[: BINNING * PIXELS].reshape(PIXELS, BINNING).mean(axis=1)
    table = table.assign(**{end: wave[table[end]] for end in ("first", "last")})  # in vacuum
    invalid = (spectra.ivar[:, : BINNING * PIXELS] == 0).mean(axis=1)
    return labels.join(table).assign(invalid=invalid, source=sources_of(spectra, simulated))


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.training.backend import set_up_backend

        inputs, params, output = snakemake.input, snakemake.params, snakemake.output
        set_up_backend(params.seed, snakemake.threads)
        spectra, simulated = Spectra.read(inputs.spectra), Spectra.read(inputs.simulated)
        told = (spectra, simulated, params, Path(output.table).parent)
        study(*told).to_csv(output.table, index=False, float_format="%.6g")
        reconstructed(*told).to_csv(output.misfits, index=False, float_format="%.6g")
