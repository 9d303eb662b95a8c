"""The workflow itself, run small in a directory of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = Path(__file__).with_name("tiny.yaml")


def snakemake(directory, *arguments, root=ROOT, **environment):
    """Run Snakemake as a user would; the finished process with its output as text.

    Without a mirror, unless one is given.
    """
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--directory", directory, *map(str, arguments)],
        cwd=root,
        env={**os.environ, "OBAFGKM_MIRROR": "", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
    )


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory):
    """Directory of a finished run at tiny scale."""
    directory = tmp_path_factory.mktemp("tiny")
    done = snakemake(directory, "--configfile", TINY)
    assert done.returncode == 0, done.stdout[-4000:]
    return directory
