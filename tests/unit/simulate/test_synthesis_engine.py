"""Where the synthesis engine is unpacked: nobody else may have prepared the place."""

import os
import tempfile

import pytest

from obafgkm.simulate.engine import _private_directory


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The temporary directory, and beside it a folder of somebody whom the name attracts."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    (tmp_path / "victim").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_the_folder_is_private_and_the_same_each_time(temporary):
    first = _private_directory("sme")
    assert first == temporary / "sme"
    assert first.stat().st_mode & 0o777 == 0o700
    assert _private_directory("sme") == first


@pytest.mark.parametrize(
    "trap", ["link", "file", "writable by all", "writable by the group", "of another user"]
)
def test_a_folder_that_others_can_write_is_avoided(temporary, monkeypatch, trap):
    path = temporary / "sme"
    if trap == "link":
        path.symlink_to(temporary.parent / "victim")
    elif trap == "file":
        path.write_text("")
    else:
        path.mkdir()
        path.chmod({"writable by all": 0o777, "writable by the group": 0o770}.get(trap, 0o700))
    if trap == "of another user":
        owner = path.stat().st_uid
        monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    used = _private_directory("sme")
    assert used != path
    assert used.parent == temporary
    assert used.stat().st_mode & 0o777 == 0o700
    assert not used.is_symlink()
    assert list((temporary.parent / "victim").iterdir()) == []
