"""What the tests share: the real files, and the workflow itself run small in a directory of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# The workers of a session share the cores, and threads of OpenMP keep them busy while they wait: boosted
# trees take twenty times as long. The libraries read this when they are imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

if os.environ.get("OBAFGKM_RUN"):  # `rule science` checks the results of a run, and has less installed
    collect_ignore = []
else:
    from hypothesis import settings

    settings.register_profile("machines are shared", deadline=None)
    settings.load_profile("machines are shared")
    collect_ignore = ["science"]

ROOT = Path(__file__).parents[1]
TINY = ROOT / "tests/workflow/tiny.yaml"


def pytest_configure(config):
    if config.pluginmanager.hasplugin("xdist"):  # `rule science` does without
        config.pluginmanager.register(Workers())


def pytest_collection_modifyitems(items):
    """What takes longest starts first: the rehearsal, and SLURM, whose jobs mostly wait."""
    longest = ("tests/workflow/test_rehearsal.py", "tests/slurm/")
    items.sort(key=lambda item: [not item.nodeid.startswith(folder) for folder in longest])


class Workers:
    """A test of the tiny run goes to whichever worker is free; those of any other module keep together.

    So do those of SLURM.
    """

    def pytest_xdist_make_scheduler(self, config, log):
        from xdist.scheduler import LoadScopeScheduling

        config.option.loadscopereorder = False  # or the many short ones would come first

        class Scheduling(LoadScopeScheduling):
            def _split_scope(self, nodeid):
                if nodeid.startswith("tests/slurm/"):
                    return "slurm"
                module = nodeid.partition("::")[0]
                return nodeid if module == "tests/workflow/test_workflow.py" else module

        return Scheduling(config, log)


@pytest.fixture(scope="session")
def mirror():
    """Folder of real files, one folder per dataset, in the archives' own layout."""
    if not os.environ.get("OBAFGKM_MIRROR"):
        pytest.skip("OBAFGKM_MIRROR is not set: it names a folder of real archive files")
    return Path(os.environ["OBAFGKM_MIRROR"])


@pytest.fixture(scope="session")
def backend():
    """The backend of networks on one thread; it must be set up before the first network of the session."""
    from obafgkm.training import backend

    backend.set_up_backend(0, 1)


@pytest.fixture(scope="session")
def run():
    """Directory of a finished run."""
    return Path(os.environ["OBAFGKM_RUN"]).resolve()


def snakemake(directory, *arguments, root=ROOT, **environment):
    """Run Snakemake as a user would; the finished process with its output as text.

    Without a mirror, unless one is given.
    """
    # The profile's span, which a process lingers for at its end, is for longer runs.
    command = [sys.executable, "-m", "snakemake", "--max-jobs-per-timespan", "100/1s"]
    return subprocess.run(
        [*command, "--directory", directory, *map(str, arguments)],
        cwd=root,
        env={**os.environ, "OBAFGKM_MIRROR": "", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
    )


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory, worker_id):
    """Directory of a finished run at tiny scale, which the workers of a session share."""
    from filelock import FileLock  # here, because `rule science` does without

    base = tmp_path_factory.getbasetemp()
    directory = (base if worker_id == "master" else base.parent) / "tiny"
    with FileLock(f"{directory}.lock"):
        if not (directory / "results/report.zip").exists():
            directory.mkdir(exist_ok=True)
            done = snakemake(directory, "--configfile", TINY)
            assert done.returncode == 0, done.stdout[-4000:]
    return directory
