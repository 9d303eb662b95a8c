"""One file of all spectra of a survey, from the files of the archive."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm import barrier
from obafgkm.archives import lamost, limited_bytes
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.labels import object_names
from obafgkm.archives.sdss.sql import catalogue_labels
from obafgkm.errors import ArchiveFileError, told
from obafgkm.spectra import Spectra, write_parts

__all__ = ["SURVEYS", "pack"]

# Reader of each survey's files. All give the same labels, on the same grid.
SURVEYS = {"sdss": sdss, "lamost": lamost}

_BLOCK = 128  # spectra in memory at a time


def pack(directory, path, provenance, catalogue=None, missing=None, processes=1, survey="sdss"):
    """Read the spectra below a directory into one HDF5 file.

    Parameters
    ----------
    directory : path-like
        Holds files for the survey's reader, in any folders.
    path : path-like
        The HDF5 file: observed-frame flux and inverse variance on `obafgkm.archives.sdss.spectra.WAVE`,
        labels `obafgkm.archives.sdss.labels.COLUMNS` and ``source``. `obafgkm.spectra.Spectra.read` reads it.
    provenance : dict
        Its ``source`` becomes a label.
    catalogue : DataFrame, optional
        The requested spectra, from `obafgkm.archives.sdss.sql.read_answer`; its entries take precedence over
        the files. Without it, every file is used.
    missing : DataFrame, optional
        Columns name, reason: requested spectra that could not be obtained.
    processes : int
        Number of reading processes, as parsing headers takes longer than reading from disk.
    survey : str
        One of `SURVEYS`.

    Returns
    -------
    rejected : DataFrame
        Columns library, file, name, reason: unreadable or unrequested files, and requested spectra without a
        file. It is asserted that files plus catalogue rows without a file equal spectra plus rejected ones.
    """
    directory = Path(directory)
    paths = SURVEYS[survey].spectrum_files(directory)
    asked = None
    if catalogue is not None:
        asked = catalogue_labels(catalogue).set_axis(_names(catalogue)).to_dict("index")
    blocks = [paths[first : first + _BLOCK] for first in range(0, len(paths), _BLOCK)]
    kept, rejected = [], []

    def finish(labels):
        labels["star"] = labels["aliases"] = object_names(labels, survey.upper())
        kept.extend(labels["name"])
        return labels

    def spectra():
        settings = (survey, directory, provenance, asked)
        for part, refused in barrier.run(_read_block, blocks, settings, processes):
            rejected.extend(refused)
            yield part

    write_parts(path, spectra(), finish)
    if len(kept) + len(rejected) != len(paths):
        raise AssertionError(f"{len(paths)} files in, {len(kept)} read and {len(rejected)} rejected")
    if catalogue is not None:
        rejected += _absent(survey, catalogue, kept, rejected, missing)
    return pd.DataFrame(rejected, columns=["library", "file", "name", "reason"])


def _read_block(paths, lost, watch, survey, directory, provenance, asked):
    """Spectra of some files, and rows of `rejected` for the others."""
    archive, rows, fluxes, rejected = SURVEYS[survey], [], [], []
    for number, path in enumerate(paths):
        file = path.relative_to(directory).as_posix()
        try:
            if number in lost:
                raise ArchiveFileError(file, lost[number])
            content = limited_bytes(path)
            row, flux, ivar = watch.call(number, archive.read_spectrum, file, content, size=len(content))
            if asked is not None:
                if row["name"] not in asked:
                    raise ArchiveFileError(file, "not in the catalogue of what was asked for")
                row.update(asked[row["name"]])
        except Exception as error:  # the errors that damaged numbers cause are not documented
            known = isinstance(error, ArchiveFileError)
            name = path.name.removeprefix("spec-").partition(".fit")[0]
            problem = error.problem if known else f"damaged, or no file of the survey ({told(error)})"
            rejected.append((survey, file, name, problem))
            continue
        rows.append(row)
        fluxes.append((flux, ivar))
    watch.rest()
    labels = sdss.label_table(rows).assign(source=provenance["source"])
    flux, ivar = np.reshape(np.array(fluxes, np.float32), (-1, 2, archive.WAVE.size)).swapaxes(0, 1)
    part = Spectra(archive.WAVE, flux, ivar, labels, archive.MEDIUM, archive.FWHM, provenance)
    yield 0, (part, rejected)


def _names(catalogue):
    return [
        f"{plate:04d}-{mjd}-{fiber:04d}"
        for plate, mjd, fiber in catalogue[["plate", "mjd", "fiberID"]].itertuples(index=False)
    ]


def _absent(survey, catalogue, kept, rejected, missing):
    """Rows for requested spectra that are absent, with reasons."""
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
