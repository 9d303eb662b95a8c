"""Train a classifier of Csepreghy 2020 on one task and apply it."""

import keras
import numpy as np
import pandas as pd

from obafgkm.documents.csepreghy.networks import build_cnn, build_mixed
from obafgkm.documents.csepreghy.sample import feature_table, shaped, target
from obafgkm.errors import ObafgkmError

__all__ = ["Classifier", "train_classifier"]


class Classifier:
    """A trained network with its preprocessing.

    Attributes
    ----------
    model : keras.Model
    classes : list of str
        In the order of the network's outputs.
    """

    def __init__(self, run, binning, fill, classes):
        self.run, self.binning, self.fill, self.classes = run, binning, fill, classes
        self.model = None

    def inputs(self, sample):
        """The network's input: flux and, for the mixed-input network, features.

        Unknown features, such as magnitudes of spectra without photometry, are replaced by the training mean.
        (The thesis's code has -99 for them; its sample had none.)
        """
        flux = shaped(sample.flux, self.run["smoothing"], self.binning)
        if self.run["network"] == "cnn":
            return flux
        features = feature_table(sample.labels, smoothed=bool(self.run["smoothing"]))
        features = np.where(np.isfinite(features), features, self.fill)
        return np.concatenate([flux, features], axis=1, dtype=np.float32)

    def predictions(self, sample):
        """Classes of a sample as a table.

        Returns
        -------
        DataFrame
            Columns ``name, star, run2d, source, part, expected, predicted`` and ``probability`` (of the
            predicted class).
        """
        x = self.inputs(sample)
        probability = np.concatenate([self.model(x[i : i + 64]) for i in range(0, len(x), 64)])
        return sample.labels[["name", "star", "run2d", "source", "part"]].assign(
            expected=target(sample.labels, self.run["task"]),
            predicted=np.array(self.classes)[probability.argmax(axis=1)],
            probability=probability.max(axis=1),
        )


def train_classifier(sample, run, settings, fit, *, binning, seed):
    """Train one network.

    Parameters
    ----------
    sample : Spectra
        Prepared; the spectra of the parts ``training`` and ``validation`` that have a class are used.
    run : dict
        ``network`` (cnn or mixed), ``task`` (of `obafgkm.documents.csepreghy.sample.TASKS`) and ``smoothing``
        (pixels).
    settings : dict
        Arguments of the network's builder.
    fit : callable
        Takes model, x, y and the mask of the validation spectra; returns the trained model.
    binning : int
    seed : int
        Seed of the weights.

    Returns
    -------
    Classifier
    """
    expected = target(sample.labels, run["task"]).to_numpy()
    classes = sorted(set(expected) - {""})
    taken = (expected != "") & sample.labels["part"].isin(["training", "validation"]).to_numpy()
    sample, expected = sample.select(taken), expected[taken]
    held_out = (sample.labels["part"] == "validation").to_numpy()
    if not len(sample):
        raise ObafgkmError(f"csepreghy: no spectrum trains the task {run['task']}; take a larger sample")
    if held_out.all() or not held_out.any():
        # Too few to hold any out; the test set stays untouched.
        sample, expected = sample.select(np.tile(np.arange(len(sample)), 2)), np.tile(expected, 2)
        held_out = np.arange(len(sample)) >= len(sample) // 2
    features = feature_table(sample.labels, smoothed=bool(run["smoothing"]))
    fill = np.nan_to_num(np.nanmean(features[~held_out], axis=0))
    classifier = Classifier(run, binning, fill, classes)
    x = classifier.inputs(sample)
    training = pd.DataFrame(x[~held_out])
    variance = training.var(ddof=0).to_numpy()
    scaling = training.mean().to_numpy(), np.where(variance > 0, variance, 1)
    keras.backend.clear_session()  # otherwise memory grows with every network
    keras.utils.set_random_seed(seed)  # otherwise weights would depend on earlier networks
    if run["network"] == "cnn":
        model = build_cnn(scaling, len(classes), **settings)
    else:
        model = build_mixed(scaling, len(classes), fill.size, **settings)
    classifier.model = fit(model, x, np.searchsorted(classes, expected), held_out)
    return classifier
