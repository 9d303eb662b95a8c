"""Whether a file is whole: each type read to its end, and whatever checksum it carries computed again.

This is how a file is judged of which no checksum is known yet: a beginning that looks right says nothing
about what follows it.
"""

import contextlib
import csv
import gzip
import io
import re
import tarfile
import warnings
import zlib

import numpy as np
from astropy.io import fits

from obafgkm.errors import ArchiveFileError

__all__ = ["verify"]

# Bytes that a compressed file may unpack to: readers take a gzipped file, or a member of an archive, whole
# into memory. All of CFLIB is a tenth of the last.
_LARGEST_FILE = 1 << 30
_LARGEST_ARCHIVE = 16 << 30
_LARGEST_HEADER = 1 << 20  # in a tar archive
_LONG_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_CHUNK = 1 << 20
_BLOCK = 2880  # bytes, of which every FITS file consists
# Below 32 only tab, line feed, form feed, carriage return and the end of file of DOS belong to a text.
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf|\s|<!--.*?-->|<\?.*?\?>)*<(?:!doctype html|html|head|body|title|script)\b",
    re.IGNORECASE | re.DOTALL,
)
# XML and JSON, in which services report errors.
_REPORT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<[!?a-z]|\{|\[\s*[\[{\"\d\]])", re.IGNORECASE)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")


def verify(path, content, expects=()):
    """Read a file to its end, and refuse it where it is not whole or not what it should be.

    Parameters
    ----------
    path : Path
    content : {'fits', 'tar.gz', 'gz', 'csv', 'text', None}
        What the file should be; None for anything but a page of HTML.
    expects : sequence of str
        Columns of the CSV file, or words in the first line of the text, that must be there.

    Raises
    ------
    ArchiveFileError
        With what is wrong.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(2048)
            _refuse_answer(path, start, content)
            file.seek(0)
            if content == "fits":
                _check_fits(path, file, start)
            elif content == "gz":
                _check_gz(path, file, content)
            elif content == "tar.gz":
                _check_tar(path, file)
            elif content in ("csv", "text"):
                _check_text(path, file, content, expects)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        kind = "gzipped tar archive" if content == "tar.gz" else "gzipped file"
        raise ArchiveFileError(path, f"no {kind}, or a truncated one ({error})") from error


def _refuse_answer(path, start, content):
    """Refuse a page or report of a service by its first bytes."""
    if _HTML.match(start):
        title = re.search(rb"<title[^>]*>\s*(.*?)\s*</title>", start, re.IGNORECASE | re.DOTALL)
        called = f", titled '{title[1].decode('utf-8', 'replace')}'" if title else ""
        raise ArchiveFileError(path, f"an HTML page{called}, where a file of type {content} should be")
    if content and _REPORT.match(start):
        raise ArchiveFileError(path, f"XML or JSON, where a file of type {content} should be: {start[:80]!r}")


def _check_fits(path, file, start):
    """Every HDU must lie in the file with all of its data, and agree with the checksums that it carries."""
    if not start.startswith(b"SIMPLE  ="):
        raise ArchiveFileError(path, f"no FITS file: it begins {start[:20]!r}")
    length, number = path.stat().st_size, 0
    while (first := file.tell()) < length:
        beginning = file.read(_BLOCK)
        file.seek(first)
        if number and not beginning.startswith(b"XTENSION"):
            if any(chunk.strip(b"\0 ") for chunk in iter(lambda: file.read(_CHUNK), b"")):
                raise ArchiveFileError(path, f"damaged at byte {first}, where HDU {number} should begin")
            return
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                header = fits.Header.fromfile(file)
                size, sums = header.data_size, [_recorded(header, key) for key in ("DATASUM", "CHECKSUM")]
        except Exception as error:  # astropy raises whatever a damaged card leads to
            raise ArchiveFileError(
                path, f"truncated or damaged in the header of HDU {number} ({error})"
            ) from error
        data = file.tell()
        if size < 0 or data + size > length:
            raise ArchiveFileError(
                path, f"truncated: HDU {number} should end at byte {data + size}, the file ends at {length}"
            )
        _check_sums(path, file, number, first, data, header.data_size_padded, sums)
        number += 1


def _recorded(header, key):
    """What a header says of a checksum, '' where it says nothing."""
    return str(header.get(key, "")).strip()


def _check_sums(path, file, number, first, data, size, sums):
    """Compare an HDU with its DATASUM and CHECKSUM (FITS standard 4.0, section 4.4.2.7 and appendix J)."""
    datasum, checksum = sums
    total = 0
    if datasum or checksum:
        file.seek(data)
        total = _sum(file, size)
        if datasum and datasum != str(total):
            raise ArchiveFileError(path, f"the data of HDU {number} do not agree with its DATASUM")
    if checksum and datasum:
        file.seek(first)
        # An HDU with its CHECKSUM sums to "minus zero".
        if _added(total, _sum(file, data - first)) not in (0, 0xFFFFFFFF):
            raise ArchiveFileError(path, f"the header of HDU {number} does not agree with its CHECKSUM")
    file.seek(data + size)


def _sum(file, size):
    """Ones' complement sum of the next `size` bytes as 32-bit words; what the file lacks counts as zero."""
    total = 0
    for begin in range(0, size, _CHUNK):
        chunk = file.read(min(_CHUNK, size - begin))
        words = np.frombuffer(chunk + b"\0" * (-len(chunk) % 4), ">u4")
        total = _added(total, int(words.sum(dtype=np.uint64)))
    return total


def _added(one, other):
    total = one + other
    while total >> 32:
        total = (total & 0xFFFFFFFF) + (total >> 32)
    return total


class _Unpacked:
    """The content of a gzipped file as a stream, with an end to what it may unpack to."""

    def __init__(self, path, file, most):
        self.path, self.file, self.most, self.count = path, gzip.GzipFile(fileobj=file), most, 0

    def read(self, size):
        chunk = self.file.read(size)
        self.count += len(chunk)
        if self.count > self.most:
            raise ArchiveFileError(self.path, f"more than {self.most} bytes when unpacked")
        return chunk


class _Blocks(_Unpacked):
    """The blocks of a tar archive, without headers of a size that no name needs: tarfile reads them whole."""

    left = 0  # blocks of the current member

    def read(self, size):
        block = super().read(size)
        if self.left:
            self.left -= 1
        elif len(block) == tarfile.BLOCKSIZE and block.strip(b"\0"):
            with contextlib.suppress(tarfile.HeaderError):  # which tarfile will meet, too
                member = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
                is_long = member.type in _LONG_HEADERS
                if is_long and member.size > _LARGEST_HEADER:
                    raise ArchiveFileError(self.path, f"a header of {member.size} bytes in the tar archive")
                self.left = -(-member.size // tarfile.BLOCKSIZE) if is_long or member.isreg() else 0
        return block


def _check_gz(path, file, content):
    """Unpack to the end, where gzip keeps a checksum of all."""
    unpacked = _Unpacked(path, file, _LARGEST_FILE)
    start = unpacked.read(_CHUNK)
    _refuse_answer(path, start, content)
    if not start:
        raise ArchiveFileError(path, "empty when unpacked")
    if start.startswith(b"\x1f\x8b"):
        raise ArchiveFileError(path, "gzipped twice")
    while unpacked.read(_CHUNK):
        pass


def _check_tar(path, file):
    """Unpack to the end; nothing may follow the last member, because a damaged header looks like an end."""
    unpacked, files = _Blocks(path, file, _LARGEST_ARCHIVE), 0
    try:
        # In single blocks, or what follows the last member would lie in tarfile's buffer.
        with tarfile.open(fileobj=unpacked, mode="r|", bufsize=tarfile.BLOCKSIZE) as archive:
            for member in archive:
                files += member.isfile()
                if member.size > _LARGEST_FILE:
                    problem = f"its member {member.name} has {member.size} bytes, more than {_LARGEST_FILE}"
                    raise ArchiveFileError(path, problem)
    except (tarfile.TarError, ValueError, ArithmeticError) as error:
        raise ArchiveFileError(path, f"no gzipped tar archive, or a damaged one ({error})") from error
    while chunk := unpacked.read(_CHUNK):
        if chunk.strip(b"\0"):
            raise ArchiveFileError(path, f"damaged after {files} files of the tar archive")
    if not files:
        raise ArchiveFileError(path, "a tar archive without files")


def _check_text(path, file, content, expects):
    """A text holds no control characters; in a CSV table every row has as many cells as the first."""
    for chunk in iter(lambda: file.read(_CHUNK), b""):
        if found := _NO_TEXT.search(chunk):
            raise ArchiveFileError(path, f"no text: it holds the byte {found[0]!r}")
    file.seek(0)
    # Old tables of text have Latin letters in names; the numbers that are read of them are ASCII.
    encoding = "utf-8-sig" if content == "csv" else "latin-1"
    lines = io.TextIOWrapper(file, encoding, newline="")
    try:
        rows = csv.reader(lines, strict=True) if content == "csv" else (lines.readline().split(),)
        words, number = None, 0
        for number, row in enumerate(rows, 1):
            if words is None:
                words = [word.strip() for word in row]
            elif row and len(row) != len(words):
                raise ArchiveFileError(
                    path, f"row {number} has {len(row)} cells, the first {len(words)}: damaged or truncated"
                )
    except (UnicodeDecodeError, csv.Error) as error:
        raise ArchiveFileError(
            path, f"no CSV table that can be read, after row {number} ({error})"
        ) from error
    if not words:
        raise ArchiveFileError(path, "empty")
    if lacking := [word for word in expects if word not in words]:
        shown = ", ".join(words)[:80]
        raise ArchiveFileError(path, f"its first line, '{shown}', lacks {', '.join(lacking)}")
