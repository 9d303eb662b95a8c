"""NutMaat, the Python port of MKCLASS by El-Kholy & Hayman, run on many spectra in its own environment.

Its pinned dependencies conflict with ours (pandas 2.2.2), hence the environment, locked in
``envs/nutmaat.lock``; its package lacks the standards to which MKCLASS compares spectra. Two kinds can be
used: MKCLASS's own library libr18, with which Sharma et al. 2020 ran MKCLASS, if available (`adopt_library`);
and standards averaged from any spectra with MK types (`write_library`). Neither lets NutMaat adjust the
energy distribution of a spectrum to that of a standard, as the library libnor36 does: that would undo the
reddening that is being tested.

The interpreter of that environment runs this module too (see `_classify_all`), so only packages that both
have are imported at the top.
"""

import copy
import csv
import functools
import os
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

import numpy as np

from obafgkm.documents.sharma.mkclass import FIRST, LAST, table, unity_in_blue
from obafgkm.errors import ProgramError
from obafgkm.mk import parse

__all__ = ["adopt_library", "classify", "standards", "write_library"]

_OWN = "standards"
_GRID = np.arange(FIRST, LAST)
# MKCLASS's own scale of temperature types, by which its 37 standards per luminosity class are numbered.
_CODES = {
    "O6": 3, "O7": 4, "O8": 5, "O9": 6,
    "B0": 7, "B1": 8, "B2": 9, "B3": 10, "B5": 12, "B7": 13, "B8": 14, "B9": 15,
    "A0": 16, "A1": 17, "A3": 19, "A5": 20, "A7": 21,
    "F0": 23, "F2": 24, "F3": 25, "F5": 26, "F6": 27, "F8": 28, "F9": 29,
    "G0": 30, "G2": 31, "G5": 32, "G8": 33,
    "K0": 34, "K2": 36, "K3": 37, "K5": 39, "K7": 40,
    "M0": 40.7, "M2": 42.5, "M3.5": 44, "M5": 45.5,
}  # fmt: skip
_LUMINOSITY_CODES = (1, 3, 5)
# Widths of the kernel that averages spectra into a standard, in type and luminosity codes.
_WIDTH = np.array([0.7, 0.6])
_FEWEST = 3  # smallest number of spectra within it
_RIDGE = 0.1  # keeps slopes unconstrained by the spectra near zero
_DESCRIPTION = """\
LIB {name}
WAVE {wave}
LIMIT {limits}
PRELIM norm
TEMPLATE no
-------------------
"""
_COOLEST = 45.5  # code of M5, the last standard of MKCLASS


def standards(flux, number, luminosity):
    """Standards at the 37 temperature types and 3 luminosity classes between which MKCLASS interpolates.

    Each is the value at its type of a plane in type and luminosity class, fitted locally to the available
    spectra with a Gaussian kernel, which widens where they are sparse.

    Parameters
    ----------
    flux : array (n_spec, n_pix)
    number : array (n_spec,)
        Class number 0 ... 69.
    luminosity : array (n_spec,)
        Luminosity number 0 ... 4.

    Returns
    -------
    dict of (type code, luminosity code) to array (n_pix,)

    Raises
    ------
    ValueError
        If there are fewer than three spectra.
    """
    if len(flux) < _FEWEST:
        raise ValueError(f"{len(flux)} spectra: standards are made of {_FEWEST} or more")
    place = np.column_stack([_type_code(number), np.asarray(luminosity, float) + 1])
    made = {}
    for node in product(_CODES.values(), _LUMINOSITY_CODES):
        offset = place - node
        distance = ((offset / _WIDTH) ** 2).sum(axis=1)
        weight = np.exp(-0.5 * distance / max(1.0, np.partition(distance, _FEWEST - 1)[_FEWEST - 1]))
        plane = np.column_stack([np.ones(len(flux)), offset])
        weighted = weight[:, None] * plane
        made[node] = np.linalg.solve(weighted.T @ plane + np.diag([0, _RIDGE, _RIDGE]), weighted.T @ flux)[0]
    return made


