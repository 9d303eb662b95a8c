"""Agreement of the libraries' types with a second type of the same star, and with SIMBAD's (section 2)."""

import numpy as np
import pandas as pd

from obafgkm.archives.libraries import LIBRARIES
from obafgkm.errors import SpectralTypeError
from obafgkm.ingest.libraries import FROM_SIMBAD
from obafgkm.mk import parse
from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job

CONFLICT = 5  # subclasses: the paper inspects spectra whose class "conflicts", without saying by how much
SIMBAD, SECOND = "SIMBAD", "second type of the catalogue"


def table_types(labels):
    """One row per library and second type, and one for all libraries against SIMBAD.

    Parameters
    ----------
    labels : dict of str to DataFrame
        Labels of each library's ingested spectra; with ``simbad_type_text`` if SIMBAD was queried.

    Returns
    -------
    DataFrame
        Number of stars with both types, of those that differ in subclass, and by more than five; mean
        absolute difference in subclasses.
    """
    rows, differences = [], []
    for library, table in labels.items():
        stars = table.drop_duplicates("name")
        for against, own, other in _opinions(library, stars):
            difference = _difference(stars[own], stars[other])
            rows.append(_row(LIBRARIES[library].TITLE, stars["source"], against, difference))
            differences += [difference] * (against == SIMBAD)
    if differences:
        sources = pd.concat([table["source"] for table in labels.values()])
        rows.append(_row("all", sources, SIMBAD, np.concatenate(differences)))
    return pd.DataFrame(rows)


def _opinions(library, labels):
    """The comparisons, with the columns of both types."""
    asked = "simbad_type_text" in labels
    own = "type_text"
    if asked and library == FROM_SIMBAD:
        own = "catalogue_type_text"  # from the library's own table
    if asked:
        yield SIMBAD, own, "simbad_type_text"
    if own == "type_text" and (labels["catalogue_type_text"] != "").any():
        yield SECOND, own, "catalogue_type_text"


def _difference(own, other):
    """Second minus own class number, NaN if either is unreadable."""
    return _numbers(other) - _numbers(own)


def _numbers(texts):
    numbers = []
    for text in texts:
        try:
            mk_type = parse(text)
            numbers.append(10 * "OBAFGKM".index(mk_type.main) + mk_type.subclass)
        except SpectralTypeError:
            numbers.append(np.nan)
    return np.array(numbers, float)


def _row(library, sources, against, difference):
    difference = np.abs(difference[np.isfinite(difference)])
    return {
        "library": library,
        "source": ", ".join(sorted(set(sources))),
        "against": against,
        "stars": difference.size,
        "differ": int((difference > 0).sum()),
        "conflict": int((difference > CONFLICT).sum()),
        "share in conflict": (difference > CONFLICT).mean() if difference.size else np.nan,
        "mean absolute difference": difference.mean() if difference.size else np.nan,
    }


if __name__ == "__main__":
    with job(snakemake):
        tables = dict(zip(snakemake.params.libraries, map(read_labels, snakemake.input), strict=True))
        write_table(table_types(tables), *snakemake.output)
