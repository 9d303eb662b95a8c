"""What a failed, killed or outlived job leaves behind never counts as a result of the present settings."""

import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT

SNAKEFILE = f"""
import sys
sys.path.insert(0, {str(ROOT / "workflow")!r})
from obafgkm.workflow.unfinished import mark_unfinished

rule figure:
    input: "table"
    output: "figure"
    shell: "cp {{input}} {{output}}"

rule table:
    input: "spectra"
    output: "table"
    shell: "cp {{input}} {{output}}"

rule spectra:
    output: "spectra"
    log: "log"
    params: rate=config["rate"]
    script: "spectra.py"

onerror:
    mark_unfinished(workflow.dag, workflow.persistence)
"""
SCRIPT = f"""
import os, sys, time
sys.path.insert(0, {str(ROOT / "workflow")!r})
from pathlib import Path
from obafgkm.workflow.job import job

with job(snakemake):
    Path("process").write_text(str(os.getpid()))
    while Path("wait").exists():
        time.sleep(0.05)
    Path(snakemake.output[0]).write_text(str(snakemake.params.rate))
"""


@pytest.fixture
def run(tmp_path):
    """Starts Snakemake with a learning rate, in a directory where a run with the rate 1 has finished."""
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "spectra.py").write_text(SCRIPT)

    def run(rate, *arguments):
        triggers = ("--rerun-incomplete", "--rerun-triggers", "params", "input")
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", "-c1", *triggers, "--config", f"rate={rate}", *arguments],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    assert run(1).wait() == 0
    assert (tmp_path / "figure").read_text() == "1"
    (tmp_path / "process").unlink()
    (tmp_path / "wait").touch()
    return run


def process(folder):
    """The script of the job, once it has begun."""
    for _ in range(600):
        time.sleep(0.05)
        if (folder / "process").exists() and (text := (folder / "process").read_text()):
            return int(text)
    raise AssertionError("the job has not begun")


def test_a_run_after_one_whose_job_was_killed_remakes_what_rests_on_it(run, tmp_path):
    failing = run(2)
    os.kill(process(tmp_path), signal.SIGKILL)
    failing.communicate()
    assert failing.returncode != 0
    assert (tmp_path / "figure").read_text() == "1"  # nothing is lost
    (tmp_path / "wait").unlink()
    assert "Nothing to be done" not in run(2, "--dry-run").communicate()[0]
    assert run(2).wait() == 0
    assert (tmp_path / "figure").read_text() == "2"
    assert "Nothing to be done" in run(2, "--dry-run").communicate()[0]


def test_what_does_not_rest_on_the_failed_job_is_left_alone(run, tmp_path):
    (tmp_path / "table").unlink()  # somebody needed the space
    (tmp_path / "wait").unlink()
    with open(tmp_path / "Snakefile", "a") as file:
        file.write('rule other:\n    output: "other"\n    shell: "false"\n')
    assert run(1, "figure", "other").wait() != 0
    assert "Nothing to be done" in run(1, "--dry-run", "figure").communicate()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_no_job_outlives_snakemake(run, tmp_path):
    killed = run(2)
    process(tmp_path)
    killed.kill()
    killed.communicate(timeout=20)  # the script holds this pipe as long as it lives
