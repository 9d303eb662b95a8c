"""The entries of a survey: files, members of tar archives, or catalogue rows, one at a time."""

import codecs
import csv
import os
import tarfile
from pathlib import Path

from obafgkm.errors import ArchiveFileError
from obafgkm.survey.folders import each_folder

__all__ = ["CATALOGUE", "COLUMNS", "catalogue_file", "read_entries", "stamp"]

# Columns of an entry: the file and its `stamp`, or the tar archive and the location of the member in it; or
# the row of a catalogue; or why it is unavailable.
COLUMNS = ("file", "stamp", "member", "offset", "size", "survey", "name", "run2d", "plate", "mjd", "fiberID")
COLUMNS += ("ra", "dec", "class", "subClass", "problem")
CATALOGUE = {
    "sdss": ("plate", "mjd", "fiberID", "run2d"),
    "lamost": ("lmjd", "planid", "spid", "fiberid"),
}
_ENDINGS = (".fits", ".fit", ".fts")
_COMPRESSED = (".gz", ".fz", ".bz2", ".xz")
_LARGEST = 1 << 31  # no plate, night or fibre has such a number
_LINK = "a link in the archive, not a file: pack with tar --dereference --hard-dereference"


def read_entries(path):
    """The entries of a survey, in an order that does not depend on the machine.

    Parameters
    ----------
    path : path
        A folder, whose FITS files (compressed or not) and tar archives are used, including subfolders; a tar
        archive, whose FITS files are used; a list of files and tar archives, ``.txt``, one per line, relative
        to the folder of the list; or a catalogue, ``.csv``, with the columns plate, mjd, fiberID and run2d
        for SDSS or lmjd, planid, spid and fiberid for LAMOST, and optionally ra, dec, class and subClass.

    Yields
    ------
    dict
        Some of `COLUMNS`. What cannot be read, such as a folder without permission, a damaged tar archive or
        a row of a catalogue that names no spectrum, is an entry with a ``problem``.

    Raises
    ------
    ArchiveFileError
        If there is no such file, it has none of these forms, or it is no text where it should be.
    """
    path = Path(path)
    if path.is_dir():
        yield from _of_folder(path)
    elif not path.is_file():
        raise ArchiveFileError(path, "there is no such file or folder: set survey.spectra to one")
    elif _is_tar(path.name):
        yield from _of_tar(path)
    elif path.suffix == ".csv":
        yield from _of_catalogue(path)
    elif path.suffix == ".txt":
        yield from _of_list(path)
    else:
        raise ArchiveFileError(
            path, "neither a folder, a .tar archive, a list of files (.txt) nor a catalogue (.csv)"
        )


def stamp(path):
    """What tells a file from one that replaces it: its size and times; '' if there is none.

    A copy may take the size and the time of modification of a file, but not of its status.
    """
    try:
        state = os.stat(path)
    except OSError:
        return ""
    return f"{state.st_size}-{state.st_mtime_ns}-{state.st_ctime_ns}"


def catalogue_file(entry):
    """Path of the file of a catalogue's entry below the survey's folder in the archive.

    For LAMOST, whose folders differ between releases, only the name.
    """
    if entry["survey"] == "lamost":
        return f"spec-{entry['name']}.fits"
    return f"spectra/lite/{int(entry['plate']):04d}/spec-{entry['name']}.fits"


def _is_tar(name):
    return name.endswith(".tar")


def _is_spectrum(name):
    for ending in _COMPRESSED:
        name = name.removesuffix(ending)
    return name.endswith(_ENDINGS) and not name.startswith(".")


def _of_folder(folder):
    unreadable = []
    for own, names in each_folder(folder, unreadable.append):
        for name in names:
            path = os.path.join(own, name)
            if _is_tar(name):
                yield from _of_tar(path)
            elif _is_spectrum(name):
                yield _of_file(path)
    for error in unreadable:
        yield {"file": error.filename, "problem": f"a folder that cannot be read ({error.strerror})"}


def _of_file(path):
    return {"file": path, "stamp": stamp(path)}


def _of_list(path):
    with path.open("rb") as file:
        for line in file:
            if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise ArchiveFileError(path, "in UTF-16: save the list in UTF-8")
            # Names of files are bytes, in whatever encoding.
            name = os.fsdecode(line.removeprefix(codecs.BOM_UTF8).strip())
            if name and not name.startswith("#"):
                file_of_line = os.path.join(path.parent, name)
                if _is_tar(name):
                    yield from _of_tar(file_of_line)
                else:
                    yield _of_file(file_of_line)


def _of_tar(path):
    """Members of a tar archive, reading only their headers, and what is damaged in it."""
    own, members, problem = _of_file(str(path)), 0, ""
    try:
        with tarfile.open(path, "r:") as archive:
            while member := archive.next():
                members += 1
                if not member.isdir() and _is_spectrum(Path(member.name).name):
                    place = {"offset": member.offset_data, "size": member.size}
                    yield own | {
                        "member": member.name,
                        **(place if member.isreg() else {"problem": _LINK}),
                    }
                archive.members.clear()  # this list would grow to hold all members
            # A damaged header looks like the end to tarfile.
            archive.fileobj.seek(archive.offset)
            if (end := archive.fileobj.read(tarfile.BLOCKSIZE)).strip(b"\0") or not end:
                problem = f"damaged or truncated after {members} members of the tar archive"
    except (tarfile.TarError, ValueError, ArithmeticError, OSError) as error:
        problem = f"no readable tar archive, or a damaged one after {members} members ({error})"
    if problem:
        yield own | {"problem": problem}


def _of_catalogue(path):
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _of_rows(path, (line for line in file if not line.startswith("#")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ArchiveFileError(path, f"no catalogue in CSV and UTF-8 ({error})") from error


def _of_rows(path, lines):
    rows = csv.DictReader(lines, strict=True)
    named = {name.lower(): name for name in rows.fieldnames or ()}
    survey = next((key for key, needed in CATALOGUE.items() if _has(named, needed)), None)
    if survey is None:
        needed = " or ".join(", ".join(columns) for columns in CATALOGUE.values())
        raise ArchiveFileError(path, f"no catalogue: it needs the columns {needed}")
    for number, row in enumerate(rows, 1):
        cells = {key: row[name] or "" for key, name in named.items()}
        if any("\n" in cell for cell in cells.values()):
            raise ArchiveFileError(path, f"row {number} has a cell of several lines: a quote is not closed")
        yield _of_row(number, survey, cells)


def _has(named, columns):
    return all(column.lower() in named for column in columns)


def _of_row(number, survey, row):
    entry = {key: row.get(key.lower(), "") for key in ("ra", "dec", "class", "subClass")}
    try:
        if survey == "sdss":
            plate, mjd, fiber = (_number(row[key]) for key in ("plate", "mjd", "fiberid"))
            own = {"plate": plate, "mjd": mjd, "fiberID": fiber, "run2d": row["run2d"].strip()}
            own["name"] = f"{plate:04d}-{mjd}-{fiber:04d}"
        else:
            night, spectrograph, fiber = (_number(row[key]) for key in ("lmjd", "spid", "fiberid"))
            own = {"name": f"{night}-{row['planid'].strip()}_sp{spectrograph:02d}-{fiber:03d}"}
    except ValueError:
        said = ", ".join(row[key.lower()] for key in CATALOGUE[survey])
        own = {"name": f"row {number}", "problem": f"row {number} of the catalogue names no spectrum: {said}"}
    return {"survey": survey, **own, **entry}


def _number(text):
    if not 0 <= (number := int(text)) < _LARGEST:
        raise ValueError(text)
    return number
