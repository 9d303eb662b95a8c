"""Tables 4 and 5, the trials of the search, and Table 6, accuracy against size and smoothing."""

import pandas as pd

from obafgkm.evaluation.trivial import PREFIX
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def trial_table(trials):
    """The trials in columns, as in the thesis, with the best one marked in its name.

    Parameters
    ----------
    trials : DataFrame
        One row per trial; column ``best`` marks the highest validation accuracy.

    Returns
    -------
    DataFrame
        One row per hyper-parameter: its name, one column per trial, ``source``.
    """
    names = [
        f"Trial {row.trial}{' (best)' if row.best else ''}" for row in trials[["trial", "best"]].itertuples()
    ]
    columns = trials.drop(columns=["trial", "best", "source"])
    table = columns.set_axis(names).T.dropna(how="all")
    return table.rename_axis("hyper-parameter").reset_index().assign(source=trials["source"].iloc[0])


if __name__ == "__main__":
    with job(snakemake):
        output = snakemake.output
        trials = pd.read_csv(snakemake.input.search)
        trials = trials.drop(columns=[name for name in trials if name.startswith(PREFIX)])
        trials["best"] = trials.index == trials["validation_accuracy"].idxmax()
        half = -(-len(trials) // 2)
        write_table(trial_table(trials[:half]), output.table4, output.table4_tex, digits=4)
        # If there is only one trial, both show it.
        second = trials[half:] if len(trials) > half else trials
        write_table(trial_table(second), output.table5, output.table5_tex, digits=4)
        sizes = pd.read_csv(snakemake.input.sizes)
        columns = ["smoothing", "size", "validation_accuracy", "test_spectra", "test_accuracy", "source"]
        write_table(sizes[columns], output.table6, output.table6_tex, digits=3)
