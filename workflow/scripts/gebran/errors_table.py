"""Tables 3 and 5: errors of networks and baselines on every set of every database."""

import pandas as pd

from obafgkm.documents.gebran.databases import PARAMETERS, SETS
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def errors_table(errors, stars):
    """σ of each stellar parameter with its interval, a row a database, model and set.

    Parameters
    ----------
    errors : DataFrame
        Rows of `gebran_train`.
    stars : list of str
        Databases shown.
    """
    rows = errors[errors["choice"] == "validation"].copy()
    rows[["base", "kind"]] = rows["database"].str.split("_", expand=True)
    rows = rows[rows["base"].isin(stars)]
    table = []
    for (base, kind, model, name), group in rows.groupby(["base", "kind", "model", "set"]):
        row = {"database": base, "augmentation": kind == "augmented", "model": model, "set": name}
        row["spectra"] = int(group["n"].iloc[0])
        for parameter in PARAMETERS:
            values = group[group["parameter"] == parameter].iloc[0]
            for end in ("", "_low", "_high"):
                row[f"sigma_{parameter}{end}"] = values[f"sigma{end}"]
        table.append({**row, "source": group["source"].iloc[0]})
    table = pd.DataFrame(table)
    order = {"network": 0, "ridge": 1, "nearest": 2}, {name: i for i, name in enumerate(SETS)}
    key = table["model"].map(order[0]) * 10 + table["set"].map(order[1])
    table = table.assign(key=key).sort_values(["database", "augmentation", "key"]).drop(columns="key")
    return table.assign(set=table["set"].map(SETS))


if __name__ == "__main__":
    with job(snakemake):
        errors = pd.read_csv(snakemake.input.errors)
        write_table(errors_table(errors, snakemake.params.databases), *snakemake.output)
