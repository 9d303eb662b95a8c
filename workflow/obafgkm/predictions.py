"""Predicted classes as a table: one row a test spectrum."""

import numpy as np

from obafgkm.mk import LUMINOSITY_CLASSES, class_name, whole_class

__all__ = ["write_luminosity_predictions", "write_predictions"]


def write_predictions(path, spectra, predicted, probability=None):
    """Write what a model says of each spectrum beside what is expected.

    Parameters
    ----------
    path : path
        A CSV file with columns ``library, file, name, star, source, expected_type, expected, predicted,
        predicted_type, probability``; `expected` and `predicted` are class numbers.
    spectra : Spectra
    predicted : array (n,)
        Class numbers, which need not be whole.
    probability : array (n, 70), optional
        Of each class; that of the most probable one is written.
    """
    labels = spectra.labels
    table = labels[["library", "file", "name", "star", "source"]].assign(
        expected_type=labels["mk_type"],
        expected=labels["mk_class"],
        predicted=predicted,
        predicted_type=[class_name(number) for number in whole_class(predicted)],
        probability=np.nan if probability is None else probability.max(axis=1),
    )
    table.to_csv(path, index=False, float_format="%.6g")


def write_luminosity_predictions(path, spectra, predicted, probability):
    """Write the luminosity classes that a model gives beside the expected ones.

    Parameters
    ----------
    path : path
        A CSV file with the columns of `write_predictions`; `expected` and `predicted` are luminosity numbers
        0 ... 4, and ``mk_class`` is the expected class number.
    spectra : Spectra
    predicted : array of int (n,)
    probability : array (n, 5)
    """
    labels = spectra.labels
    table = labels[["library", "file", "name", "star", "source", "mk_class"]].assign(
        expected_type=labels["mk_type"],
        expected=labels["luminosity"],
        predicted=predicted,
        predicted_type=[LUMINOSITY_CLASSES[number] for number in predicted],
        probability=probability.max(axis=1),
    )
    table.to_csv(path, index=False, float_format="%.6g")
