"""Files, names and outputs as hostile or unlucky users have them: each costs a row with a reason at most."""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import h5py
import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from astropy.table import Table
from test_command import RUN, star

from obafgkm.archives import cflib
from obafgkm.classify import classify, classify_files, command, rows
from obafgkm.classify.command import main
from obafgkm.classify.model import Model
from obafgkm.classify.printable import printable, spreadsheet_cell
from obafgkm.classify.reading import read_file, unpacking
from obafgkm.classify.reading.medium import by_lines
from obafgkm.classify.streaming import names_of
from obafgkm.errors import ArchiveFileError


@pytest.fixture
def good(tmp_path):
    """A spectrum that can be typed."""
    path = tmp_path / "good.txt"
    np.savetxt(path, np.stack(star(3), axis=1), fmt="%.8g")
    return path


def between(good, bad):
    """Rows of a good file, a bad one, and the good one again; what is said of the good one is checked."""
    table = classify_files([good, bad, good])
    alone = classify_files(good)
    of_good = table[table["file"] == str(good)]
    for row in (of_good.iloc[[0]], of_good.iloc[[1]]):
        pd.testing.assert_frame_equal(row.reset_index(drop=True), alone, rtol=1e-3)
    return table[table["file"] == str(bad)].reset_index(drop=True)


@pytest.mark.parametrize("value", [1e200, -1e200, 1e308, -1.7976931348623157e308, 3e38, 1e25])
def test_a_pixel_that_no_star_has_is_left_out(good, tmp_path, value):
    wave, flux = star(3)
    flux = flux.copy()
    flux[1000] = value
    np.savetxt(tmp_path / "broken.txt", np.stack([wave, flux], axis=1), fmt="%.17g")
    (row,) = between(good, tmp_path / "broken.txt").to_dict("records")
    assert row["problem"] == ""
    assert row["masked"] == pytest.approx(1 / wave.size)
    expected = classify_files(good).iloc[0]
    assert row["type"] == expected["type"]
    assert row["class_number"] == pytest.approx(expected["class_number"], abs=0.5, nan_ok=True)


@pytest.mark.parametrize("scale", [1e150, 1e-150, 1e-320])
def test_a_flux_that_cannot_be_computed_with_is_refused(good, tmp_path, scale):
    wave, flux = star(3)
    np.savetxt(tmp_path / "scaled.txt", np.stack([wave, flux * scale], axis=1), fmt="%.8g")
    (row,) = between(good, tmp_path / "scaled.txt").to_dict("records")
    assert row["flags"] == "unreadable"
    assert row["problem"]


@pytest.mark.parametrize("scale", [1e-40, 1e-17, 1e40])
def test_any_unit_of_flux_gives_the_same_type(scale):
    wave, flux = star(3)
    assert classify(wave, flux * scale)["alternatives"].item() == classify(wave, flux)["alternatives"].item()


def tar_of(content, members):
    """Bytes of a tar archive that holds the same text several times, and where its headers begin."""
    buffer, begins = io.BytesIO(), []
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number in range(members):
            begins.append(archive.offset)
            header = tarfile.TarInfo(f"{number}.txt")
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return buffer.getvalue(), begins


