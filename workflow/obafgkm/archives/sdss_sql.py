"""SDSS's catalogue service, SkyServer: the samples as SQL, and its answers in CSV.

An answer begins with a line ``#Table1``, then the columns' names, then one row a spectrum. Identifiers have
up to 20 digits, more than a float or a signed integer holds: they stay text.
"""

import io

import numpy as np
import pandas as pd

from obafgkm.archives.sdss_labels import BANDS, subclass_name
from obafgkm.errors import ArchiveFileError

__all__ = ["answer_of_labels", "catalogue_labels", "read_answer", "write_answer"]

_TEXT = ("specObjID", "objid", "run2d", "class", "subClass")
# Columns of a catalogue, and the labels that they become.
_NAMES = {
    "specObjID": "specobjid",
    "objid": "objid",
    "plate": "plate",
    "mjd": "mjd",
    "fiberID": "fiberid",
    "run2d": "run2d",
    "ra": "ra",
    "dec": "dec",
    "z": "z",
    "zErr": "zerr",
    "zWarning": "zwarning",
    "class": "class",
    "subClass": "subclass_text",
    "snMedian": "snr",
    **{f"petroMag_{band}": f"petromag_{band}" for band in BANDS},
    **{f"petroMagErr_{band}": f"petromagerr_{band}" for band in BANDS},
}


def read_answer(file, content):
    """Read an answer of the service.

    Parameters
    ----------
    file : str
        What the answer is called, for messages.
    content : bytes

    Returns
    -------
    DataFrame
        Columns as asked for; identifiers, classes and reductions are text, the rest numbers.

    Raises
    ------
    ArchiveFileError
        If it is no table: an HTML page, an error of the database, or nothing.
    """
    text = content.decode("utf-8", "replace").strip()
    first, _, rest = text.partition("\n")
    if (
        first.lstrip().lower().startswith(("<!doctype", "<html", "<?xml"))
        or "error_message" in text[:2000].lower()
    ):
        raise ArchiveFileError(file, f"the service answered with an error: {' '.join(text.split())[:200]!r}")
    if not first.startswith("#Table"):
        raise ArchiveFileError(file, f"no answer of the service: it begins {first[:60]!r}, not '#Table1'")
    try:
        table = pd.read_csv(
            io.StringIO(rest), dtype=dict.fromkeys(_TEXT, str), keep_default_na=False, na_values={}
        )
    except ValueError as error:
        raise ArchiveFileError(file, f"no table: {error}") from error
    for column in _TEXT:
        if column in table:
            table[column] = table[column].str.strip()
    return table


def write_answer(path, table):
    """Write a catalogue as the service would answer it."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("#Table1\n")
        table.to_csv(file, index=False)


def answer_of_labels(labels):
    """The catalogue rows of spectra with `obafgkm.archives.sdss_labels.COLUMNS`."""
    return labels[list(_NAMES.values())].set_axis(list(_NAMES), axis=1)


def catalogue_labels(catalogue):
    """Labels, some of `obafgkm.archives.sdss_labels.COLUMNS`, of the rows of a catalogue.

    Magnitudes of -9999, which stand for none, become NaN.
    """
    known = {column: label for column, label in _NAMES.items() if column in catalogue}
    labels = catalogue[list(known)].rename(columns=known)
    for column in labels:
        if column.startswith("petromag"):
            labels[column] = labels[column].where(labels[column] > 0, np.nan)
    labels["subclass"] = list(map(subclass_name, labels["class"], labels["subclass_text"]))
    return labels
