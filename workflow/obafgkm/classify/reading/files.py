"""Any file of a user: compression and format are recognised by its first bytes, not by its name."""

import json
import os
import re
import stat
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePath

from obafgkm.classify.reading.medium import refuse_unknown
from obafgkm.classify.reading.objects import spectra_of_tables
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.unpacking import opener, stem, tar_members, unpacked, whole, zip_members
from obafgkm.classify.spectrum import Spectrum
from obafgkm.errors import ArchiveFileError, ObafgkmError, told

__all__ = ["read_file"]

_MOST_AXES = 999  # FITS standard 4.0, section 4.4.1.1
_FITS, _HDF5 = b"SIMPLE  =", b"\x89HDF"
_ZIP = b"PK\x03\x04"
_OTHERS = {  # other kinds of files, by their first bytes
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"II*\0": "a TIFF picture",
    b"MM\0*": "a TIFF picture",
    b"<svg": "an SVG picture",
    b"\x93NUMPY": "an array of NumPy: save wavelengths and flux as text, or use obafgkm.classify from Python",
    b"\x80\x02": "a pickle of Python: use obafgkm.classify from Python",
    b"\x80\x03": "a pickle of Python: use obafgkm.classify from Python",
    b"\x80\x04": "a pickle of Python: use obafgkm.classify from Python",
    b"\x80\x05": "a pickle of Python: use obafgkm.classify from Python",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save it as CSV",
    b"PAR1": "a Parquet table: save it as CSV or FITS, or use obafgkm.classify from Python",
    b"#ASDF": "an ASDF file: save it as FITS, or use obafgkm.classify from Python",
    b"SQLite format 3": "an SQLite database: save the spectrum as CSV",
    b"SR\0\4": "an IDL save file: save the spectrum as FITS or text",
    b"MATLAB 5.0": "a MATLAB file: save the spectrum as FITS or text",
    b"version https://git-lfs": "a pointer of Git LFS in place of the file: run 'git lfs pull'",
    _ZIP: "a zip archive within another file: unpack it first",
    b"PK\5\6": "an empty zip archive",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed by Zstandard: run 'unzstd' first",
}
_ZIPPED = {  # kinds of files that are zip archives, by a member that they always contain
    r"xl/workbook\.(xml|bin)": "an Excel workbook: save it as CSV",
    r"word/document\.xml": "a Word document, not a spectrum",
    r"content\.xml": "an OpenDocument spreadsheet or text: save it as CSV",
    r".*\.npy": "arrays of NumPy: save wavelengths and flux as text, or use obafgkm.classify from Python",
}
# Members of archives that describe the others: skipped silently unless they are spectra.
_BESIDE = re.compile(
    r"(?:readme|licen[cs]e|copying|changelog|citation|makefile|manifest|index)(?:\..*)?"
    r"|.*(?:md5|sha\d+)(?:sums?)?(?:\.txt)?"
    r"|.*\.(?:md|rst|pdf|png|jpe?g|gif|svg|html?|py|ipynb|sh|pro|m|r|json|ya?ml|toml|ini|cfg|bib|tex|log)",
    re.IGNORECASE,
)


def read_file(path, medium=None):
    """Read all spectra of a file, one after another.

    Parameters
    ----------
    path : path-like
        FITS (see `obafgkm.classify.reading.fits_files`), a table that astropy reads, text of two or more
        columns, HDF5 (see `obafgkm.classify.reading.hdf5`), each optionally compressed by gzip, bzip2, xz or
        compress, or a tar or zip archive of such files.
    medium : {'air', 'vacuum'}, optional
        Medium of the wavelengths, overriding the file.

    Yields
    ------
    Spectrum
        Or, for a member of an archive that cannot be read, a str with its name and the reason.

    Raises
    ------
    ArchiveFileError
        If the file cannot be read, or contains no spectrum.
    ValueError
        If `medium` is neither of the two.
    """
    refuse_unknown(medium)
    path, count = Path(path), 0
    with _clear_errors(path):
        for spectrum in _read(path):
            count += 1
            if isinstance(spectrum, Spectrum):
                if medium:
                    spectrum.medium, spectrum.receipt.medium = medium, "the option --medium"
                elif spectrum.medium is None:
                    spectrum.receipt.medium = "not said, air assumed"
            yield spectrum
    if not count:
        raise ArchiveFileError(path, "holds no spectrum")


