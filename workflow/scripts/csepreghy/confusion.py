"""Tables 3, 7, 8 and 9: confusion matrices on the test set; and the like on real spectra, cross-validated.

The rows labelled "Predicted" in the thesis are the true classes: its code swaps the axis labels.
"""

import numpy as np
import pandas as pd

from obafgkm.documents.csepreghy.sample import GALAXY_SUBCLASSES, STAR_GROUPS
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

CLASSES = {"table8": GALAXY_SUBCLASSES, "table9": STAR_GROUPS}


def confusion_table(predictions, classes=()):
    """Confusion matrix of the test spectra.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``part, expected, predicted, source``.
    classes : sequence of str
        Classes that get a row and a column even without spectra.

    Returns
    -------
    DataFrame
        One row per expected class, and All: ``expected``, one column of counts per predicted class,
        ``spectra``, ``recall`` (the last row's is the accuracy) and ``source``.
    """
    classes = sorted({*classes, *predictions["expected"], *predictions["predicted"]})
    test = predictions[predictions["part"] == "test"]
    counts = pd.crosstab(test["expected"], test["predicted"]).reindex(
        index=classes, columns=classes, fill_value=0
    )
    right = np.diag(counts)
    table = counts.assign(spectra=counts.sum(axis=1))
    table.loc["All"] = table.sum()
    right = np.append(right, right.sum())
    table["recall"] = right / table["spectra"].where(table["spectra"] > 0)
    return table.reset_index(names="expected").assign(source=predictions["source"].iloc[0])


def of_sdss(predictions):
    """What networks that trained on real spectra alone say of those of SDSS, the thesis's survey, each once.

    Parameters
    ----------
    predictions : DataFrame
        See `obafgkm.documents.csepreghy.surveys.answers`.

    Returns
    -------
    DataFrame
        With the column ``part`` of `confusion_table`: all of them test.
    """
    all_real = (predictions["trained_on"] == "real") & (predictions["share"] == 1)
    own = predictions[all_real & (predictions["repeat"] == 0) & (predictions["survey"] == "sdss")]
    return own.assign(part="test")


if __name__ == "__main__":
    with job(snakemake):
        output = snakemake.output
        for table, path in zip(snakemake.params.tables, snakemake.input, strict=True):
            predictions = pd.read_csv(path, keep_default_na=False)
            if "part" not in predictions:
                predictions = of_sdss(predictions)
            matrix = confusion_table(predictions, CLASSES.get(table, ()))
            write_table(matrix, output[table], output[f"{table}_tex"], digits=3)
