"""Gather the parts of a search into one table."""

import pandas as pd

from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        parts = [pd.read_csv(path) for path in snakemake.input.parts]
        trials = pd.concat([part for part in parts if len(part)])  # more parts than trials leave some empty
        trials.sort_values("trial").to_csv(snakemake.output.trials, index=False)
