"""Stars shared between libraries: their numbers, and a list with the name in each library."""

import pandas as pd

from obafgkm.archives.names import overlap
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def shared_stars(stars):
    """Stars in several libraries with their name in each, as counted in the overlap matrix.

    Parameters
    ----------
    stars : DataFrame
        Columns ``library, name, star``.

    Returns
    -------
    DataFrame
        One row per star: ``star``, and one column per library, '' if it lacks the star.
    """
    named = stars[stars["star"] != ""].drop_duplicates(["library", "star"])
    names = named.pivot(index="star", columns="library", values="name").fillna("")
    return names[(names != "").sum(axis=1) > 1].reset_index()


if __name__ == "__main__":
    with job(snakemake):
        output = snakemake.output
        stars = pd.read_csv(snakemake.input.stars, dtype=str, keep_default_na=False)
        shared_stars(stars).to_csv(output.shared, index=False)
        matrix = overlap(
            {library: stars[stars["library"] == library] for library in snakemake.params.libraries}
        ).reset_index(names="stars shared")
        write_table(matrix.assign(source=snakemake.params.source), output.csv, output.tex)
