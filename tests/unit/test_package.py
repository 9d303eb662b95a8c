"""The package without the workflow: what it needs, what it says where that is missing, what it installs."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.table import Table
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from obafgkm import mk
from obafgkm.classify import classify_files
from obafgkm.simulate.calibration import stellar_parameters
from obafgkm.simulate.nodes import StellarGrid

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
HEAVY = {"tensorflow", "tensorflow-cpu", "keras", "snakemake", "scikit-learn", "typst"}
HEAVY |= {"pytest", "astroquery", "scipy", "matplotlib"}
ROOMS = ["archives.sdss", "documents", "download", "evaluation", "ingest", "simulate", "survey", "training"]
MOST_MB = 450

# Every process of a program, also those that it starts, has only some of the installed packages.
ONLY = """
import sys
absent = set({absent}) - sys.modules.keys()
sys.modules.update(dict.fromkeys(absent))
"""


@pytest.fixture(scope="module")
def star(tmp_path_factory):
    """FITS table of a simulated G2 dwarf."""
    grid = StellarGrid.load()
    kind = mk.parse("G2V")
    normalised, continuum = grid(*stellar_parameters(np.array([kind.number]), np.array([4])), 0.0)
    path = tmp_path_factory.mktemp("star") / "star.fits"
    Table({"wavelength": grid.wave, "flux": (normalised * continuum)[0]}).write(path)
    return path


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Run a program where nothing is installed but what some requirements bring."""
    modules = importlib.metadata.packages_distributions()

    def run(requirements, program, *arguments):
        brought = distributions(requirements)
        absent = [name for name, by in modules.items() if not brought & set(map(canonicalize_name, by))]
        folder = tmp_path_factory.mktemp("alone")
        (folder / "sitecustomize.py").write_text(
            ONLY.format(absent=[name for name in absent if name != "obafgkm"])
        )
        path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
        command = [sys.executable, "-c", f"import sys\n{program}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})

    return run


def distributions(requirements):
    """Names of the distributions that requirements bring, with what those require in turn."""
    found, wanted = set(), [Requirement(text) for text in requirements]
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        if name not in found and (not requirement.marker or requirement.marker.evaluate({"extra": ""})):
            found.add(name)
            wanted += map(Requirement, importlib.metadata.requires(name) or ())
    return found


COMMAND = "from obafgkm.classify.command import main; sys.exit(main())"


def test_classifying_needs_the_own_dependencies_only(alone, star, tmp_path):
    run = alone(PROJECT["dependencies"], COMMAND, "classify", star, "-o", tmp_path / "types.csv")
    assert run.returncode == 0, run.stderr
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "types.csv", keep_default_na=False)[["type", "set_90"]],
        classify_files(star)[["type", "set_90"]],
    )


def test_python_functions_and_standards_need_the_own_dependencies_only(alone, star):
    program = "from obafgkm.classify import classify_files; print(len(classify_files(sys.argv[1])))\n"
    program += "from obafgkm.archives import cflib, elodie, jhc, miles; from obafgkm.spectra import Spectra"
    run = alone(PROJECT["dependencies"], program, star)
    assert run.stdout == "1\n", run.stderr


def test_pages_need_the_extra_of_plots_only(alone, star, tmp_path):
    requirements = PROJECT["dependencies"] + EXTRAS["plots"]
    run = alone(requirements, COMMAND, "classify", star, "--plot", tmp_path)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "star.png").exists()


def test_pages_without_their_extra_are_refused_before_a_spectrum_is_read(alone, star, tmp_path):
    run = alone(PROJECT["dependencies"], COMMAND, "classify", star, "--plot", tmp_path / "pages")
    assert run.returncode == 2
    assert run.stderr.startswith("obafgkm: this needs obafgkm[plots], which brings matplotlib, scipy: ")
    assert run.stderr.count("\n") == 1
    assert "star.fits" not in run.stdout


def test_a_file_that_only_specutils_may_know_names_its_extra(alone, star, tmp_path):
    Table({"x": np.arange(9.0), "y": np.ones(9)}).write(tmp_path / "odd.fits")
    run = alone(PROJECT["dependencies"], COMMAND, "classify", tmp_path / "odd.fits", star)
    assert run.returncode == 1
    odd = run.stderr.splitlines()[0]
    assert odd.startswith(f"{tmp_path}/odd.fits: no spectrum recognised")
    assert odd.endswith("pip install 'obafgkm[spectra]'")
    assert run.stdout.splitlines()[-1].endswith("star.fits")


