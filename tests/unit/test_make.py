"""What the one command hands to Snakemake."""

import runpy
from pathlib import Path

import pytest

MAKE = Path(__file__).parents[2] / "make.py"


@pytest.fixture
def run(monkeypatch):
    """Arguments of the command that ``make.py run`` would execute."""
    names = runpy.run_path(str(MAKE))
    called = []
    monkeypatch.setitem(names["main"].__globals__, "set_up", lambda: None)
    monkeypatch.setitem(names["main"].__globals__, "call", lambda *command: called.extend(command[1:]))

    def arguments(*rest):
        called.clear()
        names["main"](["run", *rest])
        return called

    return arguments


def test_memory_is_limited_here_and_swallows_no_target(run):
    assert run("sharma")[:2] == ["sharma", "--resources"]
    assert run("--configfile", "a.yaml")[:2] == ["--configfile", "a.yaml"]


@pytest.mark.parametrize("given", ["--profile", "--workflow-profile", "--executor", "--resources"])
def test_what_the_user_says_of_resources_stands(run, given):
    assert run("sharma", f"{given}=x") == ["sharma", f"{given}=x"]


def test_the_environments_are_those_of_the_pins():
    names = runpy.run_path(str(MAKE))
    for name, text in names["environments"]().items():
        assert (MAKE.parent / "envs" / name).read_text() == text
