"""The archives: one module each, which reads the archive's files and writes files in the same format.

Every stellar library has ``read(directory) -> (Spectra, rejected)`` and ``write(directory, spectra)``. All
label columns are in `LABELS`; ``rejected`` is a table with columns library, file, name, reason. Grids of
synthetic spectra have ``read(directory, teff, logg, feh)``. This module holds what the readers share.
"""

import gzip
import io
import tarfile
import warnings
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from obafgkm import barrier
from obafgkm.archives.names import star_key
from obafgkm.errors import ArchiveFileError, told
from obafgkm.spectra import Spectra

__all__ = [
    "LABELS",
    "OPTICAL",
    "OPTICAL_MODELS",
    "collect",
    "complete_labels",
    "fits_bytes",
    "folder_files",
    "limited_bytes",
    "open_fits",
    "read_table",
    "tar_files",
    "write_tar",
]

# Label columns of every library, with the value that means "not known".
LABELS = {
    "library": "",
    "file": "",
    "name": "",  # as the archive has it
    "star": "",  # canonical name, see `obafgkm.archives.names`
    "aliases": "",  # other names from the header, joined by ';'
    "type_text": "",  # the adopted type, as the archive has it
    "catalogue_type_text": "",  # a second type, where there is one
    "teff": np.nan,  # K
    "logg": np.nan,  # log cm/s2
    "feh": np.nan,  # dex
    "gap": np.nan,  # width of the masked pixels inside OPTICAL, Angstrom
}
_ABSURD = 1e10  # times the median flux: more than any line or cosmic ray
_UNIT = 8_000_000  # bytes of files per batch of a worker
_LARGEST = 64 << 20  # bytes read of a file with one spectrum: larger files are damaged
OPTICAL = (3900.0, 6800.0)  # range common to the libraries, Angstrom
OPTICAL_MODELS = (3400.0, 9600.0)  # range kept of synthetic spectra that extend further


def collect(library, wave, fwhm, files, parse):
    """Read the files of a library; a file that cannot be read is rejected and does not stop the others.

    They are read behind the barrier, `obafgkm.barrier`.

    Parameters
    ----------
    library : str
    wave : array (n_pix,)
        The library's own grid, Angstrom in air.
    fwhm : float
        Resolution, Angstrom.
    files : iterable of (str, bytes)
        File names and contents.
    parse : callable
        ``parse(file, content) -> (labels, flux)``, a module-level function or a partial of one: some of
        `LABELS` as a dict, and (n_pix,) flux with NaN at bad pixels; raises ArchiveFileError if there is no
        spectrum.

    Returns
    -------
    Spectra
        Masked pixels (``ivar`` 0) hold interpolated flux, so that splines pass through them.
    rejected : DataFrame
        Columns library, file, name, reason.
    """
    wave = np.asarray(wave, float)
    rows, fluxes, masks, rejected, offered = [], [], [], [], 0

    def counted():
        nonlocal offered
        for item in files:
            offered += 1
            yield item

    for file, outcome in barrier.run(_parsed, _units(counted()), (parse,)):
        if isinstance(outcome, str):
            rejected.append((library, file, Path(file).stem, outcome))
            continue
        labels, flux = outcome
        good = np.isfinite(flux)
        rows.append({**labels, "library": library, "file": file, "gap": _gap(wave, good)})
        fluxes.append(np.interp(wave, wave[good], flux[good]).astype(np.float32))
        masks.append(good)
    if len(rows) + len(rejected) != offered:
        raise AssertionError(f"{library}: {offered} files in, {len(rows)} read and {len(rejected)} rejected")
    labels = complete_labels(pd.DataFrame(rows))
    labels["star"] = [star_key(name) for name in labels["name"]]
    spectra = Spectra(
        wave,
        np.array(fluxes, np.float32),
        np.array(masks, np.float32),
        labels,
        "air",
        fwhm,
        {"library": library},
    )
    return spectra, pd.DataFrame(rejected, columns=["library", "file", "name", "reason"])


def _units(files):
    """Batches of files of a few MB each, as a worker takes them."""
    unit, size = [], 0
    for file, content in files:
        unit.append((file, content))
        size += len(content)
        if size > _UNIT:
            yield unit
            unit, size = [], 0
    if unit:
        yield unit


