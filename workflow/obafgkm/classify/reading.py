"""Any file of a user, as spectra: FITS, text, HDF5 of this package, and archives of such files."""

import gzip
import re
import tarfile
from contextlib import contextmanager
from pathlib import Path, PurePath

import numpy as np

from obafgkm.classify.fits_files import find_columns, read_fits
from obafgkm.classify.spectrum import MEDIA, Spectrum
from obafgkm.errors import ArchiveFileError, ObafgkmError

__all__ = ["read_file"]

_ROWS = 256  # of an HDF5 file in memory at a time
_FITS, _GZIP, _HDF5 = b"SIMPLE  =", b"\x1f\x8b", b"\x89HDF"


def read_file(path, medium=None):
    """Read all spectra of a file, one after another.

    Parameters
    ----------
    path : path-like
        FITS (see `obafgkm.classify.fits_files`), text of two or three columns (wavelength, flux, error),
        HDF5 as `obafgkm.spectra` writes it, gzipped or not, or a tar archive of FITS and text files.
    medium : {'air', 'vacuum'}, optional
        What the wavelengths are measured in, whatever the file says.

    Yields
    ------
    Spectrum
        Or, of a member of an archive that cannot be read, its name and the reason as a str.

    Raises
    ------
    ArchiveFileError
        If the file cannot be read, or no spectrum is found in it.
    """
    if medium not in (None, *MEDIA):
        raise ValueError(f"medium {medium!r} is neither 'air' nor 'vacuum'")
    path, count = Path(path), 0
    with _clear_errors(path):
        for spectrum in _read(path):
            count += 1
            if medium and isinstance(spectrum, Spectrum):
                spectrum.medium = medium
            yield spectrum
    if not count:
        raise ArchiveFileError(path, "holds no spectrum")


@contextmanager
def _clear_errors(path):
    """Turn whatever goes wrong with a file into one sentence."""
    try:
        yield
    except ObafgkmError:
        raise
    except IsADirectoryError as error:
        raise ArchiveFileError(path, f"is a folder: give its files, {path}/*.fits") from error
    except FileNotFoundError as error:
        raise ArchiveFileError(path, "there is no such file") from error
    except PermissionError as error:
        raise ArchiveFileError(path, "may not be read: you lack the permission") from error
    except Exception as error:  # what foreign readers raise at damaged files is not documented
        problem = f"damaged, or not what its format says ({type(error).__name__}: {error})"
        raise ArchiveFileError(path, " ".join(problem.split())) from error


def _read(path):
    with path.open("rb") as file:
        is_gzipped = file.read(2) == _GZIP
    with gzip.open(path) if is_gzipped else path.open("rb") as file:
        start = file.read(512)
        if start[257:262] == b"ustar":
            yield from _read_tar(path)
        elif start.startswith(_HDF5):
            yield from _read_hdf5(path)
        elif start.startswith(_FITS) and not is_gzipped:  # of which only a part may be needed
            yield from read_fits(path)
        else:
            yield from _read_content(path, start + file.read())


def _read_content(path, content):
    if content.startswith(_FITS):
        yield from read_fits(path, content)
    else:
        yield _read_text(path, content)


def _read_tar(path):
    with tarfile.open(path) as archive:
        for member in archive:
            if not member.isfile() or PurePath(member.name).suffix not in (".fits", ".fit", ".txt", ".csv"):
                continue
            name = PurePath(member.name).name
            content = archive.extractfile(member).read()
            try:
                with _clear_errors(name):
                    yield from _read_content(name, content)
            except ArchiveFileError as error:
                yield str(error)


def _read_hdf5(path):
    from obafgkm.spectra import Spectra, read_labels

    for first in range(0, len(read_labels(path)), _ROWS):
        part = Spectra.read(path, slice(first, first + _ROWS))
        rows = zip(part.flux, part.ivar, part.labels.to_dict("records"), strict=True)
        for number, (flux, ivar, label) in enumerate(rows, first + 1):
            name = label.get("name") or f"{path.stem} {number}"
            yield Spectrum(name, part.wave, flux, ivar, part.medium, "angstrom")


def _read_text(path, content):
    """A spectrum of two or three columns of numbers; a line of words names them."""
    name = PurePath(path).stem
    text = content.decode("latin-1")
    if not text.strip():
        raise ArchiveFileError(path, "empty: fetch it again")
    if text.lstrip()[:1] == "<":
        raise ArchiveFileError(path, "an HTML page, not a spectrum: the download failed, fetch it again")
    if "\0" in text[:4096]:
        raise ArchiveFileError(path, f"neither FITS, HDF5 nor text: it begins {text[:8]!r}")
    if text.startswith("#K "):
        from obafgkm.archives import cflib

        labels, flux = cflib.read_spectrum(PurePath(path).name, content)
        return Spectrum(labels["name"], cflib.WAVE, flux, None, "air", "angstrom")

    header, numbers = _split(text)
    if len(numbers) < 2:
        raise ArchiveFileError(path, "no spectrum: fewer than two lines of wavelength and flux")
    try:
        table = np.array([line.split() for line in numbers], float).T
    except ValueError as error:
        problem = "no spectrum: its lines have different numbers of columns, or words among the numbers"
        raise ArchiveFileError(path, problem) from error
    if len(table) < 2:
        raise ArchiveFileError(path, "one column only: wavelength and flux are needed")
    return _text_spectrum(name, header, table)


def _split(text):
    """The lines before the first one of numbers, and those from there on without comments, as blanks."""
    header, numbers = [], []
    for line in text.splitlines():
        plain = re.sub(r"[#%!].*", "", line).replace(",", " ").replace(";", " ").strip()
        if plain and (numbers or re.match(r"[-+.\d]", plain)):
            numbers.append(plain)
        elif not numbers:
            header.append(line.strip(" #%!").lower())
    return header, numbers


def _text_spectrum(name, header, table):
    words = re.split(r"[\s,;|]+", header[-1]) if header else []
    place = {"wave": 0, "flux": 1, **({"error": 2} if len(table) == 3 else {})}
    if len(words) == len(table):
        named = {kind: words.index(word) for kind, word in find_columns(words).items()}
        if "flux" in named and named.keys() & {"wave", "log_wave"}:
            place = named
    wave = table[place["wave"]] if "wave" in place else 10 ** table[place["log_wave"]]
    ivar = table[place["ivar"]] if "ivar" in place else None
    if ivar is None and "error" in place:
        error = table[place["error"]]
        ivar = np.divide(1.0, error**2, out=np.zeros_like(error), where=error > 0)
    said = " ".join(header)
    medium = "air" if re.search(r"\bair\b", said) else None
    if "vac" in said or "bestfit" in said:  # SkyServer has a column BestFit
        medium = "vacuum"
    return Spectrum(name, wave, table[place["flux"]], ivar, medium)
