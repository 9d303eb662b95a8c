"""Table 3: every model on the test sample, each number with its bootstrap interval by star."""

import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.evaluation.metrics import class_metrics
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def table3(predictions, names, settings, seed):
    """One row per model.

    Parameters
    ----------
    predictions : sequence of DataFrame
        Predictions by model.
    names : sequence of str
        The models' names.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Seed of the bootstrap, the same for every model.
    """
    rows = []
    for name, table in zip(names, predictions, strict=True):
        numbers = with_intervals(
            lambda *sample: class_metrics(*sample, settings["clip"]),
            table["star"],
            table["expected"],
            table["predicted"],
            samples=settings["bootstrap"],
            confidence=settings["confidence"],
            seed=seed,
        )
        rows.append({"model": name, "source": table["source"][0], "spectra": len(table), **numbers})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        tables = [pd.read_csv(path) for path in snakemake.input]
        table = table3(tables, params.names, params.settings, params.seed)
        write_table(table, *snakemake.output)
