"""Table 3: every model on the test sample, each number with its bootstrap interval by star."""

import pandas as pd

from obafgkm.evaluate import bootstrap_interval, class_metrics
from obafgkm.job import job
from obafgkm.tables import write_table


def table3(predictions, names, settings, seed):
    """One row a model.

    Parameters
    ----------
    predictions : sequence of DataFrame
        Predictions a model.
    names : sequence of str
        The models' names.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Seed of the bootstrap, the same for every model.
    """
    rows = []
    for name, table in zip(names, predictions, strict=True):
        expected, predicted = table["expected"].to_numpy(), table["predicted"].to_numpy()
        metrics = class_metrics(expected, predicted, settings["clip"])
        intervals = bootstrap_interval(
            lambda *sample: class_metrics(*sample, settings["clip"]),
            table["star"],
            expected,
            predicted,
            samples=settings["bootstrap"],
            confidence=settings["confidence"],
            seed=seed,
        )
        row = {"model": name, "source": table["source"][0], "spectra": len(table)}
        for metric, value in metrics.items():
            row[metric] = value
            row[f"{metric}_low"], row[f"{metric}_high"] = intervals[metric]
        rows.append(row)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        tables = [pd.read_csv(path) for path in snakemake.input]
        table = table3(tables, params.names, params.settings, params.seed)
        write_table(table, *snakemake.output)
