"""What several checks of a run's results share."""

from pathlib import Path

import pandas as pd

CAPTIONS = Path(__file__).resolve().parents[2] / "workflow" / "report"
LIBRARIES = ["jhc", "elodie", "miles", "cflib"]


def read_table(run, name):
    """A table of the results by its name; classes that are called NULL or None are text."""
    return pd.read_csv(run / "results" / f"{name}.csv", keep_default_na=False, na_values=[""])


def exhibits(kind):
    """Names of all figures (``fig``) or tables (``table``): those that have a caption."""
    return [f"{path.parent.name}/{path.stem}" for path in sorted(CAPTIONS.glob(f"*/{kind}*.rst"))]
