"""The checksum of the library that a script rests on."""

import os

from conftest import ROOT

from obafgkm.classify.model import RELEASED
from obafgkm.workflow import dependencies
from obafgkm.workflow.dependencies import digest, modules

SCRIPTS = ROOT / "workflow" / "scripts"
PACKAGE = ROOT / "workflow" / "obafgkm"


def names(script):
    return {str(path.relative_to(PACKAGE)) for path in modules(SCRIPTS / script)}


def test_modules_are_found_through_others():
    found = names("sharma/confusion.py")
    assert {"evaluation/metrics.py", "mk.py", "report/plots/classes.py", "report/plots/__init__.py"} <= found
    assert not {"training/engine.py", "download/files.py"} & found


def test_imports_inside_functions_count():
    assert "training/engine.py" in names("sharma/train_ann.py")


def test_data_beside_a_module_counts(tmp_path, monkeypatch):
    package = tmp_path / "obafgkm"
    (package / "room").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "room" / "__init__.py").touch()
    (package / "room" / "data.csv").write_text("1")
    script = tmp_path / "script.py"
    script.write_text("from obafgkm import room\n")
    monkeypatch.setattr(dependencies, "_PACKAGE", package)
    before = digest(script)
    dependencies.checksum.cache_clear()
    (package / "room" / "data.csv").write_text("2")
    assert digest(script) != before


def test_exchanging_the_released_model_does_not_train_it_anew():
    """Rules that use it have its checksum as a parameter."""
    folders = {path.parent for path in modules(SCRIPTS / "classifier" / "train.py")} - {PACKAGE}
    assert PACKAGE / "classify" in folders
    assert not folders & set(RELEASED.parents)


def test_the_text_of_the_script_counts_and_its_time_does_not(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("print(1)\n")
    before = digest(script)
    os.utime(script, (0, 0))
    dependencies.checksum.cache_clear()
    assert digest(script) == before
    script.write_text("print(2)\n")
    dependencies.checksum.cache_clear()
    assert digest(script) != before
