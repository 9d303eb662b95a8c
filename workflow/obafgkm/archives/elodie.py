"""ELODIE 3.1, the low-resolution version (R = 10,000): Prugniel et al. 2007, astro-ph/0703658; CDS III/251.

Files ``ll/NNNNN.fits``, named after a running number: the primary image is the flux, with CRVAL1 and CDELT1
(some versions CD1_1), 3900 to 6800 Angstrom in steps of 0.2 in air, at rest; extensions hold noise and flux
calibration. Masked pixels, of which there are many, are NaN. Keywords OBJECT, SPTYPE, TEFF, LOGG, [Fe/H].
``elodiev2.csv``, which is optional, gives SIMBAD's types for most of the stars. In the library's previous
version, which begins at 4000 Angstrom, the pixels below are masked.
"""

import functools
from pathlib import Path

import numpy as np
import pandas as pd
from astropy.io import fits

from obafgkm.archives import collect, complete_labels, fits_bytes, folder_files, open_fits, read_table
from obafgkm.archives.names import star_key
from obafgkm.errors import ArchiveFileError

__all__ = ["FWHM", "REFERENCE", "TITLE", "WAVE", "read", "read_simbad_types", "write"]

TITLE, REFERENCE = "ELODIE 3.1", "Prugniel et al. (2007)"
FWHM = 0.57
WAVE = np.round(3900.0 + 0.2 * np.arange(14501), 1)

_STEP = 0.2
_TABLE = "elodiev2.csv"
_COLUMNS = ["name", "teff", "logg", "feh", "sp_type"]


def read(directory):
    """Read the library.

    Parameters
    ----------
    directory : path-like
        Holds the folder ``ll`` and optionally ``elodiev2.csv``. A directory without spectra gives none.

    Returns
    -------
    Spectra
        (n_spec, 14501), in the order of the running numbers; label ``type_text`` is the header's type if
        there is one and SIMBAD's otherwise, ``catalogue_type_text`` is SIMBAD's if it is a second type.
    rejected : DataFrame
    """
    simbad = read_simbad_types(directory).drop_duplicates("star").set_index("star")["sp_type"]
    files = folder_files(Path(directory) / "ll", "[0-9]*.fits")
    return collect("elodie", WAVE, FWHM, files, functools.partial(_parse, simbad))


def _parse(simbad, file, content):
    with open_fits(file, content) as hdus:
        header, flux = hdus[0].header, np.array(hdus[0].data, float)
        step = header.get("CDELT1", header.get("CD1_1"))
        first = header["CRVAL1"] + (1 - header.get("CRPIX1", 1)) * step
    name, simbad_type = header["OBJECT"].strip(), simbad.get(star_key(header["OBJECT"]), "")
    own_type = header.get("SPTYPE", "").strip()
    labels = {
        "name": name,
        "type_text": own_type or simbad_type,
        "catalogue_type_text": simbad_type if own_type else "",
        "teff": header.get("TEFF", np.nan),
        "logg": header.get("LOGG", np.nan),
        "feh": header.get("[Fe/H]", np.nan),
    }
    return labels, _on_grid(file, first, step, flux)


def read_simbad_types(directory):
    """The table of SIMBAD's types, with a column ``star``; no rows if there is no table.

    Returns
    -------
    DataFrame
        Text columns name, teff, logg, feh, sp_type, star; one row per spectrum.
    """
    path = Path(directory) / _TABLE
    table = read_table(path, _COLUMNS) if path.is_file() else pd.DataFrame(columns=_COLUMNS, dtype=str)
    return table.assign(star=[star_key(name) for name in table["name"]])


def _on_grid(file, first, step, flux):
    """Flux (14501,) of an image that covers all or part of `WAVE`, NaN elsewhere."""
    start = (first - WAVE[0]) / _STEP
    shift = round(start)
    if flux.ndim != 1 or abs(step - _STEP) > 1e-6 or abs(start - shift) > 0.01:
        raise ArchiveFileError(file, "not on the library's grid, 3900 to 6800 Angstrom in steps of 0.2")
    result = np.full(WAVE.size, np.nan)
    inside = slice(max(shift, 0), max(shift + flux.size, 0))
    result[inside] = flux[max(-shift, 0) :][: result[inside].size]
    return result


def write(directory, spectra):
    """Write spectra on the grid `WAVE` in the library's format.

    Label columns file (``NNNNN.fits``), name, type_text, catalogue_type_text (into ``elodiev2.csv``), teff,
    logg, feh. Masked pixels become NaN.
    """
    directory = Path(directory)
    (directory / "ll").mkdir(parents=True, exist_ok=True)
    labels = complete_labels(spectra.labels)
    table = labels.assign(sp_type=labels["catalogue_type_text"])
    table[_COLUMNS].to_csv(directory / _TABLE, index=False)
    for row, flux, ivar in zip(labels.itertuples(), spectra.flux, spectra.ivar, strict=True):
        good = ivar > 0
        header = fits.Header([("CTYPE1", "WAVE-WAV"), ("CRPIX1", 1), ("CRVAL1", WAVE[0]), ("CDELT1", _STEP)])
        header.update({"OBJECT": row.name, "SPTYPE": row.type_text, "BUNIT": "erg/cm^2/s/0.1nm"})
        parameters = {"TEFF": row.teff, "LOGG": row.logg, "HIERARCH [Fe/H]": row.feh}
        header.update({key: value for key, value in parameters.items() if not np.isnan(value)})
        image = fits.PrimaryHDU(np.where(good, flux, np.nan).astype(np.float32), header)
        noise = np.divide(1.0, np.sqrt(ivar), out=np.full_like(ivar, np.nan), where=good)
        (directory / "ll" / row.file).write_bytes(fits_bytes(image, fits.ImageHDU(noise, name="NOISE")))
