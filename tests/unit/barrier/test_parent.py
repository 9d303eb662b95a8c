"""A job whose Snakemake has ended is an orphan, whichever process has adopted it."""

from pathlib import Path

import pytest

from obafgkm.barrier import parent


@pytest.mark.parametrize(
    ("own", "first", "is_orphan"),
    [
        (1, b"/sbin/init\0splash\0", True),
        (1, b"/usr/bin/python\0/opt/bin/snakemake\0-c1\0", False),  # in a container
        (4711, b"/sbin/init\0", False),
    ],
)
def test_an_orphan_is_known_by_its_parent(own, first, is_orphan, monkeypatch):
    monkeypatch.setattr(parent.os, "getppid", lambda: own)
    monkeypatch.setattr(Path, "read_bytes", lambda path: first)
    assert parent.is_orphan("snakemake") == is_orphan
