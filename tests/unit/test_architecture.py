"""The floors of the library: a module imports only from floors below its own, or from its own room."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "workflow" / "obafgkm"
FLOORS = [
    {"errors"},
    {"mk", "spectra", "tables", "configuration", "dependencies", "job", "identity", "wavelengths"},
    {"archives", "datasets", "run_record", "resolution", "continuum", "extinction", "lines", "mkclass"}
    | {"principal", "augmentation"},
    {"transfer", "preprocess", "databases"},
    {"fetch", "ingest", "objects", "simulate", "samples", "models", "predictions"} | {"backend"},
    {"training", "evaluate", "robustness", "nutmaat", "main_classes", "survey", "label_grid"}
    | {"ledger", "ledger_page"},
    {"plots", "hyperparameters", "object_classifier", "tuning", "photometric", "model_card", "paper"}
    | {"search"},
    {"classify"},
]
KNOW_SNAKEMAKE = {"job", "configuration"}  # what binds scripts, and what documents the configuration


def room(path):
    """The module or the folder of modules that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor(name):
    for number, rooms in enumerate(FLOORS):
        if name in rooms:
            return number
    raise AssertionError(f"{name} has no floor: give it one here and in the design")


def imported_rooms(path):
    """Rooms of the library that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (
                [f"obafgkm.{alias.name}" for alias in node.names]
                if node.module == "obafgkm"
                else [node.module]
            )
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "obafgkm" and len(parts) > 1:
                yield parts[1]


SOURCES = [*PACKAGE.rglob("*.py"), *PACKAGE.with_name("scripts").rglob("*.py")]
MODULES = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path):
    own = room(path)
    for other in imported_rooms(path):
        assert other == own or floor(other) < floor(own), f"{own} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_library_knows_nothing_of_snakemake(path):
    if room(path) not in KNOW_SNAKEMAKE:
        assert "snakemake" not in path.read_text().lower()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE.parent)))
def test_networks_are_trained_by_the_one_engine(path):
    """Keras's own loop, a call of some model's ``fit`` with epochs, is nowhere but in the engine."""
    if path.name == "training.py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            own = isinstance(node.func.value, ast.Name) and node.func.value.id == "training"
            assert node.func.attr not in ("train_on_batch", "fit_generator")
            if node.func.attr == "fit" and not own:
                assert not {"epochs", "batch_size"} & {keyword.arg for keyword in node.keywords}


def test_the_entry_of_the_workflow_stays_short():
    assert len((PACKAGE.parents[1] / "Snakefile").read_text().splitlines()) < 60
