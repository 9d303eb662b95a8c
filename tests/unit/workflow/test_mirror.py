"""The contents of a mirror: names and bytes count, times do not."""

import os

import pytest

from obafgkm.workflow.mirror import contents


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mirror" / "below").mkdir(parents=True)
    (tmp_path / "mirror" / "a.fits").write_bytes(b"abc")
    (tmp_path / "mirror" / "below" / "b.fits").write_bytes(b"def")
    return tmp_path / "mirror"


@pytest.fixture
def memory(tmp_path):
    return tmp_path / "state" / "mirror.json"


def test_times_and_the_place_of_a_mirror_do_not_count(folder, memory):
    before = contents(folder, memory)
    os.utime(folder / "a.fits", (1, 1))
    assert contents(folder, memory) == before
    assert contents(folder.rename(folder.with_name("moved")), memory) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a.fits").write_bytes(b"abd"),
        lambda folder: (folder / "a.fits").rename(folder / "c.fits"),
        lambda folder: (folder / "below" / "b.fits").unlink(),
        lambda folder: (folder / "new.fits").write_bytes(b""),
    ],
    ids=["content", "name", "removed", "added"],
)
def test_every_change_of_a_file_counts(folder, memory, change):
    before = contents(folder, memory)
    os.utime(folder / "a.fits", (1, 1))  # so that the time differs from that of the change, however soon
    contents(folder, memory)
    change(folder)
    assert contents(folder, memory) != before


def test_files_that_have_not_changed_are_not_read_again(folder, memory):
    before = contents(folder, memory)
    state = (folder / "a.fits").stat()
    (folder / "a.fits").write_bytes(b"xyz")
    os.utime(folder / "a.fits", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert contents(folder, memory) == before


def test_a_missing_mirror_is_empty(tmp_path, memory):
    assert contents(tmp_path / "nowhere", memory) == contents(tmp_path / "nothing", memory)
    assert not memory.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", "\0\0"])
def test_a_damaged_memory_is_made_anew(folder, memory, content):
    before = contents(folder, memory)
    memory.write_text(content)
    assert contents(folder, memory) == before