def _type_code(number):
    """MKCLASS's temperature codes of class numbers: linear between standards, constant beyond O6 and M5."""
    types = [10 * "OBAFGKM".index(name[0]) + parse(name).subclass for name in _CODES]
    return np.interp(number, types, list(_CODES.values()))


def write_library(directory, wave, flux, number, luminosity):
    """Make standards from spectra with MK types and write them as a library for NutMaat.

    Parameters
    ----------
    directory : path-like
        Gets ``nutmaat.lib`` and the folder of the 111 standards.
    wave : array (n_pix,)
        Wavelength in air, in Angstrom, at rest. Where the spectra do not cover the library's range, 3800 to
        5600 Å, the flux is kept at its last value, here and in `classify`, so that the missing part has no
        effect.
    flux, number, luminosity : arrays (n_spec, n_pix), (n_spec,), (n_spec,)
        See `standards`.
    """
    folder = Path(directory) / _OWN
    folder.mkdir(parents=True, exist_ok=True)
    for (code, luminosity_code), standard in standards(_on_grid(wave, flux), number, luminosity).items():
        name = f"t{round(10 * code):03d}l{10 * luminosity_code:02d}p00.rbn"
        np.savetxt(folder / name, np.column_stack([_GRID, standard]), fmt="%.6f")
    description = _DESCRIPTION.format(name=_OWN, wave=f"{FIRST} {LAST} 1.0", limits="O6 M5")
    (Path(directory) / "nutmaat.lib").write_text(description)


def adopt_library(directory, mklib, name):
    """Copy a library of MKCLASS's own standards for use by NutMaat.

    Standards that are shorter than the library states, of which libr18 has five, are put on its grid, because
    otherwise NutMaat fails on every spectrum near them. The spectra to classify are taken to be at rest: the
    velocity search of MKCLASS with libr18 would take most of the time.

    Parameters
    ----------
    directory : path-like
        Gets ``nutmaat.lib`` and the folder of the standards.
    mklib : path-like
        Folder of MKCLASS's libraries, its environment variable MKLIB, with their list ``mkclass.lib``.
    name : str
        Such as ``libr18``, rectified spectra (3800 to 4620 Å, O9 to K3).

    Raises
    ------
    ProgramError
        If the list or the library is absent.
    """
    standards, listed = Path(mklib) / name, Path(mklib) / "mkclass.lib"
    way_on = "set MKLIB to the folder of MKCLASS's libraries, or put it into the mirror as mkclass"
    if not listed.is_file() or not standards.is_dir():
        raise ProgramError(f"{mklib}: no library {name} with the list mkclass.lib: {way_on}")
    lines = [line.split(maxsplit=1) for line in listed.read_text().splitlines()]
    starts = [i for i, line in enumerate(lines) if line == ["LIB", name]]
    if not starts:
        raise ProgramError(f"{listed}: no entry for the library {name}: {way_on}")
    entry = dict(lines[starts[0] : starts[0] + 3])
    description = _DESCRIPTION.format(name=name, wave=entry["WAVE"].strip(), limits=entry["LIMIT"].strip())
    (Path(directory) / "nutmaat.lib").write_text(description)
    first, last, step = map(float, entry["WAVE"].split())
    grid = np.arange(first, last, step)
    (Path(directory) / name).mkdir()
    for file in standards.glob("*.rbn"):
        wave, flux = np.loadtxt(file, unpack=True)
        flux = np.interp(grid, wave, flux, left=0.0, right=0.0)  # the library is padded with zeros
        np.savetxt(Path(directory) / name / file.name, np.column_stack([grid, flux]), fmt="%.6f")


def _on_grid(wave, flux):
    """Spectra on the library's grid (n_spec, 1800), scaled like its standards."""
    return unity_in_blue(_GRID, np.array([np.interp(_GRID, wave, spectrum) for spectrum in flux]))


