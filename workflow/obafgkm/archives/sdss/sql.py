"""SDSS's catalogue service, SkyServer: the samples as SQL, and its answers in CSV.

The service returns up to 500,000 rows per query and silently drops the rest. A query is therefore split into
ranges of plates, whose numbers of rows are requested first (`obafgkm.download.skyserver`).

An answer begins with a line ``#Table1``, then the columns' names, then one row per spectrum. Identifiers have
up to 20 digits, too many for a float or a signed integer: they stay text.
"""

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obafgkm.archives.sdss.labels import BANDS, subclass_name
from obafgkm.errors import ArchiveFileError

__all__ = ["SAMPLES", "Query", "answer_of_labels", "catalogue_labels", "read_answer", "write_answer"]

_TEXT = ("specObjID", "objid", "bestObjID", "run2d", "class", "subClass")
# Columns of a catalogue and the corresponding labels.
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


@dataclass(frozen=True)
class Query:
    """A query that can be split into ranges of plates.

    Attributes
    ----------
    columns : dict of str to str
        Names in the answer and their SQL expressions.
    tables : str
        The FROM clause.
    where : str
        Conditions.
    plate : str
        The expression by which it is split.
    key : str
        A column of unique values.
    """

    columns: dict
    tables: str
    where: str
    plate: str = "s.plate"
    key: str = "specObjID"

    def counts(self):
        """SQL for the number of rows per plate, columns plate and n."""
        return (
            f"SELECT {self.plate} AS plate, COUNT(*) AS n FROM {self.tables} WHERE {self.where} "
            f"GROUP BY {self.plate} ORDER BY {self.plate}"
        )

    def rows(self, first, last):
        """SQL for the rows of the plates `first` to `last`, inclusive."""
        columns = ", ".join(f"{expression} AS {name}" for name, expression in self.columns.items())
        return (
            f"SELECT {columns} FROM {self.tables} WHERE {self.where} "
            f"AND {self.plate} BETWEEN {first} AND {last} ORDER BY {self.columns[self.key]}"
        )


_OF_SPECTRUM = {
    name: f"s.{'bestObjID' if name == 'objid' else name}" for name in _NAMES if not name.startswith("petro")
}
_OF_PHOTOMETRY = {name: f"p.{name}" for name in _NAMES if name.startswith("petro")}
SAMPLES = {
    # Sharma et al. 2020, section 6. Only the BOSS spectrograph covers 3900-9500 Angstrom.
    "sharma": Query(
        _OF_SPECTRUM,
        "SpecObj AS s",
        "s.class = 'STAR' AND s.zWarning = 0 AND s.snMedian > 20 AND s.waveMin <= 3900 AND s.waveMax >= 9500",
    ),
    # Csepreghy 2020, section 4. The thesis's own query does not identify spectra: it lacks mjd, fiberID and
    # run2d. Its subclasses are those of the SDSS spectrographs, run2d 26.
    "csepreghy": Query(
        _OF_SPECTRUM | _OF_PHOTOMETRY,
        "SpecObjAll AS s JOIN SpecPhotoAll AS p ON p.specObjID = s.specObjID",
        "s.zWarning = 0 AND s.class IN ('GALAXY', 'QSO', 'STAR') AND s.run2d = '26' AND s.waveMin < 3850 "
        "AND s.waveMax > 9100",
    ),
}


def read_answer(file, content):
    """Read an answer of the service.

    Parameters
    ----------
    file : str
        Name of the answer, for messages.
    content : bytes

    Returns
    -------
    DataFrame
        Columns as requested; identifiers, classes and reductions are text, the rest numbers.

    Raises
    ------
    ArchiveFileError
        If it is not a table but an HTML page, a database error or empty.
    """
    text = content.decode("utf-8", "replace").strip()
    start = text[:2000].lower()
    if start.startswith(("<!doctype", "<html", "<?xml")) or "error_message" in start or not text:
        raise ArchiveFileError(file, f"the service gave no table, but {' '.join(text.split())[:200]!r}")
    try:
        table = pd.read_csv(io.StringIO(text), dtype=dict.fromkeys(_TEXT, str), comment="#", na_values="null")
    except ValueError as error:
        raise ArchiveFileError(file, f"no table: {error}") from error
    for column in _TEXT:
        if column in table:
            table[column] = table[column].fillna("").str.strip()
    return table


def write_answer(path, table):
    """Write a catalogue in the form of the service's answers."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("#Table1\n")
        table.to_csv(file, index=False)


def answer_of_labels(labels):
    """The catalogue rows of spectra with `obafgkm.archives.sdss.labels.COLUMNS`."""
    return labels[list(_NAMES.values())].set_axis(list(_NAMES), axis=1)


def catalogue_labels(catalogue):
    """Labels, some of `obafgkm.archives.sdss.labels.COLUMNS`, of the rows of a catalogue.

    Magnitudes of -9999, meaning none, become NaN.
    """
    known = {column: label for column, label in _NAMES.items() if column in catalogue}
    labels = catalogue[list(known)].rename(columns=known)
    for column in labels:
        if column.startswith("petromag"):
            labels[column] = labels[column].where(labels[column] > 0, np.nan)
    labels["subclass"] = list(map(subclass_name, labels["class"], labels["subclass_text"]))
    return labels
