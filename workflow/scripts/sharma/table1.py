"""Table 1: the four libraries, and the numbers of spectra left after each step."""

import pandas as pd

from obafgkm.archives.libraries import LIBRARIES
from obafgkm.report.tables import write_table
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

ORDER = ["jhc", "elodie", "cflib", "miles"]
METAL_POOR = -2.0  # [Fe/H] below which the paper's training sample is sparse (section 5.1)


def table1(ingested, unreadable, unhomogenised, training, test, left_out):
    """One row per library.

    Parameters
    ----------
    ingested : dict of str to Spectra
    unreadable, unhomogenised : DataFrame
        Rejections of all libraries on ingestion and on homogenising, with a column ``library``.
    training, test : Spectra
    left_out : DataFrame
        Spectra that belong to neither sample, with their reason.

    Returns
    -------
    DataFrame
        Stars with [Fe/H] < -2 are counted if their library gives metallicities; JHC gives none.
    """
    chosen = pd.concat([training.labels, test.labels])
    selected = chosen["library"].value_counts()
    rows = []
    for library in ORDER:
        spectra, members = ingested[library], chosen[chosen["library"] == library]
        reasons = left_out.loc[left_out["library"] == library, "reason"]
        n_unreadable = (unreadable["library"] == library).sum()
        n_rejected = n_unreadable + (unhomogenised["library"] == library).sum()
        in_cflib = reasons.str.contains("CFLIB").sum()
        rows.append(
            {
                "library": LIBRARIES[library].TITLE,
                "source": spectra.source,
                "files": len(spectra) + n_unreadable,
                "rejected": n_rejected,
                "no luminosity class": len(reasons) - in_cflib,
                "star in CFLIB": in_cflib,
                "selected": selected.get(library, 0),
                "selected stars": members["star"].nunique(),
                "stars with [Fe/H] < -2": members.loc[members["feh"] < METAL_POOR, "star"].nunique(),
                "first wavelength (Å)": round(float(spectra.wave[0])),
                "last wavelength (Å)": round(float(spectra.wave[-1])),
                "FWHM (Å)": spectra.fwhm,
                "reference": LIBRARIES[library].REFERENCE,
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        given = snakemake.input
        libraries = snakemake.params.libraries
        table = table1(
            dict(zip(libraries, map(Spectra.read, given.ingested), strict=True)),
            pd.concat(map(pd.read_csv, given.unreadable)),
            pd.concat(map(pd.read_csv, given.unhomogenised)),
            Spectra.read(given.training),
            Spectra.read(given.test),
            pd.read_csv(given.left_out),
        )
        write_table(table, *snakemake.output)
