"""The dummy rule and the commonest class, on all rows and on the fitted ones."""

import numpy as np
import pandas as pd

from obafgkm.documents.hammer.intervals import scores_with_intervals
from obafgkm.documents.hammer.sample import dummy_rule, kept_rows, read_sample
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def table_dummy(sample, **bootstrap):
    """One row per rule and selection of rows."""
    table = []
    for kept, rows in kept_rows(sample):
        rules = {
            "Teff thresholds": dummy_rule(rows["elodieTEff"]),
            "commonest class": np.full(len(rows), rows["main"].mode()[0]),
        }
        for rule, predicted in rules.items():
            scores = scores_with_intervals(rows, predicted, **bootstrap)
            table.append({"rule": rule, "rows": kept, "spectra": len(rows), **scores})
    return pd.DataFrame(table).assign(source=sample["source"].iloc[0])


if __name__ == "__main__":
    with job(snakemake):
        sample = read_sample(snakemake.input.sample)
        table = table_dummy(sample, **snakemake.params.bootstrap, seed=snakemake.params.seed)
        write_table(table, *snakemake.output, digits=3)
