"""A job's foundation: all that its results rest on, and nothing else."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from obafgkm.workflow.intermediates import seal
from obafgkm.workflow.job import foundation


@pytest.fixture
def snakemake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resources").mkdir()
    for name in ("resources/sample.h5", "table.csv"):
        (tmp_path / name).write_text(name)
    seal(["resources/sample.h5"])
    params = {"settings": {"epochs": 5}, "cases": [1, 2], "library": "3f2a"}
    return SimpleNamespace(params=params, input=["resources/sample.h5", "table.csv"])


CHANGES = {
    "settings": lambda job: job.params["settings"].update(epochs=6),
    "code": lambda job: job.params.update(library="77e1"),
    "another input": lambda job: job.input.pop(),
    "content of an input": lambda job: Path("table.csv").write_text("another"),
    "content of an intermediate": lambda job: (
        Path("resources/sample.h5").write_text("another"),
        seal(["resources/sample.h5"]),
    ),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_whatever_changes_a_result_changes_the_foundation(kind, snakemake):
    before = foundation(snakemake, "cases")
    assert foundation(snakemake, "cases") == before
    CHANGES[kind](snakemake)
    assert foundation(snakemake, "cases") != before


def test_more_cases_rest_on_the_same_foundation(snakemake):
    before = foundation(snakemake, "cases")
    snakemake.params["cases"].append(3)
    assert foundation(snakemake, "cases") == before
    assert foundation(snakemake) != before
