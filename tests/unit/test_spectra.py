import time
from dataclasses import replace

import h5py
import numpy as np
import pandas as pd
import pytest

from obafgkm.errors import DamagedFileError
from obafgkm.spectra import Spectra, concatenate, read_chunks, write_chunks, write_parts


@pytest.fixture
def spectra():
    flux = np.arange(12, dtype=np.float32).reshape(3, 4)
    labels = pd.DataFrame(
        {"name": ["α Lyr", "", "HD 1"], "mk_class": [20, 45, 69], "teff": [9500.0, np.nan, 3000.0]}
    )
    return Spectra(
        [4000, 4001, 4002.5, 4004], flux, np.ones_like(flux), labels, "air", 2.5, {"source": "simulated"}
    )


def assert_same(one, other):
    np.testing.assert_array_equal(one.wave, other.wave)
    np.testing.assert_array_equal(one.flux, other.flux)
    np.testing.assert_array_equal(one.ivar, other.ivar)
    pd.testing.assert_frame_equal(one.labels, other.labels)
    assert (one.medium, one.fwhm, one.provenance) == (other.medium, other.fwhm, other.provenance)


def test_file_gives_back_what_was_written(spectra, tmp_path):
    spectra.write(tmp_path / "spectra.h5")
    assert_same(Spectra.read(tmp_path / "spectra.h5"), spectra)


def test_some_rows_of_a_file_keep_their_errors_and_labels(spectra, tmp_path):
    own = replace(spectra, ivar=100 + spectra.flux)
    own.write(tmp_path / "spectra.h5")
    assert_same(Spectra.read(tmp_path / "spectra.h5", [0, 2]), own.select([0, 2]))
    assert_same(Spectra.read(tmp_path / "spectra.h5", slice(1, None)), own.select([1, 2]))


def test_every_source_of_the_spectra_is_named(spectra):
    spectra.labels["source"] = ["simulated", "mirror", "simulated"]
    assert spectra.source == "mirror, simulated"
    assert spectra.select(np.zeros(3, bool)).source == "no spectra"


def test_the_same_spectra_written_later_are_the_same_bytes(spectra, tmp_path):
    def written(path):
        spectra.write(path / "whole.h5")
        write_parts(path / "parts.h5", [spectra.select([0]), spectra.select([1, 2])])
        write_chunks(path / "chunks.h5", spectra.wave, [spectra.flux], spectra.labels)
        return [file.read_bytes() for file in sorted(path.iterdir())]

    (tmp_path / "first").mkdir()
    (tmp_path / "later").mkdir()
    before = written(tmp_path / "first")
    time.sleep(1.1)  # HDF5 keeps times in seconds
    assert written(tmp_path / "later") == before


def test_no_spectra_can_be_written_and_read(spectra, tmp_path):
    none = spectra.select(np.zeros(3, bool))
    none.write(tmp_path / "spectra.h5")
    back = Spectra.read(tmp_path / "spectra.h5")
    assert len(back) == 0
    assert back.flux.shape == (0, 4)
    assert list(back.labels.columns) == list(spectra.labels.columns)


@pytest.mark.parametrize("content", [b"<!DOCTYPE html><html></html>", b""])
def test_a_file_of_something_else_is_named(content, tmp_path):
    path = tmp_path / "spectra.h5"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"spectra\.h5"):
        Spectra.read(path)


@pytest.mark.parametrize("lacking", ["flux", "wave", "labels"])
def test_a_file_that_lacks_a_part_is_named(spectra, tmp_path, lacking):
    path = tmp_path / "spectra.h5"
    spectra.write(path)
    with h5py.File(path, "a") as file:
        del file[lacking]
    with pytest.raises(DamagedFileError, match=rf"spectra\.h5.*{lacking}"):
        Spectra.read(path)


def test_a_truncated_file_is_named(spectra, tmp_path):
    path = tmp_path / "spectra.h5"
    spectra.write(path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DamagedFileError, match="not a readable file"):
        Spectra.read(path)