def _parsed(tasks, lost, watch, parse):
    """Name of each file, and the result of `parse` or the reason it failed; see `obafgkm.barrier.run`."""
    for number, (file, content) in enumerate(tasks):
        outcome = lost.get(number)
        if outcome is None:
            try:
                outcome = watch.call(number, parse, file, content, size=len(content))
                _refuse_absurd(file, outcome[1])
            except ArchiveFileError as error:
                outcome = error.problem
            except Exception as error:  # the errors that damaged numbers cause are not documented
                outcome = f"damaged, or no file of this library ({told(error)}): fetch it again"
        yield number, (file, outcome)


def _refuse_absurd(file, flux):
    """Refuse flux without valid pixels, or with a value that no star has: a bit has flipped."""
    if not np.isfinite(flux).any():
        raise ArchiveFileError(file, "no valid pixel")
    size = np.abs(flux[np.isfinite(flux) & (flux != 0)])
    if size.size and size.max() > _ABSURD * np.median(size):
        raise ArchiveFileError(
            file, f"damaged: a pixel of {size.max():.3g} beside a median of {np.median(size):.3g}"
        )


def complete_labels(labels):
    """Labels with exactly the columns of `LABELS`; absent or unknown columns get their defaults."""
    labels = labels.reindex(columns=list(LABELS)).reset_index(drop=True)
    return labels.fillna({k: v for k, v in LABELS.items() if v == ""}).astype(
        {column: object if default == "" else float for column, default in LABELS.items()}
    )


def _gap(wave, good):
    inside = (wave >= OPTICAL[0]) & (wave <= OPTICAL[1])
    return round(np.count_nonzero(~good & inside) * (wave[1] - wave[0]), 2)


@contextmanager
def open_fits(file, content):
    """Open the bytes of a FITS file; any error becomes an ArchiveFileError.

    This includes errors raised inside the ``with`` block, because a truncated file is noticed only when its
    data are accessed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AstropyUserWarning)
            with fits.open(io.BytesIO(content), memmap=False, lazy_load_hdus=True) as hdus:
                yield hdus
    except (OSError, TypeError, ValueError, KeyError, IndexError) as error:
        start = content[:20].decode("latin-1").strip()
        raise ArchiveFileError(
            file, f"truncated or no FITS file of this library (it begins {start!r}): fetch it again"
        ) from error


def fits_bytes(*hdus):
    """The bytes of a FITS file made of these HDUs."""
    buffer = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(buffer)
    return buffer.getvalue()


def read_table(path, columns):
    """Read a CSV table as text, '' where a cell is empty.

    Raises
    ------
    ArchiveFileError
        If the file is missing, or lacks one of the columns.
    """
    if not Path(path).is_file():
        raise ArchiveFileError(
            path, "missing; the library's spectra have no types without it: fetch it again"
        )
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)[columns]
    except (KeyError, ValueError) as error:
        raise ArchiveFileError(path, f"not the expected table with columns {', '.join(columns)}") from error


def folder_files(folder, pattern):
    """Name and content of the matching files in a folder, sorted by name; none if there is no folder."""
    for path in sorted(Path(folder).glob(pattern)):
        yield path.name, limited_bytes(path)


def limited_bytes(path):
    """Content of a file with one spectrum, cut at a length that no such file has; empty for non-files."""
    if not path.is_file():  # reading a pipe would never end
        return b""
    with path.open("rb") as file:
        return file.read(_LARGEST)


def tar_files(path):
    """Name (without folder) and content of the FITS files in a gzipped tar archive, without unpacking it.

    Raises
    ------
    ArchiveFileError
        If it is truncated or no such archive; what is missing cannot be known, so it cannot be used in part.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                if member.isfile() and member.name.endswith(".fits"):
                    yield Path(member.name).name, archive.extractfile(member).read(_LARGEST)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise ArchiveFileError(
            path, f"truncated or no gzipped tar archive ({error}): delete it and fetch it again"
        ) from error


def write_tar(path, files):
    """Write (name, content) pairs to a gzipped tar archive; identical files give identical bytes."""
    with (
        open(path, "wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
