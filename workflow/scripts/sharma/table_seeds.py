"""Numbers of Table 3 over trainings with several seeds: mean and standard deviation, not the best."""

import pandas as pd

from obafgkm.evaluation.metrics import class_metrics
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

METRICS = ["main_class_accuracy", "sigma", "mad_sigma", "clipped_sigma", "bias"]


def table_seeds(predictions, names, clip):
    """One row per model.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``model, repeat, source, expected, predicted``.
    names : dict of str to str
        The models' names.
    clip : float
        Clipping threshold in standard deviations.

    Returns
    -------
    DataFrame
        ``model, source, seeds``, and for each number its mean and (``_sd``) standard deviation, missing if
        there is only one seed.
    """
    rows = []
    for model, name in names.items():
        own = predictions[predictions["model"] == model]
        numbers = pd.DataFrame(
            class_metrics(table["expected"], table["predicted"], clip) for _, table in own.groupby("repeat")
        )
        row = {"model": name, "source": own["source"].iloc[0], "seeds": len(numbers)}
        for metric in METRICS:
            row |= {metric: numbers[metric].mean(), f"{metric}_sd": numbers[metric].std()}
        rows.append(row)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        given, names = snakemake.input, snakemake.params.names
        first = [
            pd.read_csv(path).assign(model=model, repeat=0)
            for model, path in zip(names, given.first, strict=True)
        ]
        others = [pd.read_csv(path).query("test == 'clean'") for path in given.others]
        table = table_seeds(pd.concat([*first, *others]), names, snakemake.params.clip)
        write_table(table, snakemake.output.csv, snakemake.output.tex)
