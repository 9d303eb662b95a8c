"""Networks of Csepreghy 2020 trained on simulated spectra, on real ones, or on both in turn."""

from dataclasses import dataclass

import keras
import numpy as np

from obafgkm.documents.csepreghy.networks import build_cnn, build_mixed
from obafgkm.documents.csepreghy.surveys import noisier
from obafgkm.training.engine import fit, predict

__all__ = ["Sample", "Trained", "train"]


@dataclass(frozen=True)
class Sample:
    """Inputs of networks and the expected classes.

    Attributes
    ----------
    flux, error : arrays (n_spec, n_bins)
        From `obafgkm.documents.csepreghy.surveys.scaled`.
    features : array (n_spec, n_features)
        From `obafgkm.documents.csepreghy.sample.feature_table`; NaN where one is not known.
    expected, star : arrays of str (n_spec,)
    """

    flux: np.ndarray
    error: np.ndarray
    features: np.ndarray
    expected: np.ndarray
    star: np.ndarray

    def __len__(self):
        return len(self.expected)

    def select(self, which):
        """The spectra of a boolean mask or an index array."""
        return Sample(
            self.flux[which],
            self.error[which],
            self.features[which],
            self.expected[which],
            self.star[which],
        )

    def with_copies(self, how, rng):
        """The spectra with noisier copies of them, which keep the features of the originals."""
        times = how["copies"] + 1
        more = [
            noisier(self.flux, self.error, how["faintest"], how["warp"], rng) for _ in range(how["copies"])
        ]
        return Sample(
            np.concatenate([self.flux, *more]),
            np.tile(self.error, (times, 1)),
            np.tile(self.features, (times, 1)),
            np.tile(self.expected, times),
            np.tile(self.star, times),
        )


@dataclass(frozen=True)
class Trained:
    """A trained network.

    Attributes
    ----------
    network : {'cnn', 'mixed'}
    classes : array of str (n_classes,)
        In the order of its outputs.
    model : keras.Model
    fill, mean, deviation : arrays
        Replacements of unknown features (n_features,); mean and standard deviation of the inputs (n_inputs,).
    """

    network: str
    classes: np.ndarray
    model: keras.Model
    fill: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    def probabilities(self, sample):
        """Probability (n_spec, n_classes) of each class."""
        return predict(self.model, standardised(self, sample))


def inputs(network, fill, sample):
    """Flux, and for the mixed-input network the features after it."""
    if network == "cnn":
        return sample.flux
    return np.concatenate(
        [sample.flux, np.where(np.isfinite(sample.features), sample.features, fill)], axis=1
    )


def standardised(trained, sample):
    """Standardised inputs of a network, float32."""
    x = inputs(trained.network, trained.fill, sample)
    # Of few spectra one may lie tens of deviations away: an equivalent width, an error of a magnitude.
    return ((x - trained.mean) / trained.deviation).clip(-10, 10).astype(np.float32)


def train(network, classes, training, validation, architecture, how, stage, seed, checkpoint, start=None):
    """Train a network on spectra and on noisier copies of them.

    Parameters
    ----------
    network : {'cnn', 'mixed'}
    classes : array of str (n_classes,)
    training, validation : Sample
    architecture : dict
        Arguments of `obafgkm.documents.csepreghy.networks.build_cnn` for the CNN.
    how : dict
        ``copies``, ``faintest`` and ``warp`` (see `noisier`), ``batch``; ``epochs`` and ``learning_rate`` by
        stage.
    stage : {'simulated', 'real', 'tuned'}
    seed : int
        Seed of the weights, the copies and the order.
    checkpoint : path
    start : Trained, optional
        Network whose weights are the starting point, and whose input scaling is kept.

    Returns
    -------
    Trained
    """
    training = training.with_copies(how, np.random.default_rng([seed, 11]))
    if start is None:
        known = np.isfinite(training.features)
        total = np.where(known, training.features, 0).sum(axis=0)
        fill = total / np.maximum(known.sum(axis=0), 1)
        x = inputs(network, fill, training)
        deviation = x.std(axis=0)
        scale = fill, x.mean(axis=0), np.where(deviation > 0, deviation, 1)
    else:
        scale = start.fill, start.mean, start.deviation
    keras.backend.clear_session()  # or memory grows with every network
    keras.utils.set_random_seed(seed)  # or weights would depend on the networks before
    n_inputs, n_features = scale[1].size, training.features.shape[1]
    # The inputs are standardised here, so that the networks of all folds are alike and compiled once.
    rate = how["learning_rate"][stage]
    as_it_is = np.zeros(n_inputs), np.ones(n_inputs)
    if network == "cnn":
        model = build_cnn(as_it_is, len(classes), **architecture, learning_rate=rate)
    else:
        model = build_mixed(as_it_is, len(classes), n_features, learning_rate=rate)
    if start is not None:
        model.set_weights(start.model.get_weights())
    trained = Trained(network, classes, model, *scale)
    x, y = (standardised(trained, training), np.searchsorted(classes, training.expected))
    validates = standardised(trained, validation), np.searchsorted(classes, validation.expected)
    model, _ = fit(
        model,
        x,
        y,
        validates,
        epochs=how["epochs"][stage],
        batch=how["batch"],
        monitor="val_loss",
        seed=seed,
        checkpoint=checkpoint,
    )
    return Trained(network, classes, model, *scale)
