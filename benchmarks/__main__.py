"""Measure: ``python -m benchmarks [task ...]``; without a task, all but the two longest."""

import argparse
import io
import os
import platform
import subprocess
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from benchmarks import harness, report

HERE = Path(__file__).parent
TASKS = sorted(path.stem for path in (HERE / "tasks").glob("[a-z]*.py"))
LONG = {"default_run", "search"}  # measured only on request


def machine():
    """The machine and the versions of the libraries, in one line."""
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next(
            line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "tensorflow-cpu", "keras"))
    return (
        f"{cpu}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}, {date.today()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def measure(task, size, repeats):
    """Run one task in a separate process with its number of threads."""
    command = [sys.executable, "-m", "benchmarks", task, "--size", size, "--repeats", str(repeats), "--here"]
    env = harness.environment(harness.load(task).THREADS)
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=env, check=True, cwd=HERE.parent)
    return pd.read_csv(io.StringIO(answer.stdout[answer.stdout.index("task,variant") :]))


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("tasks", nargs="*", metavar="task", help=f"of {', '.join(TASKS)}")
    parser.add_argument("--size", choices=("full", "tiny"), default="full")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--output", type=Path, default=HERE, help="folder of results.csv, results.md and .png"
    )
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--once", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.tasks) - set(TASKS):
        parser.error(f"no task {', '.join(sorted(unknown))}; there are {', '.join(TASKS)}")
    if options.once:
        return harness.run_once(options.tasks[0], options.once, options.size)
    if options.here:
        harness.run_task(options.tasks[0], options.size, options.repeats).to_csv(sys.stdout, index=False)
        return
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "results.csv"
    for task in options.tasks or [task for task in TASKS if task not in LONG]:
        print(f"{task} ...", flush=True)
        rows = measure(task, options.size, options.repeats).assign(machine=machine())
        for row in rows[rows["notes"].notna()].itertuples():
            print(f"  {row.variant}: {row.units_per_s:.4g} units/s, {row.notes}", flush=True)
        old = pd.read_csv(path) if path.exists() else rows[:0]
        table = pd.concat([old[old["task"] != task], rows]).sort_values("task", kind="stable")
        table.to_csv(path, index=False, float_format="%.5g")
    report.write(pd.read_csv(path), options.output)


if __name__ == "__main__":
    main()
