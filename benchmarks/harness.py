"""Run the variants of one task in turns, in one process with a fixed number of threads.

A task is a module of `benchmarks.tasks` with

``THREADS``
    Number of cores that its variants may use.
``SIZES``
    Dict of the argument of `variants` for ``full`` and ``tiny``.
``OURS``
    Name of the library's variant.
``TARGETS``
    Targets for it: ``{variant: r}`` means at least `r` times faster than that variant.
``variants(size)``
    Dict of functions, one per variant. Each does the work once and returns ``(units, notes)``: the number of
    spectra, epochs ... processed, and a dict of further notes: a loss, an accuracy.
``WARM_UP``, optional
    False: no unmeasured run of the variants beforehand.
``WORK``, optional
    ``(limit, amount)``: minimum number of floating-point operations (``product``) or bytes (``copy``,
    ``disk``) per unit of work.
``MEMORY``, optional
    Dict of the variants whose peak memory is measured, each in a separate process, with the largest number of
    MB allowed (None: no limit).
"""

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

__all__ = ["COLUMNS", "environment", "load", "measure_limits", "peak_memory", "run_task"]

COLUMNS = [
    *("task", "variant", "threads", "size", "repeats", "wall_ms_per_unit", "cpu_ms_per_unit", "units_per_s"),
    *("peak_memory_mb", "ours_is_faster_by", "by_cpu_time", "least", "share_of_limit", "notes"),
]
_MB = 1e6


def load(task):
    """The module of a task."""
    return importlib.import_module(f"benchmarks.tasks.{task}")


def environment(threads):
    """The environment of a process with a given number of cores."""
    names = ("OMP", "OPENBLAS", "MKL", "TF_NUM_INTRAOP", "LOKY_MAX")
    counts = {
        f"{name}_{'THREADS' if name.startswith('TF') else 'NUM_THREADS'}": str(threads) for name in names
    }
    return {**os.environ, **counts, "TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def _clock():
    """Wall time and CPU time of this process and of its children, including finished ones."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    running = [child.cpu_times() for child in psutil.Process().children()]
    cpu = sum(each.ru_utime + each.ru_stime for each in usage) + sum(
        each.user + each.system for each in running
    )
    return np.array([time.perf_counter(), cpu])


def measure_limits(threads, size=2048, megabytes=256):
    """Current best rates of the machine.

    Parameters
    ----------
    threads : int
        Number of threads of the process.
    size : int
        Number of rows and columns of the matrices.
    megabytes : int
        Amount of data copied and written.

    Returns
    -------
    dict
        ``product`` in floating-point operations/s (float32, through TensorFlow where it is loaded, which uses
        the processor better), ``copy`` and ``disk`` (a new file, flushed to disk) in bytes/s.
    """
    a = np.random.default_rng(0).random((size, size), "f4")
    if "tensorflow" in sys.modules:
        import tensorflow as tf

        tensor = tf.constant(a)

        def product():
            return tf.linalg.matmul(tensor, tensor).numpy()
    else:

        def product():
            return a @ a

    source = np.ones(megabytes * 2**20, np.uint8)
    target = np.ones_like(source)

    def write():
        with tempfile.TemporaryFile() as file:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())

    return {
        "product": 2 * size**3 / _best(product),
        "copy": source.size / _best(lambda: np.copyto(target, source)),
        "disk": source.size / _best(write, 2),
    }


def _best(function, repeats=4):
    """Shortest wall time of a few runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def run_task(task, size="full", repeats=5):
    """Measure the variants of a task in turns, so that a busy period affects all of them.

    Every variant is first run once without measuring, for one-time compilation and reading.

    Parameters
    ----------
    task : str
    size : {'full', 'tiny'}
    repeats : int

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per variant. Times are medians; factors are medians of the ratios within a turn.
    """
    module = load(task)
    functions = module.variants(module.SIZES[size])
    if getattr(module, "WARM_UP", True):
        for function in functions.values():
            function()
    limits = measure_limits(module.THREADS, *(() if size == "full" else (64, 1)))
    times = {name: [] for name in functions}
    notes = {}
    for turn in range(repeats):
        names = list(functions)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            start = _clock()
            units, notes[name] = functions[name]()
            times[name].append((_clock() - start) / units)
    times = {name: np.array(values) for name, values in times.items()}
    memory = getattr(module, "MEMORY", {})
    rows = []
    for name, values in times.items():
        wall, cpu = np.median(values, axis=0)
        faster = np.median(values / times[module.OURS], axis=0)
        row = {
            "task": task,
            "variant": name,
            "threads": module.THREADS,
            "size": json.dumps(module.SIZES[size]),
            "repeats": repeats,
            "wall_ms_per_unit": 1e3 * wall,
            "cpu_ms_per_unit": 1e3 * cpu,
            "units_per_s": 1 / wall,
            "ours_is_faster_by": faster[0],
            "by_cpu_time": faster[1],
            "least": module.TARGETS.get(name, np.nan),
            "notes": json.dumps({key: float(f"{value:.4g}") for key, value in notes[name].items()}),
        }
        if hasattr(module, "WORK"):
            limit, amount = module.WORK
            row["share_of_limit"] = amount(module.SIZES[size]) / limits[limit] / wall
        if name in memory:
            row["peak_memory_mb"] = peak_memory(task, name, size)
        rows.append(row)
    for name, rate in limits.items():
        rows.append(
            {"task": task, "variant": f"machine: {name}", "threads": module.THREADS, "units_per_s": rate}
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def peak_memory(task, variant, size):
    """Peak resident memory, in MB, of a process that runs one variant once."""
    command = [sys.executable, "-m", "benchmarks", task, "--size", size, "--once", variant]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ))
    return float(answer.stdout.split()[-1])


def run_once(task, variant, size):
    """Run one variant and print the peak memory of this process, in MB."""
    module = load(task)
    module.variants(module.SIZES[size])[variant]()
    print(peak_of_this_process())


def peak_of_this_process():
    """Peak memory in MB since the start of the process, excluding its parent's before the fork."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / _MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB  # in bytes on macOS
