"""One file of a survey's spectra, from the files that the archive keeps them in."""

import functools
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.archives import lamost
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.labels import object_names
from obafgkm.archives.sdss.sql import catalogue_labels
from obafgkm.errors import ArchiveFileError
from obafgkm.spectra import Spectra, write_parts

__all__ = ["SURVEYS", "pack"]

# What reads the files of each survey. All give the same labels, on the same grid.
SURVEYS = {"sdss": sdss, "lamost": lamost}

_BLOCK = 128  # spectra in memory at a time


def pack(directory, path, provenance, catalogue=None, missing=None, processes=1, survey="sdss"):
    """Read the spectra below a directory into one HDF5 file.

    Parameters
    ----------
    directory : path-like
        Holds files as the survey's reader takes them, in any folders.
    path : path-like
        The HDF5 file: observed-frame flux and inverse variance on `obafgkm.archives.sdss.spectra.WAVE`,
        labels `obafgkm.archives.sdss.labels.COLUMNS` and ``source``. `obafgkm.spectra.Spectra.read` reads it.
    provenance : dict
        Its ``source`` becomes a label.
    catalogue : DataFrame, optional
        What was asked for, from `obafgkm.archives.sdss.sql.read_answer`. What it says takes precedence over
        the files. Without, every file is taken.
    missing : DataFrame, optional
        Columns name, reason: what was asked for and could not be had.
    processes : int
        That read files at the same time: parsing the headers takes longer than the disk does.
    survey : str
        One of `SURVEYS`.

    Returns
    -------
    rejected : DataFrame
        Columns library, file, name, reason: files that cannot be read or were not asked for, and what was
        asked for and has no file. Asserted: files, and rows of the catalogue, in = spectra out + rejected.
    """
    directory = Path(directory)
    paths = SURVEYS[survey].spectrum_files(directory)
    asked = None
    if catalogue is not None:
        asked = catalogue_labels(catalogue).set_axis(_names(catalogue)).to_dict("index")
    blocks = [paths[first : first + _BLOCK] for first in range(0, len(paths), _BLOCK)]
    read = functools.partial(_read_block, survey, directory, provenance, asked)
    kept, rejected = [], []

    def finish(labels):
        labels["star"] = labels["aliases"] = object_names(labels, survey.upper())
        kept.extend(labels["name"])
        return labels

    def spectra(results):
        for part, refused in results:
            rejected.extend(refused)
            yield part

    if processes == 1:
        write_parts(path, spectra(map(read, blocks)), finish)
    else:
        with ProcessPoolExecutor(processes) as pool:
            write_parts(path, spectra(pool.map(read, blocks)), finish)
    if len(kept) + len(rejected) != len(paths):
        raise AssertionError(f"{len(paths)} files in, {len(kept)} read and {len(rejected)} rejected")
    if catalogue is not None:
        rejected += _absent(survey, catalogue, kept, rejected, missing)
    return pd.DataFrame(rejected, columns=["library", "file", "name", "reason"])


def _read_block(survey, directory, provenance, asked, paths):
    """Spectra of some files, and what is wrong with the others: rows of `rejected`."""
    archive, rows, fluxes, rejected = SURVEYS[survey], [], [], []
    for path in paths:
        file = path.relative_to(directory).as_posix()
        try:
            row, flux, ivar = archive.read_spectrum(file, path.read_bytes())
            if asked is not None:
                if row["name"] not in asked:
                    raise ArchiveFileError(file, "not in the catalogue of what was asked for")
                row.update(asked[row["name"]])
        except ArchiveFileError as error:
            name = path.name.removeprefix("spec-").partition(".fit")[0]
            rejected.append((survey, file, name, error.problem))
            continue
        rows.append(row)
        fluxes.append((flux, ivar))
    labels = sdss.label_table(rows).assign(source=provenance["source"])
    flux, ivar = np.reshape(np.array(fluxes, np.float32), (-1, 2, archive.WAVE.size)).swapaxes(0, 1)
    return Spectra(archive.WAVE, flux, ivar, labels, archive.MEDIUM, archive.FWHM, provenance), rejected


def _names(catalogue):
    return [
        f"{plate:04d}-{mjd}-{fiber:04d}"
        for plate, mjd, fiber in catalogue[["plate", "mjd", "fiberID"]].itertuples(index=False)
    ]


def _absent(survey, catalogue, kept, rejected, missing):
    """Rows for what was asked for and is not there, each with its reason."""
    known = {} if missing is None else dict(zip(missing["name"], missing["reason"], strict=True))
    asked = set(_names(catalogue))
    unread = asked & {name for _, _, name, _ in rejected}
    there = unread.union(kept)
    absent = [(survey, "", name, known.get(name, "no file of it")) for name in sorted(asked - there)]
    if len(kept) + len(absent) + len(unread) != len(asked):
        raise AssertionError(
            f"{len(asked)} asked for, {len(kept)} read, {len(unread)} refused, {len(absent)} absent"
        )
    return absent
