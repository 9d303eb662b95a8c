"""Table of the classes assigned to the NULL galaxies by the network trained without them."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def count_names(nameless, known):
    """One row per subclass, and All.

    Parameters
    ----------
    nameless, known : DataFrame
        Predictions of the network for galaxies without a subclass, and for those with one, used to train,
        validate and test it. Columns ``predicted, probability, source``; in `known` also ``expected``.

    Returns
    -------
    DataFrame
        ``called``; ``galaxies`` without a subclass classified as such, and their ``share``;
        ``share_of_known``, that of this subclass among the others; ``median_probability`` of the predicted
        class; ``source``.
    """
    rows = []
    for name in [*sorted(set(known["expected"])), "All"]:
        called = nameless if name == "All" else nameless[nameless["predicted"] == name]
        rows.append(
            {
                "called": name,
                "galaxies": len(called),
                "share": len(called) / max(len(nameless), 1),
                "share_of_known": 1.0 if name == "All" else (known["expected"] == name).mean(),
                "median_probability": called["probability"].median(),
            }
        )
    return pd.DataFrame(rows).assign(source=known["source"].iloc[0])


if __name__ == "__main__":
    with job(snakemake):
        nameless, known = (pd.read_csv(path, keep_default_na=False) for path in snakemake.input)
        write_table(count_names(nameless, known), *snakemake.output, digits=3)
