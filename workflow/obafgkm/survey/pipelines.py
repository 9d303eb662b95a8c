"""Data from a survey's own pipeline in the file of a spectrum: sky position and class."""

import gzip
import io
import os

from obafgkm.archives import cards
from obafgkm.archives.sdss.labels import star_family, subclass_name
from obafgkm.mk import MAIN_CLASSES

__all__ = ["FAMILIES", "said_by_pipeline", "said_in_catalogue", "said_in_file"]

FAMILIES = [*MAIN_CLASSES, "other star", "GALAXY", "QSO", "not said"]
_TABLES = ("SPECOBJ", "SPALL")
_ENOUGH = 6 * 2880  # bytes of a gzipped LAMOST file, which contain the primary header


def said_in_file(path):
    """Right ascension and declination in degrees, class and subclass, from SDSS and LAMOST files.

    Returns
    -------
    dict
        Keys ra, dec, class, subClass; fewer or none if the file is of another kind or incomplete.
    """
    if not os.path.isfile(path):  # a pipe may never end
        return {}
    try:
        with open(path, "rb") as file:
            if file.read(2) == b"\x1f\x8b":
                file.seek(0)
                with gzip.open(file) as unzipped:
                    return _said(io.BytesIO(unzipped.read(_ENOUGH)))
            file.seek(0)
            return _said(file)
    except (OSError, EOFError):
        return {}


def _said(file):
    found = cards.hdus(file)
    primary = next(found, None)
    if primary is None:
        return {}
    header = primary.header
    if str(header.get("TELESCOP", "")).startswith("LAMOST"):
        said = {"ra": header.get("RA"), "dec": header.get("DEC")}
        said |= {"class": header.get("CLASS"), "subClass": header.get("SUBCLASS")}
        return {key: value for key, value in said.items() if value is not None}
    if "PLUG_RA" not in header:
        return {}
    said = {"ra": header.get("PLUG_RA"), "dec": header.get("PLUG_DEC")}
    table = next((hdu for hdu in found if hdu.header.get("EXTNAME") in _TABLES), None)
    cells = cards.table(file, table, ["CLASS", "SUBCLASS"]) if table is not None else None
    if cells and len(cells) == 2 and len(cells["CLASS"]) == 1:
        said["class"], said["subClass"] = (
            cells[key][0].decode("latin-1").strip() for key in ("CLASS", "SUBCLASS")
        )
    return said


def said_in_catalogue(entry):
    """The same from an entry that already has it."""
    return {key: entry[key] for key in ("ra", "dec", "class", "subClass") if key in entry}


def said_by_pipeline(said):
    """Columns of the table of results.

    Returns
    -------
    dict
        ``ra, dec`` in degrees, NaN if unknown; ``pipeline_class``, ``pipeline_subclass`` as in the survey,
        and ``pipeline_family``, one of `FAMILIES`.
    """
    text, subclass = str(said.get("class", "")).upper(), str(said.get("subClass", ""))
    row = {key: _degrees(said.get(key)) for key in ("ra", "dec")}
    return {
        **row,
        "pipeline_class": text,
        "pipeline_subclass": subclass,
        "pipeline_family": family(text, subclass),
    }


def family(object_class, subclass):
    """The member of `FAMILIES` for a pipeline's class and subclass."""
    if object_class in ("GALAXY", "QSO"):
        return object_class
    if object_class != "STAR":
        return "not said"
    if subclass[:2] in ("dM", "gM"):  # dwarfs and giants of LAMOST
        return "M"
    found = star_family(subclass_name("STAR", subclass))
    return found if found and found in MAIN_CLASSES else "other star"


def _degrees(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
