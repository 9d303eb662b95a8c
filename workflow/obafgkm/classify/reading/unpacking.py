"""Compressed files and archives of files, unpacked with a limit on the unpacked size."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import PurePath

from obafgkm.classify.reading.refusal import RefusedError

__all__ = ["limit", "opener", "stem", "tar_members", "unpacked", "whole", "zip_members"]

_ENCRYPTED = 1  # flag of a member of a zip archive
_LARGEST = 1 << 30  # bytes of a file in memory: more than any spectrum, or all spectra of a plate, needs
_RATIO, _SMALL = 100, 64 << 20  # maximum expansion; unpacked bytes that are always allowed


def _open_lzw(file, mode):
    import uncompresspy  # needed by few files

    return uncompresspy.open(file, mode, warn_truncation=False, save_checkpoints=False)


_OPENERS = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x5d\x00\x00": lzma.open,
    b"\x1f\x9d": _open_lzw,
}
_CHUNK = 1 << 20  # bytes read at once
_LAYERS = 3  # nested compressions of a member of an archive


def stem(path):
    """Name of a file without its folder and the extensions of its format and compression."""
    name = PurePath(path).name
    for ending in (".gz", ".fz", ".bz2", ".xz", ".Z"):
        name = name.removesuffix(ending)
    return PurePath(name).stem


def opener(start):
    """The function that opens a compressed file with these first bytes; None if it is not compressed."""
    return next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), None)


def limit(packed=None):
    """The most bytes that a file may hold, or that so many compressed bytes may expand to."""
    return _LARGEST if packed is None else min(_LARGEST, _SMALL + _RATIO * packed)


def whole(file, packed=None):
    """The rest of an open file.

    Parameters
    ----------
    file : binary file
    packed : int, optional
        Size on disk in bytes, if it is compressed.

    Raises
    ------
    RefusedError
        If it is larger than any file of spectra, or expands by more than spectra do.
    """
    most = limit(packed)
    content = file.read(most + 1)
    if len(content) > most:
        what = "holds" if packed is None else f"{packed:,} bytes, unpacks to"
        raise RefusedError(f"{what} more than {most:,} bytes: not a file of spectra")
    return content


def unpacked(content):
    """Decompressed content."""
    for _ in range(_LAYERS):
        if (own := opener(content[:8])) is None:
            break
        with own(io.BytesIO(content), "rb") as file:
            content = whole(file, len(content))
    return content


def tar_members(file, packed):
    """Name of each file in an open tar archive, and a function that returns its content.

    Raises
    ------
    RefusedError
        After the last member, if anything but the zeros of the archive's end follows: to tarfile, a damaged
        header looks like the end.
    """
    blocks = _Blocks(file)
    with tarfile.open(fileobj=blocks, mode="r:") as archive:
        for member in archive:
            if member.isfile():
                yield member.name, lambda member=member: whole(archive.extractfile(member), packed)
        members = len(archive.getmembers())
    rest = blocks.last
    is_end = len(rest) == tarfile.BLOCKSIZE
    while rest and is_end:
        is_end = not rest.strip(b"\0")
        rest = file.read(_CHUNK)  # to its end, where a compressed file keeps a checksum of all
    if not is_end:
        raise RefusedError(f"damaged or truncated after {members} members of the tar archive")


class _Blocks:
    """An open file that keeps what was read last: of a tar archive, the block after its last member."""

    def __init__(self, file):
        self.file, self.last = file, b""
        self.seek, self.tell = file.seek, file.tell

    def read(self, size=-1):
        self.last = self.file.read(size)
        return self.last


def zip_members(path):
    """Name of each file in a zip archive, and a function that returns its content."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                yield member.filename, lambda member=member: _zipped(archive, member)


def _zipped(archive, member):
    if member.flag_bits & _ENCRYPTED:
        raise RefusedError("encrypted: unpack it with its password first")
    with archive.open(member) as file:
        return whole(file, member.compress_size)
