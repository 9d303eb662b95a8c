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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"a {ONE}\na {TWO}\n", "line 2: another entry of a"),
        (f"# 1 bytes\na {ONE}\n# 2 bytes\na {ONE}\n", "line 4: another entry of a"),
        (f"# 1,024 bytes\na {ONE}\n", "line 1: '# 1,024 bytes' is not"),
        (f"# 5 MB\na {ONE}\n", "line 1: '# 5 MB' is not"),
        (f"# -5 bytes\na {ONE}\n", "line 1: '# -5 bytes' is not"),
        (f"# {'9' * 5000} bytes\na {ONE}\n", "line 1"),
    ],
)
def test_what_is_said_but_not_understood_is_refused(tmp_path, text, told):
    (tmp_path / "checksums.txt").write_text(text)
    with pytest.raises(ObafgkmError, match=told):
        registry.read(tmp_path)


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    (tmp_path / "checksums.txt").write_text(f"a {ONE}\n\n# 3 bytes\n\nb {TWO}\n", encoding="utf-8-sig")
    assert [(name, entry.size) for name, entry in registry.read(tmp_path).items()] == [
        ("a", None),
        ("b", None),
    ]


def test_a_folder_is_no_registry(tmp_path):
    (tmp_path / "checksums.txt").mkdir()
    for registry_or_folder in (tmp_path, tmp_path / "checksums.txt"):
        with pytest.raises(ObafgkmError, match="cannot be read"):
            registry.read(registry_or_folder)


def test_a_name_with_a_line_break_is_not_recorded(tmp_path):
    with pytest.raises(ObafgkmError, match="line break"):
        registry.record(tmp_path, {"a\nb": (ONE, 3)})
    assert registry.read(tmp_path) == {}


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
