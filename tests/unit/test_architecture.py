"""The floors of the library: a module imports only from floors below its own, or from its own room."""

import ast
from graphlib import TopologicalSorter

import pytest
from conftest import ROOT

PACKAGE = ROOT / "workflow" / "obafgkm"
FLOORS = [
    {"errors"},
    {"mk", "barrier"},
    {"spectra", "workflow"},
    {"training", "spectroscopy"},
    {"evaluation", "archives"},
    {"download", "ingest", "simulate", "report"},
    {"documents"},
    {"classify"},
    {"survey", "__main__"},
]
KNOWS_SNAKEMAKE = "workflow"


def room(path):
    """The module or the folder of modules that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor(name):
    for number, rooms in enumerate(FLOORS):
        if name in rooms:
            return number
    raise AssertionError(f"{name} has no floor: give it one here and in the design")


def imported(path):
    """Dotted names, without the package's own, of what a file imports of the library."""
    return imported_by(ast.parse(path.read_text()))


def imported_by(tree):
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "obafgkm":
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")[1:] if name.startswith("obafgkm.") else []
            if parts and not parts[0].startswith("__"):
                yield parts


SOURCES = [*PACKAGE.rglob("*.py"), *PACKAGE.with_name("scripts").rglob("*.py")]
MODULES = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"]


def test_nothing_but_what_all_speak_stands_at_the_root():
    common = {"errors.py", "mk.py", "spectra.py"}
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", *common}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path):
    own = room(path)
    for other, *_ in imported(path):
        assert other == own or floor(other) < floor(own), f"{own} imports {other}"


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "documents").rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_no_document_imports_another(path):
    own = path.relative_to(PACKAGE).parts[1]
    assert {parts[1] for parts in imported(path) if parts[0] == "documents"} <= {own}


def test_modules_import_each_other_in_no_circle():
    """Only imports at the head of a module count: one inside a function waits until it is called."""
    sorter = TopologicalSorter()
    for path in MODULES:
        module = path.relative_to(PACKAGE).with_suffix("").parts
        module = module[:-1] if module[-1] == "__init__" else module
        heads = ast.parse(path.read_text())
        heads.body = [node for node in heads.body if isinstance(node, ast.Import | ast.ImportFrom)]
        for parts in imported_by(heads):
            for depth in range(len(parts), 0, -1):
                file = PACKAGE.joinpath(*parts[:depth])
                if file.with_suffix(".py").exists() or (file / "__init__.py").exists():
                    if tuple(parts[:depth]) != module:
                        sorter.add(module, tuple(parts[:depth]))
                    break
    sorter.prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_library_knows_nothing_of_snakemake(path):
    if room(path) != KNOWS_SNAKEMAKE:
        assert "snakemake" not in path.read_text().lower()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE.parent)))
def test_networks_are_trained_by_the_one_engine(path):
    """Keras's own loop, a call of some model's ``fit`` with epochs, is nowhere but in the engine."""
    if path == PACKAGE / "training" / "engine.py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            own = isinstance(node.func.value, ast.Name) and node.func.value.id == "engine"
            assert node.func.attr not in ("train_on_batch", "fit_generator")
            if node.func.attr == "fit" and not own:
                assert not {"epochs", "batch_size"} & {keyword.arg for keyword in node.keywords}


def test_the_entry_of_the_workflow_stays_short():
    assert len((ROOT / "workflow" / "Snakefile").read_text().splitlines()) < 60
