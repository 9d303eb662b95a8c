"""A survey through the workflow: what dies is done again, and what is done is not."""

import os
import signal
import subprocess
import sys
import tarfile
import time

import pandas as pd
import pytest
from conftest import ROOT, snakemake
from pyarrow import dataset

from obafgkm.archives.sdss import spectra as sdss
from obafgkm.classify import classify_files
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.sdss import simulate_survey

pytestmark = pytest.mark.slow
CHUNKS, OF_CHUNK = 5, 2


@pytest.fixture(scope="module")
def stars(tmp_path_factory):
    """A folder of spec-lite files and a tar archive of two of them, and one file that is no spectrum."""
    folder = tmp_path_factory.mktemp("stars")
    spectra, lines = simulate_survey("sharma", {"STAR": CHUNKS * OF_CHUNK - 1}, 1, StellarGrid.load())
    sdss.write(folder, spectra, lines)
    files = sorted(folder.glob("**/spec-*.fits"))
    with tarfile.open(folder / "some.tar", "w") as archive:
        for file in files[:2]:
            archive.add(file, file.name)
            file.unlink()
    (folder / "broken.fits").write_bytes(files[-1].read_bytes()[:3000])
    return folder


def settings(folder, spectra):
    path = folder / "survey.yaml"
    path.write_text(f"survey: {{spectra: {spectra}, chunk: {OF_CHUNK}, pages: 1}}\n")
    return path


def finished(run):
    return {path: path.stat().st_mtime_ns for path in run.glob("resources/survey/chunks/*.parquet")}


def test_a_survey_that_is_killed_goes_on_where_it_was(stars, tmp_path):
    run, given = tmp_path / "run", ["survey", "--configfile", settings(tmp_path, stars), "--cores", "1"]
    command = [sys.executable, "-m", "snakemake", *map(str, given), "--directory", str(run)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "OBAFGKM_MIRROR": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    start = time.monotonic()
    while len(finished(run)) < 2:
        assert process.poll() is None
        assert time.monotonic() - start < 600
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)  # with the job that was under way
    process.wait()
    before = finished(run)
    assert len(before) < CHUNKS
    assert snakemake(run, *given, "--unlock").returncode == 0
    done = snakemake(run, *given)
    assert done.returncode == 0, done.stdout[-3000:]
    after = finished(run)
    assert len(after) == CHUNKS
    sure = sorted(before, key=before.get)[:-1]  # Snakemake may not have noted the last one
    assert {path: after[path] for path in sure} == {path: before[path] for path in sure}
    assert "10 entries in 5 chunks gave 10 rows, 1 of them rejected" in done.stdout

    rows = dataset.dataset(run / "results/survey/types", partitioning="hive").to_table().to_pandas()
    files = sorted(stars.glob("**/*.fits"))
    rows = rows.set_index(rows["file"].str.rpartition("/")[2])
    alone = classify_files(files)
    alone.index = [file.name for file in files]
    columns = ["type", "class_number", "outlier", "flags", "snr", "read_flux"]
    pd.testing.assert_frame_equal(rows.loc[alone.index, columns], alone[columns], check_names=False)
    assert rows.loc["broken.fits", "problem"]
    assert rows["file"].str.contains("some.tar/spec-").sum() == 2
    assert (rows["pipeline_class"].drop("broken.fits") == "STAR").all()
    counts = pd.read_csv(run / "results/survey/table_counts.csv")
    assert counts["spectra"].sum() == CHUNKS * OF_CHUNK

    again = snakemake(run, *given)
    assert again.returncode == 0, again.stdout[-3000:]
    assert finished(run) == after
    steps = ("plan", "classify", "merge", "exhibits", "pages")
    assert not any(f"rule survey_{step}:" in again.stdout for step in steps), "all was done before"


def test_without_a_survey_one_sentence_says_what_to_set(tmp_path):
    done = snakemake(tmp_path, "survey")
    assert done.returncode == 1
    said = [line for line in done.stdout.splitlines() if line.startswith("survey: ")]
    assert said
    assert said[-1].startswith("survey: set survey.spectra to")
    assert done.stdout.splitlines()[-1] == said[-1]
