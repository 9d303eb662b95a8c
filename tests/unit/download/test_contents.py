"""Files that no checksum is known of are read to their end: what is damaged anywhere is refused."""

import gzip
import io
import tarfile

import numpy as np
import pytest
from astropy.io import fits
from mutants import mutant

from obafgkm.download import contents
from obafgkm.download.contents import verify
from obafgkm.errors import ArchiveFileError

PIXELS = np.arange(2000, dtype=">f4")


def fits_file(checksum=True):
    """An image, and a table behind it."""
    table = fits.BinTableHDU.from_columns([fits.Column("FLUX", "E", array=PIXELS[:700])])
    hdus = fits.HDUList([fits.PrimaryHDU(PIXELS), table])
    buffer = io.BytesIO()
    hdus.writeto(buffer)  # which completes the headers that the checksums are of
    if checksum:
        for hdu in hdus:
            hdu.add_checksum(when="then")
        buffer = io.BytesIO()
        hdus.writeto(buffer)
    return buffer.getvalue()


def long_header(size):
    """A tar archive with a PAX header of a size that no name needs; tarfile would read it whole."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("1.fits")
        member.pax_headers = {"comment": "0" * size}
        archive.addfile(member)
    return buffer.getvalue()


def tar(*sizes):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number, size in enumerate(sizes):
            member = tarfile.TarInfo(f"{number}.fits")
            member.size = size
            archive.addfile(member, io.BytesIO(bytes([number + 1]) * size))
    return buffer.getvalue()


def zipped(content):
    return gzip.compress(content, mtime=0)


@pytest.fixture
def judge(tmp_path):
    """Verify a file of these bytes."""

    def judge(body, content, expects=()):
        path = tmp_path / "a"
        path.write_bytes(body)
        verify(path, content, expects)

    return judge


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("fits", fits_file()),
        ("fits", fits_file(checksum=False)),
        ("fits", fits_file(checksum=False)[:-70]),  # only padding of the last block is lacking
        ("fits", fits_file() + bytes(2880)),
        ("gz", zipped(b"1 2\n" * 5000)),
        ("gz", zipped(b"1 2\n") + zipped(b"3 4\n")),
        ("tar.gz", zipped(tar(5000, 0, 700))),
        ("csv", b"\xef\xbb\xbfname,sp_type\r\nSun,G2V\r\n\r\n"),
        ("csv", 'name,sp_type\n"A, the ""first""\nstar",G2V\nβ Ori,B8'.encode()),
        ("text", b"Name  sp_type\nSu\xe8de 1\n"),
        ("csv", b"[Fe/H],sp_type\n0.1,G2V\n"),
        (None, b"\x00\x01"),
    ],
)
def test_whole_files_pass(judge, content, body):
    judge(body, content, ["sp_type"])


@pytest.mark.parametrize(
    ("content", "body", "complaint"),
    [
        ("fits", b"", "no FITS file"),
        ("fits", b"SIMPLE  = T".ljust(2880), "header of HDU 0"),
        ("fits", fits_file(checksum=False)[:9000], r"HDU 0 should end at byte \d+, the file ends at 9000"),
        ("fits", fits_file(checksum=False)[:-2880], "truncated: HDU 1"),
        ("fits", fits_file(checksum=False)[:13000], "header of HDU 1"),
        ("fits", fits_file(checksum=False).replace(b"XTENSION", b"XTENSIOM"), "where HDU 1 should begin"),
        ("fits", fits_file() + b"x" * 2880, "where HDU 2 should begin"),
        ("fits", fits_file().replace(PIXELS[:9].tobytes(), PIXELS[9:0:-1].tobytes()), "HDU 0 .* DATASUM"),
        ("fits", fits_file().replace(b"'FLUX", b"'GLUX"), "header of HDU 1 .* CHECKSUM"),
        ("fits", fits_file(False).replace(b"= " + b"2000".rjust(20), b"= " + b"9" * 20), "truncated: HDU 0"),
        ("fits", fits_file(False).replace(b"= " + b"2000".rjust(20), b"= " + b"-5".rjust(20)), "HDU"),
        ("fits", fits_file(False).replace(b"= " + b"2000".rjust(20), b"= " + b"'a'".rjust(20)), "HDU 0"),
        ("gz", zipped(b"1 2\n" * 5000)[:-9], "no gzipped file, or a truncated one"),
        ("gz", zipped(b"1 2\n" * 5000)[:-8] + bytes(8), "CRC"),
        ("gz", zipped(b"1 2\n") + b"rest", "no gzipped file"),
        ("tar.gz", zipped(tar(5000, 700)[:4000]), "no gzipped tar archive, or a damaged one"),
        ("tar.gz", zipped(tar(5000, 700))[:-4], "truncated"),
        ("tar.gz", zipped(tar(500, 700).replace(b"1.fits\0", b"1.fitz\0")), "damaged after 1 file"),
        ("tar.gz", zipped(tar()), "without files"),
        ("gz", zipped(b""), "empty when unpacked"),
        ("tar.gz", zipped(long_header(2 << 20)), "a header of 2097[0-9]{3} bytes"),
        ("csv", b"name,sp_type\nSun,G2V\nSiri", "row 3 has 1 cells, the first 2"),
        ("csv", b"name,sp_type\nSun,G2V,\n", "row 2 has 3 cells"),
        ("csv", b'name,sp_type\n"Sun,G2V\n', "after row 1"),
        ("csv", b"name,sp_type\nS\xffn,G2V\n", "no CSV table"),
        ("csv", b"name,sp_type\nS\0n,G2V\n", r"holds the byte b'\\x00'"),
        ("csv", b"", "empty"),
        ("text", b" \n\n", "empty"),
        ("text", b'{"error": "quota sp_type"}', "XML or JSON"),
        ("text", b'\xef\xbb\xbf[{"sp_type": 1}]', "XML or JSON"),
        ("csv", b"<?xml version='1.0'?>\n<Error>sp_type</Error>\n", "XML or JSON"),
        ("text", b"<!-- sp_type -->\n<html><title>Log in</title></html>", "an HTML page, titled 'Log in'"),
        ("csv", b"<?xml version='1.0'?><!-- --> <HTML>", "an HTML page"),
        ("gz", zipped(b"<html><title>Log in</title></html>"), "an HTML page, titled 'Log in'"),
        ("gz", zipped(b'{"error": "quota"}'), "XML or JSON"),
        ("gz", zipped(zipped(b"1 2\n" * 5000)), "gzipped twice"),
        ("text", b"", "empty"),
        ("text", b"sp_type\n" + zipped(b"text"), "no text"),
        (None, b"\xef\xbb\xbf <!DOCTYPE HTML><title> Down </title>", "an HTML page, titled 'Down'"),
    ],
)
def test_damaged_files_are_refused(judge, content, body, complaint):
    with pytest.raises(ArchiveFileError, match=complaint):
        judge(body, content, ["sp_type"])


def summed(pixels):
    """Two images with the sum of their data only."""
    hdus, buffer = fits.HDUList([fits.PrimaryHDU(pixels), fits.ImageHDU(pixels)]), io.BytesIO()
    for hdu in hdus:
        hdu.add_datasum(when="then")
    hdus.writeto(buffer)
    return buffer.getvalue()


def test_the_sum_of_the_data_alone_is_verified(judge):
    body = summed(PIXELS)
    judge(body, "fits")
    with pytest.raises(ArchiveFileError, match=r"HDU 0 .* DATASUM"):
        judge(body.replace(PIXELS[:9].tobytes(), PIXELS[9:0:-1].tobytes(), 1), "fits")


@pytest.mark.parametrize("size", [720, 300_000])  # whole blocks; more than is read at once
def test_data_of_any_size_lie_in_their_file(judge, size):
    judge(summed(np.arange(size, dtype=">f4")), "fits")


@pytest.mark.parametrize(
    ("content", "body", "complaint"),
    [
        ("gz", zipped(bytes(5000)), "more than 4000 bytes when unpacked"),
        ("tar.gz", zipped(tar(3000, 3000, 3000, 3000)), "more than 9000 bytes when unpacked"),
        ("tar.gz", zipped(tar(10, 5000)), r"member 1\.fits has 5000 bytes, more than 4000"),
    ],
)
def test_what_unpacks_without_end_is_given_up(judge, monkeypatch, content, body, complaint):
    monkeypatch.setattr(contents, "_LARGEST_FILE", 4000)
    monkeypatch.setattr(contents, "_LARGEST_ARCHIVE", 9000)
    with pytest.raises(ArchiveFileError, match=complaint):
        judge(body, content)


@pytest.mark.parametrize(
    ("content", "body"),
    [("fits", fits_file()), ("gz", zipped(PIXELS.tobytes())), ("tar.gz", zipped(tar(9000)))],
)
@pytest.mark.filterwarnings("ignore::astropy.utils.exceptions.AstropyUserWarning")
def test_every_mutant_is_refused_or_says_the_same(judge, content, body):
    """Bytes changed, cut out, doubled or cut off, with fixed seeds; what is accepted holds the same data.

    That is so where a change hits what no checksum covers: padding, or the time in the header of gzip. A FITS
    file that is cut off between two HDUs is whole in itself: of that only its length tells.
    """
    refused = 0
    for seed in range(250):
        damaged = mutant(body, seed)
        if damaged == body:
            refused += 1
            continue
        try:
            judge(damaged, content)
        except ArchiveFileError:
            refused += 1
        else:
            assert same(content, damaged, body), f"seed {seed}"
    assert refused > 225


def same(content, damaged, body):
    """Whether two files hold the same data."""
    if content == "fits":
        with fits.open(io.BytesIO(damaged)) as one, fits.open(io.BytesIO(body)) as other:
            return all(np.array_equal(a.data, b.data) for a, b in zip(one, other, strict=False))
    return gzip.decompress(damaged) == gzip.decompress(body)


def test_real_files_pass(mirror):
    """Whatever a mirror holds of these types is whole."""
    kinds = {".fits": "fits", ".tgz": "tar.gz", ".gz": "gz", ".csv": "csv"}
    paths = [path for path in sorted(mirror.rglob("*")) if path.suffix in kinds and path.is_file()][:300]
    for path in paths:
        verify(path, kinds[path.suffix])