def test_the_rooms_of_the_workflow_name_its_extra(alone):
    program = f"""
import importlib
for room in {ROOMS}:
    try:
        importlib.import_module("obafgkm." + room)
    except ImportError as error:
        print(error)
"""
    run = alone(PROJECT["dependencies"], program)
    told = run.stdout.splitlines()
    assert len(told) == len(ROOMS), run.stderr
    for line in told:
        assert line.startswith("this needs obafgkm[workflow], which brings ")


def test_the_interpreter_of_nutmaat_can_import_its_module(alone):
    """Its environment has these of ours, see ``envs/nutmaat.lock``."""
    run = alone(["pandas", "scipy", "tqdm"], "import obafgkm.documents.sharma.nutmaat")
    assert run.returncode == 0, run.stderr


def test_the_workflow_pins_what_the_package_bounds():
    """Those who install the package choose their versions; results rest on one."""
    pinned = {canonicalize_name(pin.name): pin for pin in map(Requirement, EXTRAS["workflow"])}
    assert all(str(pin.specifier).startswith("==") for pin in pinned.values())
    for text in PROJECT["dependencies"] + EXTRAS["plots"] + EXTRAS["spectra"]:
        bounded = Requirement(text)
        assert "==" not in str(bounded.specifier)
        version = str(pinned[canonicalize_name(bounded.name)].specifier).removeprefix("==")
        assert bounded.specifier.contains(version), text


@pytest.fixture(scope="module")
def pip(tmp_path_factory):
    """The pip of an environment that holds nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    done = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this Python makes no environments: {done.stdout[-200:]}")
    without = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
    env = {name: value for name, value in os.environ.items() if name not in without}

    def pip(*arguments):
        command = [folder / "bin/python", "-m", "pip", *arguments]
        return subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True)

    pip.folder, pip.env = folder, env
    done = pip("download", "--no-deps", "--dest", folder / "asked", "setuptools")
    if done.returncode:
        pytest.skip(f"no registry of Python packages can be reached: {done.stderr[-200:]}")
    shutil.rmtree(folder / "asked")
    return pip


@pytest.mark.slow
def test_the_package_alone_is_small_and_classifies(pip, star, tmp_path):
    source = ROOT.joinpath("workflow/obafgkm")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(source, tmp_path / "workflow/obafgkm", ignore=shutil.ignore_patterns("__pycache__"))
    done = pip("wheel", "--no-deps", "--wheel-dir", tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("obafgkm/")}
    needed = {path.relative_to(source.parent) for path in source.rglob("*.*") if path.suffix != ".pyc"}
    assert held == {str(path) for path in needed if "simulate/grids/" not in str(path)}
    assert "obafgkm/released/model.onnx" in held

    before = disk_usage(pip.folder)
    done = pip("install", wheel)
    assert done.returncode == 0, done.stderr
    size = disk_usage(pip.folder) - before
    names = {package["name"].lower() for package in json.loads(pip("list", "--format=json").stdout)}
    assert not names & HEAVY
    assert size < MOST_MB
    for text in ("README.md", "docs/classify.md"):
        (quoted,) = re.findall(r"(\d+) MB installed", (ROOT / text).read_text())
        assert int(quoted) > 0.9 * size, f"{text}: it is {size:.0f} MB"

    command = [pip.folder / "bin/obafgkm", "classify", star, "--output", tmp_path / "types.csv"]
    run = subprocess.run(command, env=pip.env, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    (row,) = pd.read_csv(tmp_path / "types.csv").to_dict("records")
    (here,) = classify_files(star).to_dict("records")
    assert row["type"] == here["type"]
    assert row["class_number"] == pytest.approx(here["class_number"], abs=0.01)


def disk_usage(folder):
    """Size of a folder in MB, as ``du`` counts it."""
    return sum(path.lstat().st_blocks for path in Path(folder).rglob("*")) * 512 / 1e6
