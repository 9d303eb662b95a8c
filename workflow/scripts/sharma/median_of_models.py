"""The median of the models' predictions: is the best model better than their combination?"""

import numpy as np
import pandas as pd

from obafgkm.evaluation.predictions import join_sources
from obafgkm.mk import class_name, whole_class
from obafgkm.workflow.job import job


def median_of_models(tables):
    """Predictions in the form of one model, without probabilities.

    Parameters
    ----------
    tables : list of DataFrame
        Predictions of the models for the same spectra.
    """
    keys = ["library", "file"]
    tables = [table.set_index(keys) for table in tables]
    first = tables[0]
    predicted = np.median([table["predicted"].loc[first.index] for table in tables], axis=0)
    about = ["name", "star", "source", "expected_type", "expected"]
    return (
        first[about]
        .assign(
            source=join_sources(source for table in tables for source in table["source"].unique()),
            predicted=predicted,
            predicted_type=[class_name(number) for number in whole_class(predicted)],
            probability=np.nan,
        )
        .reset_index()
    )


if __name__ == "__main__":
    with job(snakemake):
        tables = [pd.read_csv(path) for path in snakemake.input]
        median_of_models(tables).to_csv(snakemake.output.predictions, index=False, float_format="%.6g")
