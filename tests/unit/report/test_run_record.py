"""The record of a run."""

import hashlib
import json

from obafgkm.report import run_record


def test_versions_name_python_and_every_package():
    known = run_record.versions()
    assert known["packages"]["numpy"].count(".") == 2
    assert known["python"].startswith("3.")


def test_the_machine_is_described():
    known = run_record.machine()
    assert known["cores"] >= 1
    assert known["memory_gb"] > 0
    assert known["processor"]


def test_code_outside_a_repository_has_no_commit(tmp_path):
    assert run_record.code(tmp_path) == {"commit": None, "changed": None}


def test_the_checksum_of_an_archive_covers_contents_and_paths(tmp_path):
    def record(name, content):
        folder = tmp_path / hashlib.sha256(content + name.encode()).hexdigest()[:8]
        folder.mkdir()
        (folder / name).write_bytes(content)
        (folder / "provenance.json").write_text(json.dumps({"dataset": "jhc", "source": "simulated"}))
        return run_record.archive(folder / "provenance.json")

    known = record("a.fits", b"flux")
    assert (known["files"], known["bytes"]) == (1, 4)
    assert (
        len({known["sha256"], record("b.fits", b"flux")["sha256"], record("a.fits", b"Flux")["sha256"]}) == 3
    )


def test_a_checksum_that_the_download_noted_is_kept(tmp_path):
    (tmp_path / "provenance.json").write_text(json.dumps({"dataset": "jhc", "sha256": "noted"}))
    assert run_record.archive(tmp_path / "provenance.json")["sha256"] == "noted"
