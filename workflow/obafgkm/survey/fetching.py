"""The files of a chunk of a catalogue: from a local mirror, otherwise from their service."""

from pathlib import Path

import pandas as pd

from obafgkm.download.sdss import download
from obafgkm.survey.entries import catalogue_file
from obafgkm.survey.folders import each_folder

__all__ = ["fetch_chunk"]

_ABSENT = "no file of this spectrum in the mirror, and LAMOST's are not downloaded"


def fetch_chunk(entries, directory, *, mirror=None, release, server, jobs=4, offline=False, progress=True):
    """Find or fetch the files of a catalogue's entries.

    Parameters
    ----------
    entries : list of dict
        See `obafgkm.survey.entries.read_entries`.
    directory : path
        Folder of downloaded files; existing ones are kept.
    mirror : path, optional
        Folder with the folders ``sdss`` and ``lamost``, searched first.
    release, server, jobs, offline, progress
        See `obafgkm.download.sdss.download`.

    Returns
    -------
    list of dict
        The entries with their ``file``, or with the ``problem`` if there is none.

    Raises
    ------
    FetchError
        If files could not be downloaded although they may exist; completed ones are kept.
    """
    entries = [dict(entry) for entry in entries]
    named = [entry for entry in entries if "problem" not in entry]
    names = {Path(catalogue_file(entry)).name for entry in named if entry["survey"] == "lamost"}
    lamost = _find(Path(mirror, "lamost"), names) if mirror and names else {}
    wanted = []
    for entry in named:
        place = catalogue_file(entry)
        if entry["survey"] == "lamost":
            found = lamost.get(place)
        else:
            found = Path(mirror or "nowhere", "sdss", place)
            found = found if mirror and found.is_file() else None
        if found is not None:
            entry["file"] = str(found)
        elif entry["survey"] == "lamost":
            entry["problem"] = _ABSENT
        else:
            wanted.append(entry)
    if wanted:
        rows = pd.DataFrame(wanted)[["run2d", "plate", "mjd", "fiberID"]]
        rows = rows.astype({"plate": int, "mjd": int, "fiberID": int})
        missing, _ = download(
            rows, directory, release, server=server, jobs=jobs, offline=offline, progress=progress
        )
        reasons = dict(zip(missing["name"], missing["reason"], strict=True))
        for entry in wanted:
            if entry["name"] in reasons:
                entry["problem"] = reasons[entry["name"]]
            else:
                entry["file"] = str(Path(directory, catalogue_file(entry)))
    return entries


def _find(folder, names):
    """Paths of the files of these names, gzipped or not, below a folder."""
    found = {}
    for own, files in each_folder(folder):
        for name in files:
            plain = name.removesuffix(".gz")
            if plain in names:
                found[plain] = Path(own, name)
    return found