@pytest.mark.parametrize(
    ("spoil", "members"),
    [
        (lambda body, begins: body[: begins[1] + 3] + b"\xff" + body[begins[1] + 4 :], 1),
        (lambda body, begins: body[: begins[2]], 2),
        (lambda body, begins: body[: begins[2] + 100], 2),
        (lambda body, begins: body + body, 3),
    ],
    ids=["a damaged header", "cut between members", "cut in a header", "two archives"],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_what_is_lost_behind_a_damaged_header_of_an_archive_is_told(good, tmp_path, spoil, members, pack):
    path = tmp_path / "stars.tar"
    whole, begins = tar_of(good.read_bytes(), 3)
    path.write_bytes(pack(whole))
    assert [item.name for item in read_file(path)] == ["0", "1", "2"]
    path.write_bytes(pack(spoil(whole, begins)))
    with pytest.raises(ArchiveFileError, match=f"after {members} members"):
        list(read_file(path))
    table = classify_files(path)
    assert (table["problem"] == "").sum() == members
    assert len(table) == members + 1


def test_the_checksum_of_a_packed_archive_is_verified(good, tmp_path):
    path = tmp_path / "stars.tar.gz"
    body = gzip.compress(tar_of(good.read_bytes(), 1)[0])
    path.write_bytes(body[:-8] + b"\1\1\1\1" + body[-4:])
    assert "CRC" in classify_files(path)["problem"].iloc[-1]


@pytest.mark.parametrize(
    "stream",
    [
        '<!DOCTYPE VOTABLE [<!ATTLIST STREAM href CDATA "{address}">]>',
        '<!DOCTYPE VOTABLE [<!ENTITY other "&#104;ref">]>',
        '<STREAM note=">" href="{address}"/>',
        '<vot:STREAM\nhref = "{address}"/>',
    ],
)
def test_a_votable_reads_no_address(tmp_path, stream):
    path, secret = tmp_path / "table.vot", tmp_path / "secret.bin"
    path.write_text(
        '<?xml version="1.0"?>\n<VOTABLE>' + stream.format(address=secret.as_uri()) + "</VOTABLE>"
    )
    with pytest.raises(ArchiveFileError, match=r"of its own|at an address"):
        list(read_file(path))


def test_a_votable_in_another_encoding_is_read(tmp_path):
    wave, flux = star(3)
    text = io.BytesIO()
    Table({"wavelength": wave, "flux": flux}, units=["Angstrom", ""]).write(text, format="votable")
    text = text.getvalue().decode()
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    path = tmp_path / "star.vot"
    path.write_bytes(text.replace('"utf-8"', '"utf-16"', 1).encode("utf-16"))
    (spectrum,) = read_file(path)
    np.testing.assert_allclose(spectrum.flux, flux, rtol=1e-5)


@pytest.mark.parametrize("kind", ["external", "virtual"])
def test_hdf5_reads_no_other_file(tmp_path, kind):
    wave, flux = (np.asarray(values, "f8") for values in star(3))
    flux.tofile(tmp_path / "flux.bin")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["flux"] = flux
    path = tmp_path / "star.h5"
    with h5py.File(path, "w") as file:
        file["wavelength"] = wave
        if kind == "external":
            elsewhere = [(str(tmp_path / "flux.bin"), 0, flux.nbytes)]
            file.create_dataset("flux", flux.shape, "f8", external=elsewhere)
        else:
            layout = h5py.VirtualLayout(flux.shape, "f8")
            layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "flux", flux.shape)
            file.create_virtual_dataset("flux", layout)
    with pytest.raises(ArchiveFileError, match="flux are in other files"):
        list(read_file(path))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_standard_output_is_named_and_costs_no_table(good, tmp_path):
    table = tmp_path / "table.csv"
    for output, status in [(["--output", table], 0), ([], 2)]:
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [*RUN, "classify", good, *output], stdout=full, stderr=subprocess.PIPE, text=True
            )
        assert done.stderr.splitlines() == [
            "obafgkm: standard output cannot be written (No space left on device)"
        ]
        assert done.returncode == status
    assert len(pd.read_csv(table)) == 1


def test_fits_that_says_it_is_none_is_refused(tmp_path):
    path = tmp_path / "star.fits"
    fits.PrimaryHDU(np.ones(3000, "f4"), fits.Header({"CRVAL1": 4000.0, "CDELT1": 1.0})).writeto(path)
    body = path.read_bytes()
    assert body[29:30] == b"T"
    path.write_bytes(body[:29] + b"F" + body[30:])
    with pytest.raises(ArchiveFileError, match="SIMPLE = F"):
        list(read_file(path))


def test_a_truth_is_no_step_of_wavelength(tmp_path):
    path = tmp_path / "star.fits"
    fits.PrimaryHDU(np.ones(3000, "f4"), fits.Header({"CRVAL1": 4000.0, "CDELT1": True})).writeto(path)
    with pytest.raises(ArchiveFileError, match="CDELT1 = True is not a number"):
        list(read_file(path))


def test_what_the_system_refuses_is_not_called_damaged(good, tmp_path):
    os.symlink("loop.fits", tmp_path / "loop.fits")
    for path in (tmp_path / "loop.fits", tmp_path / ("x" * 300), tmp_path / ("d/" * 3000)):
        assert between(good, path)["problem"].item().startswith("cannot be read (")


def test_a_library_that_cannot_be_loaded_makes_no_file_damaged(good, monkeypatch):
    def failing(path):
        raise ImportError("failed to map segment from shared object")
        yield

    monkeypatch.setattr("obafgkm.classify.reading.files._read", failing)
    with pytest.raises(
        ArchiveFileError, match=r"a library cannot be loaded here \(ImportError: failed to map"
    ):
        list(read_file(good))


