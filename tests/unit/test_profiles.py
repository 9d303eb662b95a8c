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


@pytest.mark.parametrize("arguments", [[], ["--profile", "slurm"]])
def test_reruns_follow_content_and_not_time(monkeypatch, arguments):
    monkeypatch.chdir(ROOT)
    _, read = parse_args(arguments)
    assert {trigger.name for trigger in read.rerun_triggers} == {"PARAMS", "INPUT", "SOFTWARE_ENV"}
    assert read.max_checksum_file_size > 1e12, "a larger file that is touched would rerun what rests on it"
