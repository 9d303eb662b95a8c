"""The contents of a mirror: names and bytes count, times do not."""

import os
from functools import partial
from pathlib import Path

import pytest

from obafgkm.errors import ObafgkmError
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


def test_files_that_have_not_changed_are_not_read_again(folder, memory, monkeypatch):
    before = contents(folder, memory)
    monkeypatch.setattr("hashlib.file_digest", None)
    assert contents(folder, memory) == before


def test_another_content_of_the_same_size_and_time_counts(folder, memory):
    before = contents(folder, memory)
    state = (folder / "a.fits").stat()
    (folder / "a.fits").write_bytes(b"xyz")
    os.utime(folder / "a.fits", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert contents(folder, memory) != before


@pytest.mark.parametrize("name", ["a.fits", "below"])
def test_what_cannot_be_read_does_not_count_as_missing(folder, memory, monkeypatch, name):
    def forbidden(path, *_, allowed, **__):
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return allowed(path, *_, **__)

    monkeypatch.setattr("os.scandir", partial(forbidden, allowed=os.scandir))
    monkeypatch.setattr("builtins.open", partial(forbidden, allowed=open))
    with pytest.raises(ObafgkmError, match=rf"{name}: the mirror cannot be read \(Permission denied\)"):
        contents(folder, memory)


def test_a_missing_mirror_is_empty(tmp_path, memory):
    assert contents(tmp_path / "nowhere", memory) == contents(tmp_path / "nothing", memory)
    assert not memory.exists()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "\0\0", "null", '{"FILE": null}', '{"FILE": []}', '{"FILE": [3]}']
)
def test_a_damaged_memory_is_made_anew(folder, memory, content):
    before = contents(folder, memory)
    memory.write_text(content.replace("FILE", str(folder / "a.fits")))
    assert contents(folder, memory) == before
