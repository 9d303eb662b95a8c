"""A real SLURM: the workflow runs through it, and loses nothing when things die."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, TINY
from pyarrow import dataset

from obafgkm.archives.sdss import spectra as sdss
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.sdss import simulate_survey

pytestmark = pytest.mark.slow
FAULTS = ("--snakefile", Path(__file__).with_name("faults.smk"))
HERE = Path(__file__).parent
# A test cannot wait as a cluster can.
QUICK = ["--slurm-init-seconds-before-status-checks", "1", "--max-status-checks-per-second", "5"]
RECOVER = (sys.executable, "make.py", "recover")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """The environment of a running SLURM with accounting."""
    programs = ("slurmctld", "slurmd", "sbatch", "munged", "slurmdbd", "mariadbd")
    if absent := [name for name in programs if not shutil.which(name)]:
        pytest.skip(f"no SLURM on this machine: {', '.join(absent)} not found")
    if os.geteuid():
        pytest.skip("only root can start SLURM")
    settings = {
        **os.environ,
        "SLURM_ROOT": str(tmp_path_factory.mktemp("slurm")),
        "SLURM_ACCOUNTING": "slurmdbd",
        "SLURM_INSTALL": "0",
    }
    subprocess.run(["bash", HERE / "start_slurm.sh"], env=settings, check=True, timeout=120)
    yield settings
    subprocess.run(["bash", HERE / "stop_slurm.sh"], env=settings, check=True, timeout=60)


@pytest.fixture
def submit(cluster, tmp_path):
    """Start Snakemake with the profile of the project in a directory of the test's own."""
    started = []

    def start(*arguments, directory=tmp_path, wait=True, command=(sys.executable, "-m", "snakemake")):
        process = subprocess.Popen(
            [*command, "--profile", "slurm", "--directory", directory, *QUICK, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "OBAFGKM_MIRROR": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        if wait:
            process.output = process.communicate(timeout=600)[0]
        return process

    yield start
    for process in started:
        process.kill()


def queue():
    """Names and states of the jobs in the queue."""
    return subprocess.check_output(["squeue", "--noheader", "--format=%A %T %N"], text=True).split("\n")[:-1]


def accounting(column):
    """What SLURM's accounting says of each job so far."""
    return subprocess.check_output(["sacct", "-X", "-n", "-P", "-o", column], text=True).split()


def wait_until(condition, seconds=90):
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "waited in vain"
        time.sleep(0.2)


def diary(directory):
    path = directory / "diary.txt"
    return path.read_text().splitlines() if path.exists() else []


def test_more_memory_and_more_time_after_a_failure(submit, tmp_path):
    """A job over its memory gets twice as much; a training over its time goes on from its checkpoint."""
    done = submit("hungry.txt", "late.npz", "undisturbed.npz", *FAULTS)
    assert done.returncode == 0, done.output[-3000:]
    assert {"400M", "800M"} <= set(accounting("ReqMem"))
    assert "TIMEOUT" in accounting("State")
    epochs = (tmp_path / "late.epochs").read_text().split()
    assert set(epochs) == {str(number) for number in range(40)}
    assert len(epochs) < 50, "the training began anew"
    with np.load(tmp_path / "late.npz") as late, np.load(tmp_path / "undisturbed.npz") as undisturbed:
        assert all(np.array_equal(late[name], undisturbed[name]) for name in undisturbed.files)


def test_one_command_after_snakemake_was_killed(submit, tmp_path):
    """Orphans are cancelled, finished jobs stay, and no two jobs ever write one file."""
    files = [f"slept_{number}.txt" for number in range(3)]
    first = submit(files[0], *FAULTS, "--config", "seconds=1")
    assert first.returncode == 0, first.output[-3000:]
    killed = submit(*files, *FAULTS, "--config", "seconds=30", wait=False)
    wait_until(lambda: len(diary(tmp_path)) == 4)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert len(queue()) == 2
    done = submit(*files, *FAULTS, "--config", "seconds=2", command=RECOVER)
    assert done.returncode == 0, done.output[-3000:]
    lines = diary(tmp_path)
    assert lines[:2] == ["begin 0", "end 0"]
    assert [lines.count(f"end {number}") for number in range(3)] == [1, 1, 1]
    assert [lines.count(f"begin {number}") for number in range(3)] == [1, 2, 2]


def test_snakemake_that_still_runs_is_not_cleared_up_after(submit, tmp_path):
    running = submit("slept_0.txt", *FAULTS, "--config", "seconds=5", wait=False)
    wait_until(lambda: diary(tmp_path))
    refused = submit("slept_0.txt", *FAULTS, command=RECOVER)
    assert refused.returncode != 0
    assert "still runs" in refused.output
    assert running.wait(120) == 0


def test_a_node_that_dies_and_accounting_that_is_away(submit, cluster, tmp_path):
    """The job goes to the other node; Snakemake waits for the accounting."""
    running = submit("slept_0.txt", *FAULTS, "--config", "seconds=8", wait=False)
    wait_until(lambda: diary(tmp_path))
    node = queue()[0].split()[2]
    database = int(Path(cluster["SLURM_ROOT"], "run", "slurmdbd.pid").read_text())
    os.kill(database, signal.SIGSTOP)
    try:
        subprocess.run(["scontrol", "update", f"nodename={node}", "state=down", "reason=test"], check=True)
        time.sleep(20)
    finally:
        os.kill(database, signal.SIGCONT)
        # Refused where the node has come back by itself.
        subprocess.run(["scontrol", "update", f"nodename={node}", "state=resume"], check=False)
    output = running.communicate(timeout=300)[0]
    assert running.returncode == 0, output[-3000:]
    assert diary(tmp_path) == ["begin 0", "begin 0", "end 0"]


def test_the_same_numbers_here_and_through_slurm(submit, tiny_run, tmp_path):
    """A network is trained again from the same spectra, as a job with a GPU."""
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    table = "results/sharma/predictions/cnn_cflib.csv"
    (run / table).unlink()
    done = submit(table, "--configfile", TINY, directory=run)
    assert done.returncode == 0, done.output[-3000:]
    assert "has been submitted with SLURM jobid" in done.output
    pd.testing.assert_frame_equal(pd.read_csv(run / table), pd.read_csv(tiny_run / table))
    asked = subprocess.check_output(["sacct", "-X", "-n", "-P", "-o", "Partition,ReqTRES"], text=True)
    assert "gpu|" in asked
    assert "gres/gpu=1" in asked


def test_a_whole_document_gives_the_same_numbers_here_and_through_slurm(submit, tiny_run, tmp_path):
    """From the simulated archive to the last exhibit."""
    done = submit("hammer", "--configfile", TINY)
    assert done.returncode == 0, done.output[-3000:]
    tables = sorted((tiny_run / "results/hammer").glob("*.csv"))
    assert tables
    for table in tables:
        here = tmp_path / "results/hammer" / table.name
        pd.testing.assert_frame_equal(pd.read_csv(here), pd.read_csv(table), obj=table.name)


def test_a_search_that_is_killed_keeps_its_trials(submit, tiny_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    table = "results/sharma/search/forest_classifier_0.csv"
    settings = tmp_path / "hundred.yaml"
    settings.write_text(
        "sharma: {search: {forest_classifier: {trials: 100, space: {n_estimators: [2, 3]}}}}\n"
    )
    trials = (run / table).with_suffix(".jsonl")
    trials.unlink(missing_ok=True)
    search = submit(table, "--configfile", TINY, settings, directory=run, wait=False)
    wait_until(lambda: trials.exists() and trials.read_bytes().count(b"\n") >= 40, 200)
    subprocess.run(["scancel", queue()[0].split()[0]], check=True)
    kept = [json.loads(line) for line in trials.read_text().splitlines()[:40]]
    output = search.communicate(timeout=400)[0]
    assert search.returncode == 0, output[-3000:]
    after = [json.loads(line) for line in trials.read_text().splitlines()]
    assert after[:40] == kept
    assert sorted(row["trial"] for row in after) == list(range(100))


def test_a_survey_survives_the_death_of_a_node(submit, tmp_path):
    """Chunks that are done stay, those of the dead node are done elsewhere, and no spectrum is lost."""
    chunks = 20
    spectra, lines = simulate_survey("sharma", {"STAR": chunks}, 1, StellarGrid.load())
    sdss.write(tmp_path / "stars", spectra, lines)
    settings = tmp_path / "survey.yaml"
    settings.write_text(f"survey: {{spectra: {tmp_path / 'stars'}, chunk: 1, pages: 1}}\n")
    folder = tmp_path / "resources/survey/chunks"
    running = submit("survey", "--configfile", settings, wait=False)
    wait_until(
        lambda: len(list(folder.glob("*.parquet"))) >= 8 and any(" RUNNING " in job for job in queue()), 300
    )
    done = {path: path.stat().st_mtime_ns for path in folder.glob("*.parquet.sha256")}
    under_way = [job for job in queue() if " RUNNING " in job]
    node = under_way[0].split()[2]
    subprocess.run(["scontrol", "update", f"nodename={node}", "state=down", "reason=test"], check=True)
    time.sleep(5)
    # Refused where the node has come back by itself.
    subprocess.run(["scontrol", "update", f"nodename={node}", "state=resume"], check=False)
    output = running.communicate(timeout=900)[0]
    assert running.returncode == 0, output[-3000:]
    assert f"{chunks} entries in {chunks} chunks gave {chunks} rows, 0 of them rejected" in output
    assert "NODE_FAIL" in accounting("State")
    after = {path: path.stat().st_mtime_ns for path in folder.glob("*.parquet.sha256")}
    assert len(after) == chunks
    # A job that had written its chunk but not ended yet may have died with the node.
    assert len(done.items() - after.items()) <= len(under_way)
    rows = dataset.dataset(tmp_path / "results/survey/types").to_table(["file"])["file"].to_pylist()
    assert sorted(Path(file).name for file in rows) == sorted(
        path.name for path in (tmp_path / "stars").glob("**/spec-*.fits")
    )
