"""The workflow as a module of another one, as snakedeploy deploys it."""

import shutil
import subprocess
import sys

import pandas as pd
import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow

DEPLOYED = """
configfile: "config/config.yaml"

rule greet:
    output:
        "greeting.txt",
    shell:
        "echo hello > {{output}}"

module obafgkm:
    snakefile:
        "{snakefile}"
    config:
        config

use rule * from obafgkm as obafgkm_*
"""


@pytest.fixture
def deployed(tmp_path):
    """Run Snakemake in a folder with nothing but a workflow that uses this one, and a configuration."""
    (tmp_path / "config").mkdir()
    (tmp_path / "workflow").mkdir()
    shutil.copy(ROOT / "config" / "config.yaml", tmp_path / "config")
    text = DEPLOYED.format(snakefile=ROOT / "workflow" / "Snakefile")
    (tmp_path / "workflow" / "Snakefile").write_text(text)

    def run(*arguments):
        command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300
        )

    return run


def test_all_jobs_are_found_in_an_empty_folder(deployed):
    dry = deployed("--dry-run", "obafgkm_all")
    assert dry.returncode == 0, dry.stdout[-3000:]
    assert "obafgkm_sharma_table3" in dry.stdout


def test_jobs_of_both_workflows_run(deployed, tmp_path):
    done = deployed("greeting.txt", "results/exhibits.csv")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "table3" in set(pd.read_csv(tmp_path / "results" / "exhibits.csv")["exhibit"])
    assert (tmp_path / "greeting.txt").exists()