def classify(wave, flux, names, library, python, iterations=3):
    """Classify spectra in one process.

    Parameters
    ----------
    wave : array (n_pix,)
        Wavelength in air, in Angstrom, at rest: a search for velocities would take most of the time.
    flux : array (n_spec, n_pix)
    names : sequence of str (n_spec,)
    library : path-like
        Directory written by `write_library` or `adopt_library`.
    python : path-like
        Interpreter of the environment that holds NutMaat.
    iterations : int
        Number of refinements.

    Returns
    -------
    DataFrame (n_spec rows)
        Columns as in `obafgkm.documents.sharma.mkclass.table`.

    Raises
    ------
    ProgramError
        If the environment is absent or lacks NutMaat, the library is absent, or no spectrum gets a result.
    """
    if not Path(python).is_file():
        raise ProgramError(
            f"{python}: no environment with NutMaat. Create it with: uv venv --python 3.12 FOLDER, then "
            "uv pip install --python FOLDER --require-hashes -r envs/nutmaat.lock"
        )
    if not (Path(library) / "nutmaat.lib").exists():
        raise ProgramError(f"{library}: no library of standards; write_library makes one")
    with tempfile.TemporaryDirectory() as folder:
        spectra, results = Path(folder) / "spectra.npz", Path(folder) / "results.csv"
        np.savez(spectra, flux=_on_grid(wave, flux))
        run = subprocess.run(
            [
                Path(python).absolute(),
                "-m",
                __name__,
                spectra,
                results,
                Path(library).resolve(),
                str(iterations),
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
            capture_output=True,
            text=True,
        )
        if run.returncode:
            reason = run.stderr.strip().rpartition("\n")[2] or f"exit status {run.returncode}"
            raise ProgramError(f"NutMaat in {python} failed: {reason}")
        with open(results, newline="") as file:
            return table(names, list(csv.reader(file)))


def _classify_all(spectra, results, library, iterations):
    """Within NutMaat's environment: classify the spectra of a file, one row (line, problem) each."""
    from NutMaat import classifier, preprocessing, spectrum, utils

    # It reads four standards from text at every step of a fit; caching them makes it several times faster.
    read = functools.cache(spectrum.get_spectrum)
    preprocessing.get_spectrum = utils.get_spectrum = read
    output = Path("nutmaat.out")  # in the (temporary) working directory, with NutMaat's other files
    classifier.rough_type_2 = _rough_type(classifier.rough_type_2)
    name = (Path(library) / "nutmaat.lib").read_text().split()[1]
    nutmaat = classifier.Classifier(lib=name, MKLIB=library, out_file=output.stem)
    with open(results, "w", newline="") as file:
        rows = csv.writer(file)
        for flux in np.load(spectra)["flux"]:
            output.write_text("")
            try:
                nutmaat.classify(spectrum.Spectrum(_GRID.copy(), flux, name="spectrum"), 2, int(iterations))
                rows.writerow((output.read_text().strip(), "no output"))
            # One unmanageable spectrum must not cost the others; NutMaat exits if it lacks a standard.
            except (Exception, SystemExit) as error:
                rows.writerow(("", f"{type(error).__name__}: {error}"))


def _rough_type(find):
    """NutMaat's first guess, fixed for libraries that end before M, where version 0.1.1 lacks an index.

    The guess is made with the limits of a library that extends to M, and clipped to the library's own.
    """

    def rough_type(library, spectrum):
        wide = copy.copy(library)
        if library.s_cool < _COOLEST:
            wide.w_high, wide.space, wide.s_cool = LAST, 1.0, _COOLEST
        find(wide, spectrum)
        spectrum.isp = min(spectrum.isp, library.s_cool - 1)

    return rough_type


if __name__ == "__main__":
    _classify_all(*sys.argv[1:])
