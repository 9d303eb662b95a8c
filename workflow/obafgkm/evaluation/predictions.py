"""Predicted classes and parameters as tables."""

import numpy as np
import pandas as pd

from obafgkm.mk import LUMINOSITY_CLASSES, N_CLASSES, class_name, whole_class

__all__ = [
    "join_sources",
    "parameter_table",
    "probabilities",
    "write_luminosity_predictions",
    "write_predictions",
]

_PREFIX = "p_"  # prefix of the columns of probabilities: p_O0 ... p_M9, or p_I ... p_V


def write_predictions(path, spectra, predicted, probability=None, append=False):
    """Write a model's predictions beside the expected classes.

    Parameters
    ----------
    path : path
        A CSV file with columns ``library, file, name, star, source, expected_type, expected, predicted,
        predicted_type, probability``; `expected` and `predicted` are class numbers. If the model gives
        probabilities, one column per class follows, ``p_O0 ... p_M9``.
    spectra : Spectra
    predicted : array (n,)
        Class numbers, which need not be integers.
    probability : array (n, 70), optional
        Probability of each class; ``probability`` is the largest.
    append : bool
        Go on with a file that holds the spectra before these.
    """
    table = _expected(spectra, "mk_class").assign(
        predicted=predicted,
        predicted_type=[class_name(number) for number in whole_class(predicted)],
    )
    _write(path, table, probability, [class_name(number) for number in range(N_CLASSES)], append)


def write_luminosity_predictions(path, spectra, predicted, probability, append=False):
    """Write a model's luminosity classes beside the expected ones.

    Parameters
    ----------
    path : path
        A CSV file with the columns of `write_predictions`; `expected` and `predicted` are luminosity numbers
        0 ... 4, and ``mk_class`` is the expected class number.
    spectra : Spectra
    predicted : array of int (n,)
    probability : array (n, 5)
    append : bool
        Go on with a file that holds the spectra before these.
    """
    table = _expected(spectra, "luminosity").assign(
        mk_class=spectra.labels["mk_class"],
        predicted=predicted,
        predicted_type=[LUMINOSITY_CLASSES[number] for number in predicted],
    )
    _write(path, table, probability, LUMINOSITY_CLASSES, append)


def _expected(spectra, label):
    """Identification of the spectra and their expected classes."""
    labels = spectra.labels
    return labels[["library", "file", "name", "star", "source"]].assign(
        expected_type=labels["mk_type"], expected=labels[label]
    )


def _write(path, table, probability, classes, append):
    """Add probabilities, if any, and write."""
    table["probability"] = np.nan if probability is None else probability.max(axis=1)
    if probability is not None:
        columns = pd.DataFrame(probability, table.index, [f"{_PREFIX}{name}" for name in classes])
        table = pd.concat([table, columns], axis=1)
    table.to_csv(path, mode="a" if append else "w", header=not append, index=False, float_format="%.6g")


def probabilities(table):
    """The columns of a table of predictions that hold the probability of each class.

    Parameters
    ----------
    table : DataFrame
        As `write_predictions` or `write_luminosity_predictions` wrote it.

    Returns
    -------
    DataFrame (n, n_classes)
        In the order of the classes; without columns if the model gave no probabilities.
    """
    return table.filter(regex=f"^{_PREFIX}")


def join_sources(sources):
    """All distinct sources: ``mirror`` and ``mirror, simulated`` give ``mirror, simulated``.

    Parameters
    ----------
    sources : iterable of str

    Returns
    -------
    str
    """
    return ", ".join(sorted({part for source in set(sources) for part in source.split(", ")}))


def parameter_table(labels, parameters, expected, predicted, **notes):
    """A model's stellar parameters beside the expected ones, one row per spectrum and parameter.

    Parameters
    ----------
    labels : DataFrame (n rows)
        Identification of the spectra; its columns come first.
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
