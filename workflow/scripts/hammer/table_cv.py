"""Cross-validation of the slides' network, the document's tuned one, and the one found by the search."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def table_cv(folds):
    """Mean and standard deviation over the folds, one row per network."""
    rows = []
    for network, part in folds.groupby("network", sort=False):
        row = {"network": network, "folds": len(part)}
        for score in ("accuracy", "precision", "recall", "f1", "cost"):
            row[score], row[f"{score} sd"] = part[score].mean(), part[score].std()
        rows.append({**row, "source": part["source"].iloc[0]})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        write_table(table_cv(pd.read_csv(snakemake.input.folds)), *snakemake.output, digits=4)