@contextmanager
def _clear_errors(path):
    """Turn any error in reading a file into one sentence."""
    try:
        yield
    except RefusedError as error:
        raise ArchiveFileError(path, str(error)) from error
    except ObafgkmError:
        raise
    except IsADirectoryError as error:
        raise ArchiveFileError(path, f"is a folder: give its files, {path}/*.fits") from error
    except FileNotFoundError as error:
        is_stream = str(path) == "-" or re.fullmatch(r"/dev/fd/\d+|/proc/self/fd/\d+", str(path))
        problem = "standard input and pipes are not read: save it as a file first"
        raise ArchiveFileError(path, problem if is_stream else "there is no such file") from error
    except PermissionError as error:
        raise ArchiveFileError(path, "cannot be read: permission denied") from error
    except MemoryError as error:
        raise ArchiveFileError(
            path, "needs more memory than a file may take: damaged, or too large"
        ) from error
    except ImportError as error:  # also if the memory allowed is too small for it
        problem = f"not read, as a library cannot be loaded here ({told(error)})"
        raise ArchiveFileError(path, problem) from error
    except Exception as error:  # third-party readers do not document what they raise for damaged files
        if isinstance(error, OSError) and error.errno:  # of the system, not of a reader
            problem = f"cannot be read ({os.strerror(error.errno)})"
        else:
            problem = f"damaged, or not a valid file of its format ({told(error)})"
        raise ArchiveFileError(path, problem) from error


def _read(path):
    found = path.stat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise RefusedError("a pipe or a device, which may never end: save it as a file first")
    with path.open("rb") as file:
        start = file.read(512)
    own = opener(start)
    if own is None and _is_fits(start):  # often only a part of it is needed
        _refuse_odd_fits(start)
        from obafgkm.classify.reading.fits_files import read_fits

        yield from read_fits(path)
        return
    if start.startswith(_HDF5):
        from obafgkm.classify.reading.hdf5 import read_hdf5

        yield from read_hdf5(path)
        return
    if start.startswith(_ZIP):
        _refuse_documents(path)
        yield from _members(zip_members(path))
        return
    packed = found.st_size if own else None
    with (own or open)(path, "rb") as file:
        is_tar = file.read(512)[257:262] == b"ustar"
        file.seek(0)
        if is_tar:
            yield from _members(tar_members(file, packed))
            return
        content = unpacked(whole(file, packed))
    yield from _read_content(path, content)


def _is_fits(content):
    """Whether it is FITS, whose header has no line breaks, rather than text below FITS keywords."""
    return content.startswith(_FITS) and b"\n" not in content[:80]


def _refuse_odd_fits(content):
    """Refuse what says it is no FITS, and more axes than FITS allows: astropy would iterate over all."""
    if content[10:30].strip() == b"F":
        raise RefusedError("SIMPLE = F: by its own word it does not follow the FITS standard")
    found = re.search(rb"NAXIS   = *(\d+)", content[:800])
    if found and int(found[1]) > _MOST_AXES:
        raise RefusedError(f"damaged: NAXIS = {int(found[1])}, but FITS allows {_MOST_AXES} axes at most")


def _read_content(path, content):
    if _is_fits(content):
        _refuse_odd_fits(content)
        from obafgkm.classify.reading.fits_files import read_fits

        yield from read_fits(path, content)
    else:
        yield from _read_text(path, content)


def _refuse_documents(path):
    """Refuse documents of office programs and NumPy, which are zip archives."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    for pattern, what in _ZIPPED.items():
        if any(re.fullmatch(pattern, name) for name in names):
            raise RefusedError(what)


def _members(members):
    for full, read in members:
        name = PurePath(full).name
        if name.startswith(".") or "__MACOSX" in PurePath(full).parts:
            continue
        try:
            with _clear_errors(name):
                yield from _read_content(name, unpacked(read()))
        except ArchiveFileError as error:
            if not _BESIDE.fullmatch(name):
                yield str(error)


def _read_text(path, content):
    """Spectra of a text: a table in a format that astropy reads, or plain columns of numbers."""
    name = stem(path)
    for magic, what in _OTHERS.items():
        if content.startswith(magic):
            raise RefusedError(what if ":" in what else f"{what}, not a spectrum")
    text = _decoded(content)
    if not text.strip():
        raise RefusedError("empty: fetch it again")
    if "\0" in text[:4096]:
        raise RefusedError(f"neither FITS, HDF5 nor text: it begins {text[:8]!r}")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise RefusedError(f"damaged: line {line} holds bytes of zero, as after a full disk; fetch it again")
    if text.lstrip()[:1] in "{[" and _is_json(text):
        raise RefusedError("a JSON document: save wavelengths and flux as CSV or FITS")
    if text.startswith("#K "):
        from obafgkm.classify.reading.surveys import cflib_spectrum

        yield cflib_spectrum(path, content)
        return
    from obafgkm.classify.reading.tables import astropy_format, parts_of_table

    form = astropy_format(text)
    if not form and text.lstrip()[:1] == "<":
        if re.search(r"<!doctype html|<html|<head|<body", text[:2000], re.IGNORECASE):
            raise RefusedError("an HTML page, not a spectrum: the download failed, fetch it again")
        raise RefusedError("an XML file that is not a VOTable: save the spectrum as VOTable, FITS or text")
    if form:
        parts = parts_of_table(text, form)
    else:
        from obafgkm.classify.reading.text import text_parts

        parts = text_parts(text, name)
    yield from spectra_of_tables(parts, name)


def _is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return text.lstrip().startswith("{")
    return True


def _decoded(content):
    """Decode text: by its byte-order mark, as UTF-8, or else as Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig").replace("\u2212", "-")  # the typographic minus sign
    except UnicodeDecodeError:
        return content.decode("latin-1")
