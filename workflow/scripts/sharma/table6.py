"""Table 6: the stars misclassified by the CNN by more than five subclasses, with their parameters."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job

MISSED_BY = 5  # subclasses


def table6(predictions, labels):
    """One row per star, the worst first.

    Parameters
    ----------
    predictions : DataFrame
    labels : DataFrame
        Labels of the test sample, with ``file, teff, logg, feh``: from the archive or, for simulated spectra,
        the true values.
    """
    table = predictions.merge(labels[["file", "teff", "logg", "feh"]], on="file")
    table["difference"] = table["predicted"] - table["expected"]
    missed = table[table["difference"].abs() > MISSED_BY]
    order = missed["difference"].abs().sort_values(ascending=False, kind="stable").index
    columns = ["star", "source", "expected_type", "predicted_type", "difference", "probability"]
    return missed.loc[order, [*columns, "teff", "logg", "feh"]]


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions, dtype={"file": str})
        write_table(table6(predictions, read_labels(snakemake.input.test)), *snakemake.output)
