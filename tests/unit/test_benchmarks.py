"""Every benchmark runs, at miniature size; nothing is timed here. What runs the workflow has its own test."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from benchmarks import harness
from benchmarks.__main__ import LONG, TASKS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("task", sorted({*TASKS} - LONG))
def test_a_benchmark_runs_at_miniature_size(task, tmp_path):
    command = [sys.executable, "-m", "benchmarks", task, "--size", "tiny", "--repeats", "1"]
    subprocess.run([*command, "--output", tmp_path], cwd=ROOT, check=True)
    table, module = pd.read_csv(tmp_path / "results.csv"), harness.load(task)
    measured = table[table["wall_ms_per_unit"].notna()]
    assert module.OURS in set(measured["variant"])
    assert set(module.TARGETS) <= set(measured["variant"]), "what is compared is measured"
    assert (measured["cpu_ms_per_unit"] > 0).all()
    assert (tmp_path / "results.md").read_text().count(f"| {task} (") == len(measured)


def test_the_committed_results_are_of_the_tasks_there_are():
    table = pd.read_csv(ROOT / "benchmarks" / "results.csv")
    assert set(table["task"]) <= set(TASKS)
    assert table["machine"].notna().all()


def test_the_script_for_gpus_runs_on_jax_without_one():
    env = {**os.environ, "PYTHON": sys.executable, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = ["bash", ROOT / "benchmarks" / "gpu.sh", "--size", "tiny"]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith("jax tiny on: processor")
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    names, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line
    )
    table = pd.DataFrame(rows, columns=names)
    assert len(table) == 5
    assert (table["same bits"] == "yes").all()
    assert (table[["predictions differ by", "loss differs by"]].astype(float) == 0).all(axis=None)
