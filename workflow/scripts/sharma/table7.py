"""Table 7: class of every SDSS star by the pipeline and by the networks, as a catalogue and as an excerpt."""

import pandas as pd
from astropy.table import Table

from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job

EXCERPT = 10
DESCRIPTIONS = {
    "plate": "plate number",
    "mjd": "modified Julian date of the observation",
    "fiberid": "fibre number",
    "source": "origin of the spectrum and of what the networks were trained on",
    "sdss_class": "subclass of the SDSS pipeline, without the template's name",
    "predicted_class": "spectral class and luminosity class of the convolutional networks",
    "probability": "probability of the predicted spectral class",
    "luminosity_probability": "probability of the predicted luminosity class",
}


def table7(classes, luminosity, labels):
    """One row a spectrum, in order of plate, MJD and fibre.

    Parameters
    ----------
    classes, luminosity : DataFrame
        Predictions of the two networks for the same spectra.
    labels : DataFrame
        Of the spectra, with the pipeline's class.
    """
    own = luminosity.set_index("file").loc[classes["file"]].reset_index()
    known = labels.set_index("file").loc[classes["file"]].reset_index()
    return pd.DataFrame(
        {
            "plate": known["plate"],
            "mjd": known["mjd"],
            "fiberid": known["fiberid"],
            "source": classes["source"],
            "sdss_class": known["type_text"],
            "predicted_class": classes["predicted_type"] + own["predicted_type"],
            "probability": classes["probability"],
            "luminosity_probability": own["probability"],
        }
    ).sort_values(["plate", "mjd", "fiberid"], ignore_index=True)


def released(table):
    """The table with a description of every column, which FITS and ECSV keep."""
    catalogue = Table.from_pandas(table)
    for name, description in DESCRIPTIONS.items():
        catalogue[name].info.description = description
    catalogue.meta["comments"] = ["Classes of SDSS spectra by the pipeline and by the networks (Table 7)."]
    return catalogue


if __name__ == "__main__":
    with job(snakemake):
        predictions = [pd.read_csv(path) for path in (snakemake.input.classes, snakemake.input.luminosity)]
        table = table7(*predictions, read_labels(snakemake.input.stars))
        excerpt = table[["plate", "mjd", "fiberid", "sdss_class", "predicted_class"]].head(EXCERPT)
        write_table(excerpt, snakemake.output.csv, snakemake.output.tex)
        table.to_csv(snakemake.output.csv, index=False, float_format="%.6g")
        catalogue = released(table)
        catalogue.write(snakemake.output.ecsv, format="ascii.ecsv", overwrite=True)
        catalogue.write(snakemake.output.fits, overwrite=True)
