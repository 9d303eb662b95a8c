"""The default run of the workflow on two cores: wall time over half of the CPU time. A unit is a run.

It takes a quarter of an hour and is therefore run only on request: ``python -m benchmarks default_run
--repeats 1``. The tiny size runs one exhibit at the scale of the workflow's tests.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

THREADS = 2
SIZES = {
    "full": {"arguments": []},
    "tiny": {"arguments": ["--configfile", "tests/workflow/tiny.yaml", "--", "resources/homogenised/jhc.h5"]},
}
OURS = "snakemake --cores 2"
TARGETS = {}
WARM_UP = False
RATIO = 1.3  # at most
_SOURCES = ("Snakefile", "workflow", "config", "profiles", "envs", "tests", "pyproject.toml")


def variants(size):
    """See `benchmarks.harness`."""
    root = Path(__file__).parents[2]

    def run():
        with tempfile.TemporaryDirectory() as folder:
            for name in _SOURCES:
                copy = shutil.copytree if (root / name).is_dir() else shutil.copy
                copy(root / name, Path(folder) / name)
            command = [sys.executable, "-m", "snakemake", "--cores", str(THREADS), "--quiet", "all"]
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run([*command, *size["arguments"]], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return 1, {"wall_s": wall, "cpu_s": cpu, "wall_over_half_of_cpu": wall / (cpu / THREADS)}

    return {OURS: run}
