"""Assign every spectrum to its star, across libraries."""

from pathlib import Path

import pandas as pd

from obafgkm.archives import cflib
from obafgkm.archives.names import identify
from obafgkm.download.damage import check_dataset
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job


def identify_stars(labels, cflib_names, ask_simbad):
    """Resolve the names of all libraries.

    Parameters
    ----------
    labels : dict of str to DataFrame
        Labels by library.
    cflib_names : list of str
        Every star of CFLIB, whether or not its spectrum is available: none may be used for training.
    ask_simbad : bool
        Add the names that SIMBAD knows.

    Returns
    -------
    dict of str to DataFrame
        Columns ``library, file, name, star``; stars without a spectrum have no file.
    """
    columns = ["library", "file", "name", "aliases"]
    names = {library: table[columns] for library, table in labels.items()}
    absent = pd.DataFrame({"library": "cflib", "file": "", "name": cflib_names, "aliases": ""})
    names["cflib"] = pd.concat([names["cflib"], absent], ignore_index=True)
    if ask_simbad:
        from obafgkm.archives.simbad import cross_identify

        every_name = pd.concat(names.values())["name"].unique().tolist()
        known = cross_identify(every_name).set_index("name")["aliases"]
        for table in names.values():
            table["aliases"] = table["aliases"] + ";" + table["name"].map(known).fillna("")
    return {library: table.drop(columns="aliases") for library, table in identify(names).items()}


if __name__ == "__main__":
    with job(snakemake):
        libraries, cflib_directory = snakemake.params.libraries, Path(snakemake.input.cflib).parent
        check_dataset(cflib_directory)
        stars = identify_stars(
            dict(zip(libraries, map(read_labels, snakemake.input.spectra), strict=True)),
            cflib.star_names(cflib_directory),
            snakemake.params.simbad,
        )
        pd.concat(stars.values()).to_csv(snakemake.output.stars, index=False)
