"""Values that are taken from headers and tables as they lie, beside what astropy makes of the same bytes."""

import io

import numpy as np
import pytest
from astropy.io import fits

from obafgkm.archives import cards
from obafgkm.classify.reading.files import read_file
from obafgkm.classify.reading.sdss import quick_coadd
from obafgkm.errors import ArchiveFileError
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.sdss import simulate_survey

VALUES = {
    "NAME": "it's 12 / 3",
    "EMPTY": "",
    "RA": -12.5,
    "TINY": 1.5e-30,
    "COUNT": 42,
    "YES": True,
    "NO": False,
}


@pytest.fixture
def content():
    """A file whose first table is preceded by an image."""
    header = fits.Header(list(VALUES.items()))
    header["COMMENT"] = "NAME    = 'none'"
    for i in range(60):  # beyond one block
        header[f"KEY{i}"] = i
    cells = np.zeros(3, [("CLASS", "S6"), ("z", ">f4"), ("mag", ">f8", 5), ("n", ">i4")])
    cells["CLASS"], cells["z"], cells["n"] = ["STAR", "QSO", "GALAXY"], [1, 2, 3], [7, 8, 9]
    cells["mag"] = np.arange(15).reshape(3, 5)
    hdus = [fits.PrimaryHDU(np.ones((7, 11), ">f4"), header), fits.BinTableHDU(cells, name="SPALL")]
    buffer = io.BytesIO()
    fits.HDUList(hdus).writeto(buffer)
    return buffer.getvalue()


def test_values_are_those_that_astropy_reads(content):
    header = next(cards.hdus(io.BytesIO(content))).header
    with fits.open(io.BytesIO(content)) as expected:
        for key in [*VALUES, "KEY59", "NAXIS1", "BITPIX"]:
            assert header.get(key) == expected[0].header[key], key
            assert type(header.get(key)) is type(expected[0].header[key]), key
    assert header.get("ABSENT") is None
    assert "KEY5" in header


@pytest.mark.parametrize("number", ["1.5D3", "1.5E3", "1500", "1500.", "+1.5D+03"])
def test_exponents_of_double_precision_are_read(number):
    header = cards.Header(f"RA      = {number:>20} / deg".ljust(80).encode())
    assert header.get("RA") == 1500


def test_columns_are_those_that_astropy_reads(content):
    file = io.BytesIO(content)
    image, table = cards.hdus(file)
    assert image.size == 7 * 11 * 4
    found = cards.table(file, table, ["n", "CLASS", "absent"])
    assert list(found) == ["n", "CLASS"]
    with fits.open(io.BytesIO(content)) as expected:
        assert (found["n"] == expected[1].data["n"]).all()
        assert [cell.decode() for cell in found["CLASS"]] == list(expected[1].data["CLASS"])


def test_a_table_that_is_cut_off_or_scaled_is_left_to_astropy(content):
    table = list(cards.hdus(io.BytesIO(content)))[1]
    assert cards.table(io.BytesIO(content[: table.start + table.size - 1]), table, ["n"]) is None
    scaled = content.replace(b"TFIELDS ", b"TZERO4  =                    5".ljust(80) + b"TFIELDS ", 1)
    file = io.BytesIO(scaled)
    assert cards.table(file, list(cards.hdus(file))[1], ["n"]) is None


def test_a_header_without_an_end_is_none(content):
    assert list(cards.hdus(io.BytesIO(content[:2000]))) == []


@pytest.fixture(scope="module")
def survey_file(tmp_path_factory):
    from obafgkm.archives.sdss import spectra as sdss

    folder = tmp_path_factory.mktemp("sdss")
    spectra, lines = simulate_survey("sharma", {"STAR": 1}, 1, StellarGrid.load())
    sdss.write(folder, spectra, lines)
    return next(folder.glob("**/spec-*.fits"))


def test_a_file_of_sdss_is_read_as_astropy_reads_it(survey_file, monkeypatch):
    """All that the receipt says, and every pixel."""
    with survey_file.open("rb") as file:
        assert quick_coadd(file) is not None
    (quick,) = read_file(survey_file)
    monkeypatch.setattr("obafgkm.classify.reading.fits_files.quick_coadd", lambda file: None)
    (slow,) = read_file(survey_file)
    assert quick.receipt == slow.receipt
    assert (quick.name, quick.medium) == (slow.name, slow.medium)
    for name in ("wave", "flux", "ivar"):
        np.testing.assert_array_equal(getattr(quick, name), getattr(slow, name))


def test_a_truncated_file_of_sdss_is_still_named_as_such(survey_file, tmp_path):
    (tmp_path / survey_file.name).write_bytes(survey_file.read_bytes()[:40000])
    with pytest.raises(ArchiveFileError, match=r"damaged|truncated"):
        list(read_file(tmp_path / survey_file.name))


def test_no_damage_of_a_header_is_more_than_a_file_of_no_known_layout(survey_file):
    """Digits and letters changed at random: an answer of the right shape or none, and never a wait."""
    rng, whole = np.random.default_rng(3), survey_file.read_bytes()
    heads = [*range(0, 2880), *range(2880, 8640)]
    for _ in range(300):
        content = bytearray(whole)
        for place in rng.choice(heads, 12):
            content[place] = rng.choice(list(b"0123456789-E. 'T=/"))
        file = io.BytesIO(bytes(content))
        assert len(list(cards.hdus(file))) <= 4
        if quick := quick_coadd(io.BytesIO(bytes(content))):
            assert len({column.values.size for column in quick[0].columns}) == 1


@pytest.mark.parametrize(
    ("keyword", "value"), [("NAXIS ", "1000000000"), ("NAXIS1", "-5"), ("NAXIS1", "2.5"), ("BITPIX", "'x'")]
)
def test_a_header_that_does_not_say_how_long_its_data_are_ends_the_list(content, keyword, value):
    at = content.index(keyword.encode().ljust(8) + b"=")
    card = f"{keyword:8}= {value:>20}".ljust(80).encode()
    assert list(cards.hdus(io.BytesIO(content[:at] + card + content[at + 80 :]))) == []


def test_an_end_within_a_card_ends_the_list_and_not_the_wait():
    content = b"SIMPLE  =                    T".ljust(80) + b"    END".ljust(2800)
    assert list(cards.hdus(io.BytesIO(content))) == []
