"""Stated results of section 4.1: search spaces, and the hyper-parameters of the best trial."""

import math

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def table_search(trials, names, search):
    """One row per model, and two for the network: with original and with centred flux.

    Parameters
    ----------
    trials : sequence of DataFrame
        Trials by model.
    names : dict of str to str
        Names of the models.
    search : dict
        The section `sharma.search` of the configuration.
    """
    rows = []
    for (model, name), table in zip(names.items(), trials, strict=True):
        space = search[model]["space"]
        ways = table.groupby("centred") if "centred" in table else [(False, table)]
        for centred, group in ways:
            best = group.loc[group["accuracy"].idxmax()]
            rows.append(
                {
                    "model": f"{name}, flux centred" if centred else name,
                    "source": best["source"],
                    "space": math.prod(map(len, space.values())),
                    "trials": len(group),
                    "folds": best["folds"],
                    "best": ", ".join(f"{axis} {best[axis]}" for axis in space),
                    "accuracy": best["accuracy"],
                    "sigma": best["sigma"],
                    "live_units": best.get("live_units", math.nan),
                }
            )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        trials = [pd.read_csv(path) for path in snakemake.input]
        write_table(table_search(trials, snakemake.params.names, snakemake.params.search), *snakemake.output)
