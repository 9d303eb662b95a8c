"""What Snakemake reads from the profiles, on a laptop and on a cluster."""

from pathlib import Path

import pytest
import yaml
from snakemake.cli import parse_args

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("arguments", [[], ["--profile", "slurm"]])
def test_snakemake_seldom_looks_at_waiting_jobs_and_starts_no_solver(monkeypatch, arguments):
    monkeypatch.chdir(ROOT)
    _, read = parse_args(arguments)
    limit = read.max_jobs_per_timespan
    assert limit.timespan > 5
    assert limit.max_jobs / limit.timespan >= 100, "fewer submissions per second than by default"
    assert read.scheduler == "greedy"


def test_the_profile_of_a_laptop_overrules_no_line_of_the_clusters():
    here, cluster = (
        yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())
        for name in ("default", "slurm")
    )
    assert not here.keys() & cluster.keys()
