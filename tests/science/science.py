"""What several checks of a run's results share."""

import os
from pathlib import Path

import pandas as pd


def read_table(run, name):
    """A table of the results by its name; classes that are called NULL or None are text."""
    return pd.read_csv(run / "results" / f"{name}.csv", keep_default_na=False, na_values=[""])


def exhibits(kind):
    """Names of all figures (``fig``) or tables (``table``) of the run, as ``<document>/<exhibit>``."""
    listed = read_table(Path(os.environ["OBAFGKM_RUN"]), "exhibits")
    chosen = listed[listed["exhibit"].str.startswith(kind)]
    return (chosen["document"] + "/" + chosen["exhibit"]).tolist()
