"""The entries of a survey: files, members of tar archives, or catalogue rows, one at a time."""

import csv
import os
import tarfile
from pathlib import Path

from obafgkm.errors import ArchiveFileError

__all__ = ["CATALOGUE", "COLUMNS", "catalogue_file", "read_entries"]

# Columns of an entry: the file, or the tar archive and the location of the member in it; or the row of a
# catalogue; or why it is unavailable.
COLUMNS = ("file", "member", "offset", "size", "survey", "name", "run2d", "plate", "mjd", "fiberID")
COLUMNS += ("ra", "dec", "class", "subClass", "problem")
CATALOGUE = {
    "sdss": ("plate", "mjd", "fiberID", "run2d"),
    "lamost": ("lmjd", "planid", "spid", "fiberid"),
}
_ENDINGS = (".fits", ".fit", ".fts")
_COMPRESSED = (".gz", ".fz", ".bz2", ".xz")
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
        Some of `COLUMNS`.

    Raises
    ------
    ArchiveFileError
        If there is no such file, or it has none of these forms.
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
    for own, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        for name in sorted(names):
            if _is_tar(name):
                yield from _of_tar(Path(own, name))
            elif _is_spectrum(name):
                yield {"file": os.path.join(own, name)}


def _of_list(path):
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            if (name := line.strip()) and not name.startswith("#"):
                if _is_tar(name):
                    yield from _of_tar(path.parent / name)
                else:
                    yield {"file": os.path.join(path.parent, name)}


def _of_tar(path):
    """Members of a tar archive, reading only their headers."""
    try:
        with tarfile.open(path, "r:") as archive:
            while member := archive.next():
                if not member.isdir() and _is_spectrum(Path(member.name).name):
                    place = {"offset": member.offset_data, "size": member.size}
                    yield {
                        "file": str(path),
                        "member": member.name,
                        **(place if member.isreg() else {"problem": _LINK}),
                    }
                archive.members.clear()  # this list would grow to hold all members
    except (tarfile.TarError, OSError) as error:
        raise ArchiveFileError(path, f"no readable tar archive ({error})") from error


def _of_catalogue(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        named = {name.lower(): name for name in rows.fieldnames or ()}
        survey = next((key for key, needed in CATALOGUE.items() if _has(named, needed)), None)
        if survey is None:
            needed = " or ".join(", ".join(columns) for columns in CATALOGUE.values())
            raise ArchiveFileError(path, f"no catalogue: it needs the columns {needed}")
        for row in rows:
            yield _of_row(path, survey, {key: row[name] for key, name in named.items()})


def _has(named, columns):
    return all(column.lower() in named for column in columns)


def _of_row(path, survey, row):
    entry = {key: row.get(key.lower(), "") for key in ("ra", "dec", "class", "subClass")}
    try:
        if survey == "sdss":
            plate, mjd, fiber = (int(row[key]) for key in ("plate", "mjd", "fiberid"))
            own = {"plate": plate, "mjd": mjd, "fiberID": fiber, "run2d": row["run2d"].strip()}
            own["name"] = f"{plate:04d}-{mjd}-{fiber:04d}"
        else:
            spectrograph, fiber = int(row["spid"]), int(row["fiberid"])
            own = {"name": f"{int(row['lmjd'])}-{row['planid'].strip()}_sp{spectrograph:02d}-{fiber:03d}"}
    except (TypeError, ValueError) as error:
        raise ArchiveFileError(path, f"a row names no spectrum: {row} ({error})") from error
    return {"survey": survey, **own, **entry}
