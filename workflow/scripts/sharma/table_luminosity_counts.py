"""Luminosity classes I-V of each library, as ingested and as selected (section 2)."""

import pandas as pd

from obafgkm.mk import LUMINOSITY_CLASSES
from obafgkm.report.tables import write_table
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job


def table_luminosity_counts(ingested, selected):
    """Count luminosity classes.

    Parameters
    ----------
    ingested : dict of str to Spectra
    selected : DataFrame
        Labels of the training and test samples.

    Returns
    -------
    DataFrame
        Two rows per library, ``sample`` being 'ingested' or 'selected'.
    """
    rows = []
    for library, spectra in ingested.items():
        for sample, labels in [
            ("ingested", spectra.labels),
            ("selected", selected[selected["library"] == library]),
        ]:
            count = labels["luminosity"].value_counts()
            classes = {name: count.get(number, 0) for number, name in enumerate(LUMINOSITY_CLASSES)}
            rows.append({"library": library, "source": spectra.source, "sample": sample, **classes})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        given = snakemake.input
        ingested = dict(zip(snakemake.params.libraries, map(Spectra.read, given.ingested), strict=True))
        selected = pd.concat([Spectra.read(given.training).labels, Spectra.read(given.test).labels])
        write_table(table_luminosity_counts(ingested, selected), *snakemake.output)
