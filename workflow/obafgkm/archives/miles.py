"""MILES v9.1: Sánchez-Blázquez et al. 2006, MNRAS 371, 703; parameters: Cenarro et al. 2007, MNRAS 374, 664.

Files as at the IAC: ``MILES_library_v9.1_FITS.tar.gz``, read without unpacking it (or the folder
``MILES_library_v9.1_FITS``), holds ``sNNNN.fits``, images of shape (1, 4300) with CRVAL1 3540.5 and CDELT1
0.9; ``paramsMILES_v9.1.txt`` is a table in fixed columns with names, types and parameters. Wavelengths are in
air. One line of the table, HD 44691A, has the number '022.' for 0221, which is otherwise missing.
"""

import functools
from pathlib import Path

import numpy as np
import pandas as pd
from astropy.io import fits

from obafgkm.archives import (
    collect,
    complete_labels,
    fits_bytes,
    folder_files,
    open_fits,
    tar_files,
    write_tar,
)
from obafgkm.errors import ArchiveFileError

__all__ = ["FWHM", "REFERENCE", "TITLE", "WAVE", "read", "write"]

# Sharma et al. 2020, Table 1, from Prugniel et al. 2011; Falcón-Barroso et al. 2011 measure 2.50.
TITLE, REFERENCE = "MILES", "Sánchez-Blázquez et al. (2006)"
FWHM = 2.56
WAVE = 3540.5 + 0.9 * np.arange(4300)

_FOLDER = "MILES_library_v9.1_FITS"
_PARAMETERS = "paramsMILES_v9.1.txt"
# First and last character of each column of the table.
_FIELDS = {"name": (0, 18), "number": (23, 28), "type_text": (36, 50), "teff": (50, 58), "logg": (58, 65)}
_FIELDS["feh"] = (65, 74)


def read(directory):
    """Read the library.

    Parameters
    ----------
    directory : path-like
        Holds ``MILES_library_v9.1_FITS.tar.gz`` or its unpacked folder, and ``paramsMILES_v9.1.txt``.

    Returns
    -------
    Spectra
        (n_spec, 4300), in the order of the numbers.
    rejected : DataFrame

    Raises
    ------
    ArchiveFileError
        If the spectra or the table are missing, or the tar archive is truncated.
    """
    directory = Path(directory)
    stars = _read_parameters(directory / _PARAMETERS)

    archive = directory / f"{_FOLDER}.tar.gz"
    if archive.is_file():
        files = tar_files(archive)
    elif (directory / _FOLDER).is_dir():
        files = folder_files(directory / _FOLDER, "s*.fits")
    else:
        raise ArchiveFileError(archive, "missing, and so is its unpacked folder: fetch it again")
    return collect("miles", WAVE, FWHM, sorted(files), functools.partial(_parse, stars))


def _parse(stars, file, content):
    if file not in stars.index:
        raise ArchiveFileError(file, f"not in {_PARAMETERS}")
    with open_fits(file, content) as hdus:
        header, flux = hdus[0].header, np.array(hdus[0].data, float).ravel()
        grid = header["CRVAL1"], header["CDELT1"]
    if flux.size != WAVE.size or not np.allclose(grid, [3540.5, 0.9], atol=1e-3):
        raise ArchiveFileError(file, "not on the library's grid, 3540.5 to 7409.6 Angstrom in steps of 0.9")
    return stars.loc[file].to_dict(), flux


def _read_parameters(path):
    """The table, with the spectra's file names as index."""
    if not path.is_file():
        raise ArchiveFileError(
            path, "missing; the spectra have no names and types without it: fetch it again"
        )
    lines = path.read_text(errors="replace").splitlines()[3:]
    table = pd.DataFrame(
        {field: [line[slice(*columns)].strip() for line in lines] for field, columns in _FIELDS.items()}
    )
    number = table.pop("number").replace("022.", "0221")
    if table.empty or not number.str.fullmatch(r"\d{4}").all() or number.duplicated().any():
        raise ArchiveFileError(path, "not the parameter table of MILES v9.1: fetch it again")
    table.index = "s" + number + ".fits"
    numeric = ["teff", "logg", "feh"]
    table[numeric] = table[numeric].apply(pd.to_numeric, errors="coerce")
    return table


def write(directory, spectra):
    """Write spectra on the grid `WAVE` in the library's format.

    Label columns file (``sNNNN.fits``), name, type_text, teff, logg, feh. The format has no mask, so masked
    pixels are written unchanged.

    Raises
    ------
    ValueError
        If a name or a type is too long for its column in the table.
    """
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    labels = complete_labels(spectra.labels)
    lines = [
        "Name                  MILES   CaT   SpT            Teff   log g   [Fe/H]  Refs   Libraries",
        "                      s????   ",
        " - " * 30,
    ]
    lines += [_parameter_line(row) for row in labels.itertuples()]
    (directory / _PARAMETERS).write_text("\n".join(lines) + "\n")
    header = fits.Header([("CRPIX1", 1), ("CRVAL1", 3540.5), ("CDELT1", 0.9)])
    write_tar(
        directory / f"{_FOLDER}.tar.gz",
        (
            (f"{_FOLDER}/{file}", fits_bytes(fits.PrimaryHDU(flux[np.newaxis].astype(np.float32), header)))
            for file, flux in zip(labels["file"], spectra.flux, strict=True)
        ),
    )


def _parameter_line(row):
    if len(row.name) > 18 or len(row.type_text) > 14:
        raise ValueError(f"name {row.name!r} or type {row.type_text!r} is too long for {_PARAMETERS}")
    number = Path(row.file).stem.removeprefix("s")
    teff, logg, feh = (
        "--" if np.isnan(value) else format(value, spec)
        for value, spec in [(row.teff, ".0f"), (row.logg, ".2f"), (row.feh, ".2f")]
    )
    return f"{row.name:<23}{number:<13}{row.type_text:<14}{teff:>6}{logg:>7}{feh:>9}"
