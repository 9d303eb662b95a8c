"""Damaged intermediate files, of whatever format, are named, set aside and recreated."""

import subprocess
import sys

import pytest

from obafgkm.errors import DamagedFileError
from obafgkm.workflow.intermediates import check, seal

TABLE = b"name,teff\n" + b"".join(b"star%d,%d\n" % (i, 5000 + i) for i in range(500))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """``resources/hammer`` of a run, with the run's folder as the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resources/hammer").mkdir(parents=True)
    return tmp_path / "resources/hammer"


def test_what_is_as_it_was_written_passes(folder):
    (folder / "sample.csv").write_bytes(TABLE)
    (folder / "other.csv").write_bytes(TABLE)
    paths = [
        "resources/hammer/sample.csv",
        "resources/hammer/other.csv",
        "resources/hammer",
        "resources/none",
    ]
    check(paths)  # nothing is known of them
    seal(paths)
    check(paths)
    assert (
        subprocess.run(["sha256sum", "--check", "--quiet", "sample.csv.sha256"], cwd=folder).returncode == 0
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[:3000],
        lambda body: body[: body.index(b"\n", 3000) + 1],  # at the end of a line: still a table
        lambda body: body[:3000] + b"7" + body[3001:],
        lambda _: b"",
        lambda _: bytes(range(256)) * 9,
    ],
)
@pytest.mark.parametrize("name", ["sample.csv", "sample.h5", "grid.npz", "provenance.json"])
def test_every_damage_is_named_in_every_format(folder, name, damage):
    path = f"resources/hammer/{name}"
    (folder / name).write_bytes(TABLE)
    seal([path])
    (folder / name).write_bytes(damage(TABLE))
    with pytest.raises(DamagedFileError, match=f"{path}: not the file that was written"):
        check([path])


def test_a_damaged_checksum_counts_as_damage(folder):
    (folder / "sample.csv").write_bytes(TABLE)
    (folder / "sample.csv.sha256").write_bytes(b"\xff\x00")
    with pytest.raises(DamagedFileError):
        check(["resources/hammer/sample.csv"])


def test_results_have_their_checksums_out_of_the_users_way(folder, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/table.csv").write_bytes(TABLE)
    check(["results/table.csv"])
    seal(["results/table.csv"])
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["table.csv"]
    check(["results/table.csv"])
    (tmp_path / "results/table.csv").write_bytes(TABLE[:3000])
    with pytest.raises(DamagedFileError, match=r"results/table\.csv: not the file"):
        check(["results/table.csv"])
    (tmp_path / "resources/checksums/results/table.csv.sha256").unlink()  # it was changed on purpose
    check(["results/table.csv"])


def test_printed_tables_and_figures_are_the_users_and_may_be_changed(folder, tmp_path):
    (tmp_path / "results").mkdir()
    printed = ["table.csv", "table.fits", "table.tex", "fig.csv", "fig.png", "fig.pdf"]
    paths = [f"results/{name}" for name in [*printed, "predictions.csv"]]
    for path in paths:
        (tmp_path / path).write_bytes(TABLE)
    seal(paths)
    kept = [path.name for path in (tmp_path / "resources/checksums/results").iterdir()]
    assert kept == ["predictions.csv.sha256"]


def test_files_that_were_exchanged_with_their_checksums_are_noticed(folder):
    for name, body in (("a.csv", TABLE), ("b.csv", TABLE[:3000])):
        (folder / name).write_bytes(body)
        seal([f"resources/hammer/{name}"])
    for ending in ("", ".sha256"):
        (folder / f"a.csv{ending}").rename(folder / "held")
        (folder / f"b.csv{ending}").rename(folder / f"a.csv{ending}")
        (folder / "held").rename(folder / f"b.csv{ending}")
    with pytest.raises(DamagedFileError):
        check(["resources/hammer/a.csv"])


def test_a_folder_in_the_place_of_a_file_is_damage(folder):
    (folder / "sample.csv").write_bytes(TABLE)
    seal(["resources/hammer/sample.csv"])
    (folder / "sample.csv").unlink()
    (folder / "sample.csv").mkdir()
    with pytest.raises(DamagedFileError, match="cannot be read"):
        check(["resources/hammer/sample.csv"])


SCRIPT = """
import sys
from types import SimpleNamespace
from obafgkm.workflow.job import job

source, target = sys.argv[1:]
with job(SimpleNamespace(rule="rule_of_it", log=["log"], input=[source], output=[target])):
    if source == "fails":
        open(target, "w").write("half")
        raise ValueError("in the middle")
    if source == "forbidden":
        raise PermissionError(13, "Permission denied", target)
    open(target, "w").write(open(source).read() if source != "config" else "name,teff\\nSun,5772\\n")
"""


def run(source, target):
    return subprocess.run([sys.executable, "-c", SCRIPT, source, target], capture_output=True, text=True)


def test_a_job_sets_a_damaged_input_aside_and_the_next_run_makes_it_anew(folder):
    assert run("config", "resources/hammer/sample.csv").returncode == 0
    assert run("resources/hammer/sample.csv", "resources/hammer/trials.csv").returncode == 0
    (folder / "sample.csv").write_text("name,te")
    (folder / "trials.csv").unlink()
    done = run("resources/hammer/sample.csv", "resources/hammer/trials.csv")
    assert done.returncode == 1
    assert done.stderr.strip().startswith(
        "rule_of_it: resources/hammer/sample.csv: not the file that was written"
    )
    assert "run again, and it will be recreated" in done.stderr
    assert (folder / "sample.csv.damaged").read_text() == "name,te"
    assert not (folder / "sample.csv").exists()
    assert not (folder / "trials.csv").exists()
    assert run("config", "resources/hammer/sample.csv").returncode == 0
    assert run("resources/hammer/sample.csv", "resources/hammer/trials.csv").returncode == 0


def test_a_job_that_fails_vouches_for_nothing(folder):
    assert run("fails", "resources/hammer/sample.csv").returncode != 0
    assert not (folder / "sample.csv.sha256").exists()


def test_a_folder_that_may_not_be_written_is_named_in_a_sentence(folder):
    done = run("forbidden", "resources/hammer/sample.csv")
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "rule_of_it: [Errno 13] Permission denied: 'resources/hammer/sample.csv': see to the permissions of "
        "this file or its folder, and run again"
    )


def test_what_stands_beside_a_figure_of_resources_has_its_checksum(folder):
    names = ("grid.png", "grid.npz")
    for name in names:
        (folder / name).write_bytes(TABLE)
    seal([f"resources/hammer/{name}" for name in names])
    assert sorted(path.name for path in folder.glob("*.sha256")) == ["grid.npz.sha256", "grid.png.sha256"]


def test_a_damaged_file_that_is_no_input_of_the_job_stays_where_it_is(folder, tmp_path):
    (tmp_path / "mine.h5").write_bytes(b"no spectra")
    script = """
from types import SimpleNamespace
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job
with job(SimpleNamespace(rule="rule_of_it", log=["log"], input=["config"], output=[])):
    read_labels("mine.h5")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("\nrule_of_it: mine.h5: not a readable file of spectra")
    assert (tmp_path / "mine.h5").exists()
