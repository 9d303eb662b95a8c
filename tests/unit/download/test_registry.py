"""The registry of checksums: what was verified once is demanded ever after."""

import hashlib
import shlex
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ROOT

from obafgkm.download import registry
from obafgkm.errors import ObafgkmError

ONE, TWO = "1" * 64, "2" * 64


def test_what_is_recorded_is_read(tmp_path):
    files = {"miles/a b.fits": (ONE, 17), "jhc/c.fits": (TWO, 2880), "bosz/it's #1.gz": (TWO, 5)}
    registry.record(tmp_path, files)
    entries = registry.read(tmp_path)
    assert {name: (entry.sha256, entry.size) for name, entry in entries.items()} == files
    assert entries["jhc/c.fits"].registry == tmp_path / "checksums.txt"


def test_the_first_record_and_the_first_registry_hold(tmp_path):
    registry.record(tmp_path, {"a": (ONE, 1)})
    registry.record(tmp_path, {"a": (TWO, 2), "b": (TWO, 2)})
    assert [entry.sha256 for entry in registry.read(tmp_path).values()] == [ONE, TWO]
    committed = tmp_path / "committed.txt"
    committed.write_text(f"b sha256:{ONE}\n")
    entries = registry.read(committed, tmp_path, tmp_path / "nowhere.txt")
    assert (entries["b"].sha256, entries["b"].size, entries["b"].registry) == (ONE, None, committed)
    assert (entries["a"].sha256, entries["a"].size) == (ONE, 1)


def test_a_length_belongs_to_the_next_file_only(tmp_path):
    path = tmp_path / "checksums.txt"
    path.write_text(f"# 17 bytes\n# a comment\na {ONE}\nb sha256:{TWO} https://example.org/b\n")
    assert [(entry.sha256, entry.size) for entry in registry.read(path).values()] == [(ONE, 17), (TWO, None)]


def test_jobs_that_record_together_lose_nothing(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: registry.record(tmp_path, {f"{n}": (ONE, n)}), range(20)))
    assert len(registry.read(tmp_path)) == 20


@pytest.mark.parametrize("line", ["a.fits", "a.fits md5:0123", f"a.fits sha256:{ONE[:-1]}", "'a.fits"])
def test_a_damaged_line_is_named(tmp_path, line):
    (tmp_path / "checksums.txt").write_text(f"b {ONE}\n{line}\n")
    with pytest.raises(ObafgkmError, match=r"checksums\.txt, line 2"):
        registry.read(tmp_path)


def test_the_lines_are_those_that_pooch_reads(tmp_path):
    """``Pooch.load_registry`` passes over comments and splits the other lines as a shell does."""
    registry.record(tmp_path, {"miles/a b.fits": (ONE, 17), "c": (TWO, 1)})
    lines = (tmp_path / "checksums.txt").read_text().splitlines()
    rows = [shlex.split(line) for line in lines if not line.startswith("#")]
    assert rows == [["c", f"sha256:{TWO}"], ["miles/a b.fits", f"sha256:{ONE}"]]


def test_the_committed_checksums_are_those_of_the_archives(mirror):
    entries = registry.read(ROOT / "config" / "checksums.txt")
    assert entries
    for name, entry in entries.items():
        if (mirror / name).is_file():
            body = (mirror / name).read_bytes()
            assert (hashlib.sha256(body).hexdigest(), len(body)) == (entry.sha256, entry.size), name
