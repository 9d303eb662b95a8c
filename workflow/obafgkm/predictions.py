"""Predicted classes and parameters as tables."""

import numpy as np
import pandas as pd

from obafgkm.mk import LUMINOSITY_CLASSES, class_name, whole_class

__all__ = ["parameter_table", "write_luminosity_predictions", "write_predictions"]


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


def parameter_table(labels, parameters, expected, predicted, **notes):
    """Stellar parameters that a model gives beside the expected ones: one row a spectrum and parameter.

    Parameters
    ----------
    labels : DataFrame (n rows)
        What tells the spectra apart; its columns come first.
    parameters : sequence of str (k,)
        Names.
    expected, predicted : arrays (n, k)
    **notes
        Further columns, constant.

    Returns
    -------
    DataFrame
        Columns of `labels`, ``parameter, expected, predicted``, and the notes.
    """
    return pd.concat(
        [
            labels.assign(parameter=name, expected=expected[:, i], predicted=predicted[:, i], **notes)
            for i, name in enumerate(parameters)
        ],
        ignore_index=True,
    )