def test_selection_by_mask_and_by_index_agree(spectra):
    mask = np.array([True, False, True])
    assert_same(spectra.select(mask), spectra.select([0, 2]))
    assert list(spectra.select([2, 0]).labels["name"]) == ["HD 1", "α Lyr"]
    assert spectra.select([2, 0]).flux[0, 0] == 8


def test_joined_spectra_keep_their_rows(spectra):
    joined = concatenate([spectra.select([0]), spectra.select([1, 2])])
    np.testing.assert_array_equal(joined.flux, spectra.flux)
    assert list(joined.labels["name"]) == list(spectra.labels["name"])


@pytest.mark.parametrize("fwhm", [(2.5, 4.0), (4.0, 2.5)])
def test_joined_spectra_have_the_poorest_resolution_of_all(spectra, fwhm):
    parts = [replace(spectra, fwhm=width) for width in fwhm]
    assert concatenate(parts).fwhm == 4.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"wave": [4, 3, 2, 1]}, "must increase"),
        ({"wave": [1, 2, 2, 3]}, "must increase"),
        ({"medium": "water"}, "water"),
        ({"flux": np.ones((2, 4))}, "2 fluxes"),
    ],
)
def test_inconsistent_spectra_are_refused(spectra, change, message):
    parts = {"wave": spectra.wave, "flux": spectra.flux, "ivar": spectra.ivar, "labels": spectra.labels}
    with pytest.raises(ValueError, match=message):
        Spectra(**{**parts, **change})


def test_spectra_written_in_chunks_are_read_whole(spectra, tmp_path):
    path = tmp_path / "chunks.h5"
    write_chunks(
        path, spectra.wave, (spectra.flux[:2], spectra.flux[2:]), spectra.labels, 2.5, spectra.provenance
    )
    assert_same(Spectra.read(path), spectra)
    with pytest.raises(ValueError, match="2 spectra came for 3 labels"):
        write_chunks(path, spectra.wave, [spectra.flux[:2]], spectra.labels)


@pytest.mark.parametrize(("first", "last", "chunk"), [(0, 3, 2), (1, 2, 5), (0, 2, 3), (0, 2, 1), (2, 2, 1)])
def test_chunks_are_the_spectra_asked_for_and_no_more(spectra, tmp_path, first, last, chunk):
    spectra.write(tmp_path / "spectra.h5")
    chunks = list(read_chunks(tmp_path / "spectra.h5", first, last, chunk))
    assert all(0 < len(part) <= chunk for part in chunks)
    np.testing.assert_array_equal(np.concatenate([spectra.flux[:0], *chunks]), spectra.flux[first:last])


@pytest.mark.parametrize(("shift", "medium"), [(0.0, "vacuum"), (0.5, "air")])
def test_spectra_on_different_grids_or_in_different_media_are_not_joined(shift, medium):
    wave, labels = np.array([4000.0, 4001.0, 4002.0]), pd.DataFrame({"name": ["Vega"]})
    one = Spectra(wave, np.ones((1, 3)), np.ones((1, 3)), labels, "air")
    other = Spectra(wave + shift, np.ones((1, 3)), np.ones((1, 3)), labels, medium)
    with pytest.raises(ValueError, match="cannot be joined"):
        concatenate([one, other])


def test_errors_and_medium_stay_with_their_spectra(spectra, tmp_path):
    """Selected, joined, and written part by part."""
    own = replace(spectra, ivar=100 + spectra.flux, medium="vacuum")
    np.testing.assert_array_equal(own.select([2, 0]).ivar, own.ivar[[2, 0]])
    parts = [own.select([0]), own.select([1, 2])]
    assert [part.medium for part in parts] == ["vacuum"] * 2
    write_parts(tmp_path / "parts.h5", parts)
    for whole in (concatenate(parts), Spectra.read(tmp_path / "parts.h5")):
        assert_same(replace(whole, provenance=own.provenance), own)
