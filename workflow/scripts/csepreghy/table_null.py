"""Table of what the network that trained without the NULL galaxies calls them."""

import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def count_names(nameless, known):
    """One row per subclass, and All.

    Parameters
    ----------
    nameless, known : DataFrame
        What the network says of galaxies without a subclass, and of those with one, which trained, validated
        and tested it. Columns ``predicted, probability, source``; of `known` also ``expected``.

    Returns
    -------
    DataFrame
        ``called``; ``galaxies`` without a subclass that are called so and their ``share``;
        ``share_of_known``, that of this subclass among the others; ``median_probability`` that the network
        gives its answer; ``source``.
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
