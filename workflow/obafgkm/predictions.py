"""Predicted classes as a table: one row a test spectrum."""

import numpy as np
import pandas as pd

from obafgkm.mk import class_name, whole_class

__all__ = ["write_predictions"]


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
    pd.DataFrame(table).to_csv(path, index=False, float_format="%.6g")