def test_an_encrypted_member_is_called_so(good, tmp_path):
    path = tmp_path / "secret.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", good.read_bytes())
    body = bytearray(path.read_bytes())
    body[6] |= 1  # flags of the member, before it and in the directory
    body[body.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(body)
    assert "encrypted: unpack it" in between(good, path)["problem"].item()


def test_wavelengths_of_300_digits_are_told_in_a_few():
    flux = star(3)[1]
    (problem,) = classify(np.geomspace(3000, 1e300, flux.size), flux)["problem"]
    assert problem.startswith("covers 3000-1e+300 Å")


def test_a_sparse_file_costs_its_own_row(good):
    """Its size allows more time than a clock can hold."""
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("only a file system in memory, /dev/shm, has sparse files of any size")
    with tempfile.NamedTemporaryFile(dir="/dev/shm", suffix=".fits") as file:
        os.truncate(file.name, 1 << 47)
        assert "not a file of spectra" in between(good, file.name)["problem"].item()


def test_pages_of_several_spectra_leave_those_of_other_files_alone():
    assert list(names_of(["a", "a_2", "a", "a_b", "b_2"])) == ["a", "a_2-2", "a-2", "a_b", "b_2"]


class Failing(Model):
    """A model that cannot take one kind of spectrum, and answers nonsense of another."""

    def __init__(self, released):
        vars(self).update(vars(released))

    def classify(self, flux, ivar):
        if (np.nanmax(flux, axis=1) > 100).any():
            raise FloatingPointError("overflow")
        types = super().classify(flux, ivar)
        types.temperature[np.nanmax(flux, axis=1) > 50] = np.nan
        return types


def test_an_exception_of_the_network_costs_the_spectrum_that_raises_it(monkeypatch):
    model = Failing(rows.load_model())
    monkeypatch.setattr(rows, "load_model", lambda folder=None: model)
    wave, flux = star(3)
    flux = flux / flux.max()
    table = classify(wave, np.stack([flux, 120 * flux, flux, 60 * flux, flux]))
    assert table["problem"].tolist() == [
        "",
        "cannot be classified (FloatingPointError: overflow)",
        "",
        "cannot be classified: the network's answer is not a number",
        "",
    ]
    assert table["alternatives"].ne("").tolist() == [True, False, True, False, True]


BOMB = bytes(1 << 22)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Files may unpack to 1 MB and 10 times their size."""
    monkeypatch.setattr(unpacking, "_SMALL", 1 << 20)
    monkeypatch.setattr(unpacking, "_RATIO", 10)


def test_long_names_take_no_time_and_fit_into_a_table(tmp_path):
    wave, flux = star(3)
    rows = "\n".join(f"{w:.2f},{f:.5f}" for w, f in zip(wave, flux, strict=True))
    (tmp_path / "long.csv").write_text(f"wave{' [' * 20_000},{'flux and ' * 20_000}\n{rows}")
    (row,) = classify_files(tmp_path / "long.csv").to_dict("records")
    assert max(len(value) for value in row.values() if isinstance(value, str)) < 1000


def test_a_compressed_image_that_expands_too_far_is_refused(small, tmp_path):
    image = fits.CompImageHDU(np.zeros((600, 4000), "f4"), compression_type="GZIP_1", quantize_level=0)
    image.header.update(CRVAL1=3800.0, CDELT1=1.0)
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(tmp_path / "bomb.fits.fz")
    with pytest.raises(ArchiveFileError, match="unpacks to 9,600,000: not a file of spectra"):
        list(read_file(tmp_path / "bomb.fits.fz"))


def test_what_unpacks_to_far_more_than_a_spectrum_is_refused(small, tmp_path):
    (tmp_path / "bomb.fits.gz").write_bytes(gzip.compress(BOMB))
    with pytest.raises(ArchiveFileError, match=r"bomb\.fits\.gz: .*unpacks to more than"):
        list(read_file(tmp_path / "bomb.fits.gz"))


@pytest.mark.parametrize("packed_again", [False, True])
@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_a_bomb_in_an_archive_leaves_its_neighbours(small, good, tmp_path, kind, packed_again):
    path = tmp_path / f"night.{kind}"
    bomb = gzip.compress(BOMB) if packed_again else BOMB
    members = {"a.txt": good.read_bytes(), "bomb.fits": bomb, "c.txt": good.read_bytes()}
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz" if kind.endswith("gz") else "w") as archive:
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    first, bad, last = read_file(path)
    assert (first.name, last.name) == ("a", "c")
    assert bad.startswith("bomb.fits: ")
    if packed_again or kind != "tar":
        assert "unpacks to more than" in bad


def test_a_bomb_at_the_true_limits_costs_a_row(good, tmp_path):
    with gzip.open(tmp_path / "bomb.fits.gz", "wb", compresslevel=9) as file:
        for _ in range(32):
            file.write(BOMB)
    (row,) = between(good, tmp_path / "bomb.fits.gz").to_dict("records")
    assert "unpacks to more than" in row["problem"]


def card_file(path, *cards):
    """A FITS file with a header of these cards and a block of data."""
    header = "".join(f"{card:<80}" for card in ("SIMPLE  =                    T", *cards, "END"))
    path.write_bytes(header.ljust(-(-len(header) // 2880) * 2880).encode() + bytes(2880))


@pytest.mark.parametrize(
    "cards",
    [
        ["BITPIX  =                  -32", "NAXIS   =            100000000", "NAXIS1  =  2", "NAXIS2  =   2"],
        ["BITPIX  =                  -32", "NAXIS   =  1", "NAXIS1  =  1000000000000000"],
        ["BITPIX  =                  -32", "NAXIS   =  1", "NAXIS1  =                  -5"],
        ["BITPIX  =                  -32", "NAXIS   =  1e9"],
        ["BITPIX  =             99999999", "NAXIS   =  1", "NAXIS1  =     5"],
    ],
)
def test_axes_without_end_cost_a_row(good, tmp_path, cards):
    card_file(tmp_path / "axes.fits", *cards)
    (row,) = between(good, tmp_path / "axes.fits").to_dict("records")
    assert row["problem"]
    assert "takes too long" not in row["problem"]


def test_pipes_and_devices_are_refused(good, tmp_path):
    os.mkfifo(tmp_path / "pipe.fits")
    for bad in (tmp_path / "pipe.fits", "/dev/zero"):
        (row,) = between(good, bad).to_dict("records")
        assert "a pipe or a device" in row["problem"]


def test_an_hdf5_file_of_nothing_is_refused(good, tmp_path):
    with h5py.File(tmp_path / "hollow.h5", "w") as file:
        for name in ("flux", "ivar"):
            file.create_dataset(name, (10**12, 1600), "f4", chunks=(1, 1600))
    (row,) = between(good, tmp_path / "hollow.h5").to_dict("records")
    assert "declares" in row["problem"]


def test_a_table_whose_numbers_lie_elsewhere_is_refused(good, tmp_path):
    table = Table({"wavelength": star(3)[0], "flux": star(3)[1]})
    table.write(tmp_path / "star.vot", format="votable", table_id="t")
    text = (tmp_path / "star.vot").read_text()
    begin, end = text.index("<DATA>"), text.index("</DATA>")
    away = '<DATA><BINARY><STREAM href="file:///dev/zero" encoding="base64"/></BINARY>'
    (tmp_path / "star.vot").write_text(text[:begin] + away + text[end:])
    (row,) = between(good, tmp_path / "star.vot").to_dict("records")
    assert "its numbers are not in the file but at an address" in row["problem"]


def test_a_table_of_cflib_is_typed_packed_or_not(good, tmp_path):
    wave = cflib.WAVE
    flux = np.interp(wave, *star(3))
    columns = [
        fits.Column(name, f"{wave.size}E", array=[values])
        for name, values in (("wavelength", wave), ("spectrum", flux), ("x", flux))
    ]
    table = fits.BinTableHDU.from_columns(columns, name="MERGED")
    for key, value in {"OBJNAME": "HD 1", "PICKTYPE": "G2V", "COVERAGE": "3465-9469"}.items():
        table.header[key] = value
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(content)
    (tmp_path / "1.fits").write_bytes(content.getvalue())
    (tmp_path / "1.fits.gz").write_bytes(gzip.compress(content.getvalue()))
    plain, packed = (between(good, tmp_path / name).drop(columns="file") for name in ("1.fits", "1.fits.gz"))
    pd.testing.assert_frame_equal(plain, packed)
    assert plain["problem"].item() == ""
    assert plain["read_wave"].item() == "CFLIB's own (Angstrom)"


NAMES = [
    "a\nb.txt",
    "=cmd|calc!A1.txt",
    "c\x1b[31m.txt",
    "+x.txt",
    "@x.txt",
    "d\udcff.txt",
    "\u202egnp.txt",
    "é.txt",
]


def test_names_of_any_bytes_stay_on_their_line_and_steer_nothing(good, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        os.link(good, os.fsencode(name))
    files = [f"./{name}" if name.startswith("@") else name for name in NAMES]
    done = subprocess.run(
        [*RUN, "classify", *files, "no\x07ne", "--output", "t.csv"], capture_output=True, cwd=tmp_path
    )
    assert done.returncode == 1
    lines = done.stdout.decode().splitlines()
    assert len(lines) == len(NAMES) + 2
    assert b"no\\x07ne: there is no such file" in done.stderr
    assert all(byte >= 32 or byte == 10 for byte in done.stdout + done.stderr)
    assert [line.split()[-1] for line in lines[1:-1]] == [printable(name) for name in files]
    written = (tmp_path / "t.csv").read_text()
    assert len(written.splitlines()) == len(NAMES) + 2
    assert not any(line[0] in "=+-@" for line in written.splitlines())
    assert pd.read_csv("t.csv")["file"].tolist()[:2] == [r"a\nb.txt", "'=cmd|calc!A1.txt"]


@pytest.mark.parametrize("ending", ["fits", "ecsv"])
def test_names_of_any_bytes_can_be_written_in_every_format(good, tmp_path, monkeypatch, ending):
    monkeypatch.chdir(tmp_path)
    os.link(good, os.fsencode("d\udcff\n.txt"))
    assert main(["classify", "d\udcff\n.txt", "--output", f"t.{ending}", "--quiet"]) == 0
    assert str(Table.read(f"t.{ending}")["file"][0]) == r"d\xff\n.txt"


def test_a_name_in_a_header_is_escaped_too(good, tmp_path):
    assert spreadsheet_cell("=1+1") == "'=1+1"
    assert spreadsheet_cell("HD 1") == "HD 1"
    assert printable("HD\t1\x9b2J") == r"HD\t1\x9b2J"


def test_a_list_may_name_a_file_that_begins_with_a_dash(good, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    os.link(good, "-o.txt")
    (tmp_path / "list").write_text("-o.txt\n\ngood.txt\n")
    assert main(["classify", "@list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize("absurd", [1e200, -9999, 99999, 0])
def test_one_absurd_wavelength_costs_its_pixel(good, tmp_path, absurd):
    values = np.loadtxt(good)
    values[len(values) // 2, 0] = absurd
    np.savetxt(tmp_path / "absurd.txt", values)
    plain, odd = (table.iloc[0] for table in (classify_files(good), classify_files(tmp_path / "absurd.txt")))
    assert len(classify_files(tmp_path / "absurd.txt")) == 1
    assert (odd["problem"], odd["type"]) == ("", plain["type"])
    assert odd["class_number"] == pytest.approx(plain["class_number"], abs=0.5)


def test_a_list_may_name_files_of_any_bytes(good, tmp_path, monkeypatch, capsys):
    """Lines end at a line feed only; `str.splitlines` also ends them within the names of the last three."""
    monkeypatch.chdir(tmp_path)
    names = [b"d\xff\xfe.txt", "@ünï".encode(), "a\u2028b".encode(), b"a\x0cb", "a\x85b".encode()]
    for name in names:
        os.link(good, name)
    (tmp_path / "list").write_bytes(b"\n".join(names))
    assert main(["classify", "@list"]) == 0
    files = [line.split()[-1] for line in capsys.readouterr().out.splitlines()[1:]]
    assert files == [printable(os.fsdecode(name)) for name in names]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\n# none\n", "@list: no file is listed"),
        (None, "@list: the list of files cannot be read (No such file or directory)"),
        (b"\xaf\x00\xff\n", r"\xaf\x00\xff: "),
        (b"@list\n", "@list: there is no such file"),  # a list of lists could have no end
    ],
)
def test_a_list_without_files_is_reported_in_a_sentence(tmp_path, monkeypatch, capsys, content, reason):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "list").write_bytes(content)
    assert main(["classify", "@list"]) in (1, 2)
    assert reason in capsys.readouterr().err


def test_a_list_without_end_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(command, "_LONGEST_LIST", 1000)
    assert main(["classify", "@/dev/zero"]) == 2
    assert capsys.readouterr().err == (
        "obafgkm: @/dev/zero: not a list of files: it is longer than 1,000 bytes\n"
    )


@pytest.mark.parametrize("output", ["folder.csv", "pipe.csv", ""])
def test_an_output_that_cannot_be_a_table_is_refused_before_any_work(
    good, tmp_path, monkeypatch, capsys, output
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo("pipe.csv")
    before = sorted(os.listdir())
    assert main(["classify", str(good), "--output", output]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    assert sorted(os.listdir()) == before
    assert stat.S_ISFIFO(os.stat("pipe.csv").st_mode)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--output", "a.fits", "b.fits"],  # what a shell makes of --output *.fits
        ["a.fits", "-o", "a.fits"],
        ["a.fits", "-o", "link.fits"],
        ["a.fits", "-o", "hard.fits"],
        ["a.fits", "-o", "nowhere.csv"],
        ["a.fits", "-o", "loop.csv"],
        ["a.fits", "-o", "half.csv"],
        ["t.csv.part", "-o", "t.csv"],
        ["b.fits", "-o", "notes.csv"],
    ],
)
def test_no_file_of_the_user_is_replaced(good, tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    for name in ("a.fits", "b.fits", "t.csv.part"):
        (tmp_path / name).write_bytes(good.read_bytes())
    for target, name in [("a.fits", "link.fits"), ("no.csv", "nowhere.csv"), ("loop.csv", "loop.csv")]:
        os.symlink(target, name)
    os.symlink("no.csv", "half.csv.part")
    os.link("a.fits", "hard.fits")
    (tmp_path / "notes.csv").write_text("my,only,notes\n")
    before = {path.name: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["classify", *arguments]) == 2
    assert {path.name: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()} == before
    printed = capsys.readouterr()
    assert re.search("is not a table of obafgkm|is also a file to be read|is a link", printed.err)
    assert printed.out == ""


def test_a_table_that_is_itself_to_be_read_is_not_replaced(good, tmp_path, capsys):
    output = tmp_path / "types.csv"
    assert main(["classify", str(good), "--output", str(output), "--quiet"]) == 0
    before = output.read_bytes()
    assert main(["classify", str(good), str(output), "--output", str(output)]) == 2
    assert "is also a file to be read" in capsys.readouterr().err
    assert output.read_bytes() == before


@pytest.mark.parametrize("ending", [".csv", ".ecsv", ".fits"])
def test_an_older_table_is_replaced(good, tmp_path, ending):
    output = tmp_path / f"types{ending}"
    for files in ([good], [good, good]):
        assert main(["classify", *map(str, files), "--output", str(output), "--quiet"]) == 0
    read = pd.read_csv(output) if ending == ".csv" else Table.read(output)
    assert len(read) == 2
    assert [path.name for path in tmp_path.glob("types*")] == [output.name]


@pytest.mark.parametrize("ending", [".csv", ".ecsv", ".fits"])
def test_two_runs_cannot_write_one_table(good, tmp_path, ending):
    from obafgkm.classify.writing import TableWriter
    from obafgkm.errors import ObafgkmError

    row = classify_files(good).iloc[0].to_dict()
    with TableWriter(tmp_path / f"types{ending}") as writer:
        writer.write(row)
        with pytest.raises(ObafgkmError, match="another run is writing it"):
            TableWriter(tmp_path / f"types{ending}")
        writer.write(row)
    read = pd.read_csv(writer.path) if ending == ".csv" else Table.read(writer.path)
    assert len(read) == 2


def test_a_page_or_spectrum_replaces_its_older_self_and_no_other_file(good, tmp_path, capsys):
    for folder, name, words in (
        ("pages", "good.png", ["classify", str(good), "--jobs", "1", "--plot"]),
        ("read", "good_read.ecsv", ["read", str(good), "--output"]),
    ):
        own = tmp_path / folder / name
        for _ in range(2):
            assert main([*words, str(tmp_path / folder)]) == 0
        own.write_text("the work of a week")
        capsys.readouterr()
        main([*words, str(tmp_path / folder)])
        printed = capsys.readouterr()
        assert "name another folder after --" in printed.out + printed.err
        assert own.read_text() == "the work of a week"


def test_reading_is_not_written_over_what_is_still_to_be_read(good, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "good_read.ecsv"
    Table({"wavelength": star(5)[0], "flux": star(5)[1]}).write(other)
    (tmp_path / "folder").mkdir()
    os.link(good, "folder/good.txt")
    before = other.read_bytes()
    assert main(["read", "good.txt", "folder/good.txt", "good_read.ecsv"]) == 1
    assert other.read_bytes() == before
    assert "good_read.ecsv is itself a file to be read" in capsys.readouterr().err
    assert (tmp_path / "good-2_read.ecsv").exists()


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_closed_streams_change_no_table(good, tmp_path, closed):
    command = f"{' '.join(map(repr, RUN))} classify {good} {tmp_path}/none --output {tmp_path}/t.csv {closed}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "there is no such file" not in done.stdout
    assert pd.read_csv(tmp_path / "t.csv")["flags"].str.contains("unreadable").tolist() == [False, True]


def test_a_closed_standard_output_without_any_other_is_refused(good):
    done = subprocess.run(
        f"{' '.join(map(repr, RUN))} classify {good} >&-", shell=True, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr == "obafgkm: standard output is closed: give --output TABLE\n"


def test_paths_may_be_bytes_and_what_is_no_path_is_refused(good):
    assert classify_files(os.fsencode(good))["file"].tolist() == [str(good)]
    for none in (None, [good, None], [good, 3]):
        with pytest.raises(TypeError, match=r"os\.PathLike object, not (NoneType|int)"):
            classify_files(none)


def lists(rows):
    """Arrays of different lengths, as cells of a table with variable rows."""
    cells = np.empty(len(rows), object)
    cells[:] = rows
    return cells


COUNTS = "the column wave only counts: 1, 2 ...; it has no wavelengths"


def rows_of_fits(path, unit, *rows):
    waves, fluxes = (lists([row[i] for row in rows]) for i in (0, 1))
    columns = [fits.Column("wave", "PD()", unit, array=waves), fits.Column("flux", "PD()", array=fluxes)]
    fits.BinTableHDU.from_columns(columns).writeto(path)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize(
    ("unit", "wave", "reason"),
    [
        ("Angstrom", lambda wave: wave[:-3], "2097 wavelengths for 2100 values of flux"),
        ("", lambda wave: np.arange(1.0, wave.size + 1), COUNTS),
    ],
)
def test_one_row_that_is_not_understood_costs_that_row(tmp_path, number, unit, wave, reason):
    rows = [star(seed) for seed in range(3)]
    rows[number] = wave(rows[number][0]), rows[number][1]
    rows_of_fits(tmp_path / "rows.fits", unit, *rows)
    table = classify_files(tmp_path / "rows.fits")
    assert table["problem"].tolist() == [reason if i == number else "" for i in range(3)]
    assert table["name"].tolist() == ["rows 1", "rows 2", "rows 3"]


def test_rows_that_are_all_refused_cost_one_row(tmp_path):
    wave, flux = star()
    rows_of_fits(tmp_path / "rows.fits", "Angstrom", (wave[1:], flux), (wave[2:], flux))
    assert classify_files(tmp_path / "rows.fits")["problem"].tolist() == [
        "2099 wavelengths for 2100 values of flux"
    ]


def test_an_order_that_is_not_understood_is_left_out_and_named(tmp_path):
    wave, flux = star()
    rows_of_fits(
        tmp_path / "orders.fits",
        "Angstrom",
        (wave[:700], flux[:700]),
        (wave[690:1400], flux[690:1399]),
        (wave[1390:], flux[1390:]),
    )
    (row,) = classify_files(tmp_path / "orders.fits").to_dict("records")
    assert row["joined"].startswith("2 orders: ")
    assert row["left_out"] == "orders 2: 710 wavelengths for 709 values of flux"


def test_one_column_or_group_that_is_not_understood_costs_that_one(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wave, flux = star()
    table = Table({"wave": wave, "flux_1": flux, "flux_2": flux, "flux_3": flux})
    table["flux_2"].unit = "kg"
    table.write("columns.fits")
    with h5py.File("groups.h5", "w") as file:
        for name, first in (("one", 1), ("two", 0)):
            file[f"{name}/wave"], file[f"{name}/flux"] = wave[first:], flux
    assert (classify_files("columns.fits")["problem"] != "").tolist() == [False, True, False]
    assert (classify_files("groups.h5")["problem"] != "").tolist() == [True, False]
    capsys.readouterr()
    assert main(["read", "columns.fits", "groups.h5"]) == 1
    said = capsys.readouterr()
    assert said.out.count("written to") == 3
    assert "columns.fits: columns flux_2: the column flux_2 has the unit 'kg'" in said.err
    assert "groups.h5: one: 2099 wavelengths for 2100 values of flux" in said.err


def test_each_flux_has_the_wavelengths_of_its_name(tmp_path):
    (wave, flux), (_, other) = star(1), star(2)
    shifted = wave * 1.01
    named = {"wave_1": wave, "flux_1": flux, "wave_2": shifted, "flux_2": other}
    Table(named).write(tmp_path / "two.fits")
    first, second = read_file(tmp_path / "two.fits")
    np.testing.assert_array_equal(first.wave, wave)
    np.testing.assert_array_equal(second.wave, shifted)
    np.savetxt(
        tmp_path / "same.csv",
        np.stack([wave, flux, shifted, other], axis=1),
        delimiter=",",
        header="wavelength,flux,wavelength,flux",
        comments="",
    )
    first, second = read_file(tmp_path / "same.csv")
    np.testing.assert_allclose(first.wave, wave)
    np.testing.assert_allclose(second.wave, shifted)


def test_arms_in_columns_are_joined(tmp_path):
    wave, flux = star(1)
    half = wave.size // 2
    arms = {"WAVE_B": wave[:half], "FLUX_B": flux[:half], "WAVE_R": wave[half:], "FLUX_R": flux[half:]}
    Table(arms).write(tmp_path / "arms.fits")
    (spectrum,) = read_file(tmp_path / "arms.fits")
    np.testing.assert_array_equal(spectrum.wave, wave)
    assert spectrum.receipt.joined.startswith("2 arms: ")


@pytest.mark.parametrize(
    ("line", "medium"),
    [
        ("wavelengths have not been converted from air to vacuum", "air"),
        ("wavelengths not corrected from vacuum to air", "vacuum"),
        ("wavelengths without air-to-vacuum conversion", "air"),
        ("wavelengths: no air-to-vacuum conversion applied", "air"),
        ("wavelengths are not given in vacuum", "air"),
        ("non-vacuum wavelengths", "air"),
        ("convert wavelengths to vacuum before use", "air"),
        ("wavelengths corrected for the refraction of air", "vacuum"),
        ("air_wavelengths: false", "vacuum"),
        ("spectrograph in vacuum vessel; wavelength in Angstrom", None),
        ("wavelengths not in nm, converted from air to vacuum", "vacuum"),
    ],
)
def test_a_conversion_that_is_denied_was_not_made(line, medium):
    assert by_lines([f"# {line}"])[0] == medium


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
def test_compressed_text_of_cflib_is_read(tmp_path, mirror, ending):
    text = (mirror / "cflib/TEXT/100006.txt").read_bytes()
    pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[ending]
    (tmp_path / "100006.txt").write_bytes(text)
    (tmp_path / f"100006.txt.{ending}").write_bytes(pack(text))
    (plain,), (packed,) = read_file(tmp_path / "100006.txt"), read_file(tmp_path / f"100006.txt.{ending}")
    np.testing.assert_array_equal(plain.flux, packed.flux)
    assert plain.name == packed.name


def test_a_page_that_cannot_be_drawn_costs_that_page(good, tmp_path):
    (tmp_path / "pages/good.png").mkdir(parents=True)  # where the page should go
    os.link(good, tmp_path / "other.txt")
    table = classify_files([good, tmp_path / "other.txt"], plot=tmp_path / "pages")
    assert table["problem"].str.contains("its page could not be drawn").tolist() == [True, False]
    assert (tmp_path / "pages/other.png").is_file()


OPTIONS = {
    "no model": (["--model", "nowhere"], "--model 'nowhere': contains no model"),
    "an empty model": (["--model", ""], "--model '': contains no model"),
    "a file as folder of pages": (["--plot", "good.txt"], "--plot 'good.txt': is not a folder"),
    "an empty folder of pages": (["--plot", ""], "--plot '': is not a folder"),
    "no standards": (
        ["--plot", "pages", "--standards", "nowhere"],
        "--standards 'nowhere': there is no such",
    ),
    "no processes": (["--jobs", "0"], "'0' is not a number of processes, 1 or more"),
    "half a process": (["--jobs", "1.5"], "'1.5' is not a number of processes"),
    "no list": (["@nowhere"], "@nowhere: the list of files cannot be read"),
}


@pytest.mark.parametrize("kind", OPTIONS)
def test_an_option_that_cannot_be_followed_ends_all_before_any_work(good, monkeypatch, capsys, kind):
    options, reason = OPTIONS[kind]
    monkeypatch.chdir(good.parent)
    try:
        status = main(["classify", "good.txt", *options])
    except SystemExit as end:  # of argparse
        status = end.code
    printed = capsys.readouterr()
    assert status == 2
    assert reason in printed.err
    assert printed.out == ""
    assert os.listdir() == ["good.txt"]


def test_standards_that_are_not_needed_may_be_missing(good, monkeypatch):
    monkeypatch.setenv("OBAFGKM_MIRROR", "/nowhere")
    assert main(["classify", str(good), "--quiet"]) == 0


def test_reading_into_a_file_is_refused(good, capsys):
    assert main(["read", str(good), "--output", str(good)]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_a_deleted_folder_is_named(good):
    done = subprocess.run(
        [
            "sh",
            "-c",
            'mkdir gone && cd gone && rmdir ../gone && exec "$@"',
            "sh",
            *RUN,
            "classify",
            str(good),
        ],
        cwd=good.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == "obafgkm: the current folder was deleted: change to another one\n"


def test_a_list_of_windows_is_read(good, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.txt").write_bytes("good.txt\r\n".encode("utf-16"))
    assert main(["classify", "@list.txt", "--quiet"]) == 0


@pytest.mark.parametrize("ending", ["csv", "fits", "ecsv", "vot"])
def test_a_full_disk_is_named_and_leaves_no_half_table(good, tmp_path, ending):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); "
    run = [*RUN[:-1], limit + RUN[-1]]
    table = tmp_path / f"types.{ending}"
    done = subprocess.run(
        [*run, "classify", *[str(good)] * 9, "--quiet", "--output", str(table)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert f"{table}: cannot be written (" in done.stderr
    assert "Traceback" not in done.stderr
    assert not table.exists()
    assert table.with_name(table.name + ".part").exists() == (ending == "csv")


def test_a_full_disk_leaves_no_half_spectrum(good, tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); "
    run = [*RUN[:-1], limit + RUN[-1]]
    done = subprocess.run(
        [*run, "read", str(good), "-o", str(tmp_path / "read")], capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "read").iterdir())


@pytest.mark.parametrize("ending", ["csv", "ecsv", "fits", "vot"])
def test_a_table_needs_no_temporary_folder(good, tmp_path, ending):
    without = (
        f"import sys, tempfile; tempfile.tempdir = {str(tmp_path / 'none')!r}; "  # astropy tries it once
    )
    without += "from obafgkm.classify.command import main; sys.exit(main())"
    output = tmp_path / f"t.{ending}"
    command = [sys.executable, "-c", without, "classify", good, "--quiet", "--output", output]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert output.is_file()


def test_a_page_that_does_not_fit_on_the_disk_leaves_the_older_one(good, tmp_path, monkeypatch):
    page = tmp_path / "pages" / "good.png"
    classify_files(good, plot=page.parent)
    before = page.read_bytes()
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)); "
    limited += "from obafgkm.classify.command import main; sys.exit(main())"
    command = [sys.executable, "-c", limited, "classify", good, "--plot", page.parent]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "its page could not be drawn" in done.stderr
    assert "1 of 1 could not be read or drawn" in done.stderr
    assert page.read_bytes() == before
    assert os.listdir(page.parent) == ["good.png"]


@pytest.mark.parametrize("name", ["-", "/dev/fd/63", "/proc/self/fd/63"])
def test_a_stream_is_refused_by_what_it_is(name):
    (row,) = classify_files(name).to_dict("records")
    assert row["problem"] == "standard input and pipes are not read: save it as a file first"


@pytest.mark.parametrize("name", [b"a\xff.txt", b"a$\\frac{$.txt"])
def test_a_page_is_drawn_whatever_the_file_is_called(good, tmp_path, name):
    path = os.path.join(os.fsencode(tmp_path), name)
    os.rename(good, path)
    (tmp_path / "pages").mkdir()
    assert (
        main(["classify", os.fsdecode(path), "--quiet", "--standards", "", "--plot", str(tmp_path / "pages")])
        == 0
    )
    assert len(list((tmp_path / "pages").iterdir())) == 1
