"""JHC: the library of stellar spectra of Jacoby, Hunter & Christian 1984, ApJS 56, 257.

Files as at STScI: ``jc_N.fits`` (N = 1 ... 161, not zero-padded), a binary table with the columns WAVELENGTH
(Angstrom, air) and FLUX, and ``jhc_index.csv`` with names and types. The fluxes are dereddened; the types
were assigned by eye, all with a luminosity class. No pixel is masked.
"""

import functools
from pathlib import Path

import numpy as np
import pandas as pd
from astropy.io import fits

from obafgkm.archives import collect, complete_labels, fits_bytes, folder_files, open_fits, read_table
from obafgkm.errors import ArchiveFileError

__all__ = ["EXCLUDED", "FWHM", "REFERENCE", "TITLE", "WAVE", "read", "write"]

TITLE, REFERENCE = "JHC Atlas", "Jacoby et al. (1984)"
FWHM = 4.5
WAVE = 3510.0 + 1.4 * np.arange(2799)
# Not used by Sharma et al. 2020, section 2.1, who keep the other 158.
EXCLUDED = {
    "jc_153.fits": "metal-poor star",
    "jc_154.fits": "metal-poor star",
    "jc_155.fits": "multiple star with emission lines",
}

_INDEX = "jhc_index.csv"
_COLUMNS = ["number", "file", "name", "spectral_type", "luminosity_class"]


def read(directory):
    """Read the library.

    Parameters
    ----------
    directory : path-like
        Holds ``jhc_index.csv`` and ``jc_N.fits``.

    Returns
    -------
    Spectra
        (n_spec, 2799), in the order of N.
    rejected : DataFrame

    Raises
    ------
    ArchiveFileError
        If the index is missing or not such a table.
    """
    index = read_table(Path(directory) / _INDEX, _COLUMNS).drop_duplicates().set_index("file")
    if (twice := index.index[index.index.duplicated()]).size:
        raise ArchiveFileError(Path(directory) / _INDEX, f"lists {twice[0]} more than once: fetch it again")
    files = sorted(folder_files(directory, "jc_*.fits"), key=lambda item: (len(item[0]), item[0]))
    return collect("jhc", WAVE, FWHM, files, functools.partial(_parse, index))


def _parse(index, file, content):
    if file not in index.index:
        raise ArchiveFileError(file, f"not in {_INDEX}")
    with open_fits(file, content) as hdus:
        wave, flux = hdus[1].data["WAVELENGTH"], hdus[1].data["FLUX"]
        if wave.shape != WAVE.shape or not np.allclose(wave, WAVE, atol=0.1):
            raise ArchiveFileError(file, "not on the library's grid, 3510 to 7427 Angstrom in steps of 1.4")
    star = index.loc[file]
    type_text = star["spectral_type"] + star["luminosity_class"]
    return {"name": star["name"], "type_text": type_text}, np.array(flux)


def write(directory, spectra):
    """Write spectra on the grid `WAVE` in the library's format; label columns file, name and type_text."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    labels = complete_labels(spectra.labels)
    types = labels["type_text"].str.extract(r"^(?P<spectral_type>.*?)(?P<luminosity_class>I{1,3}|IV|V|)$")
    number = labels["file"].str.extract(r"(\d+)", expand=False)
    index = pd.concat([labels[["file", "name"]], types], axis=1).assign(number=number)
    index[_COLUMNS].to_csv(directory / _INDEX, index=False)
    for row, flux in zip(labels.itertuples(), spectra.flux, strict=True):
        table = fits.BinTableHDU.from_columns(
            [
                fits.Column("WAVELENGTH", "D", "ANGSTROMS", array=WAVE),
                fits.Column("FLUX", "D", "FLAM", array=flux),
            ]
        )
        primary = fits.PrimaryHDU(header=fits.Header([("TARGETID", row.name)]))
        (directory / row.file).write_bytes(fits_bytes(primary, table))
