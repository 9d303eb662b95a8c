"""Table 7: class of every SDSS star from pipeline and networks, as a catalogue and as an excerpt."""

import pandas as pd

from obafgkm.report.catalogues import described_table, write_catalogue
from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job

EXCERPT = 10
COMMENT = "Classes of SDSS spectra by the pipeline and by the networks (Table 7)."
DESCRIPTIONS = {
    "plate": ("plate number", "meta.id;instr.plate"),
    "mjd": ("modified Julian date of the observation", "time.epoch;obs", "d"),
    "fiberid": ("fibre number", "meta.id;instr"),
    "ra": ("right ascension of the fibre, J2000", "pos.eq.ra;meta.main", "deg"),
    "dec": ("declination of the fibre, J2000", "pos.eq.dec;meta.main", "deg"),
    "source": ("origin of the spectrum and of the training spectra", "meta.note"),
    "sdss_class": ("subclass of the SDSS pipeline, without the name of the template", "src.spType"),
    "predicted_class": (
        "spectral class and luminosity class by the convolutional networks",
        "src.spType;meta.main",
    ),
    "probability": ("probability of the predicted spectral class", "stat.probability;src.spType"),
    "luminosity_probability": (
        "probability of the predicted luminosity class",
        "stat.probability;src.class.luminosity",
    ),
}


def table7(classes, luminosity, labels):
    """One row per spectrum, in order of plate, MJD and fibre.

    Parameters
    ----------
    classes, luminosity : DataFrame
        Predictions of the two networks for the same spectra.
    labels : DataFrame
        Labels of the spectra, with the pipeline's class.
    """
    own = luminosity.set_index("file").loc[classes["file"]].reset_index()
    known = labels.set_index("file").loc[classes["file"]].reset_index()
    return pd.DataFrame(
        {
            "plate": known["plate"],
            "mjd": known["mjd"],
            "fiberid": known["fiberid"],
            "ra": known["ra"],
            "dec": known["dec"],
            "source": classes["source"],
            "sdss_class": known["type_text"],
            "predicted_class": classes["predicted_type"] + own["predicted_type"],
            "probability": classes["probability"],
            "luminosity_probability": own["probability"],
        }
    ).sort_values(["plate", "mjd", "fiberid"], ignore_index=True)


if __name__ == "__main__":
    with job(snakemake):
        predictions = [pd.read_csv(path) for path in (snakemake.input.classes, snakemake.input.luminosity)]
        table = table7(*predictions, read_labels(snakemake.input.stars))
        excerpt = table[["plate", "mjd", "fiberid", "sdss_class", "predicted_class"]].head(EXCERPT)
        write_table(excerpt, snakemake.output.csv, snakemake.output.tex)
        table.to_csv(snakemake.output.csv, index=False, float_format="%.6g")
        described = described_table(table, DESCRIPTIONS, COMMENT)
        for form in ("ecsv", "fits", "vot"):
            write_catalogue(described, snakemake.output[form])
