"""MKCLASS, the expert system of Gray & Corbally 2014, AJ 147, 80: an external program, run on many spectra.

Sharma et al. 2020, section 5.2, point 4, give it their reddened test spectra.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.errors import ProgramError, SpectralTypeError
from obafgkm.mk import parse

__all__ = ["FIRST", "LAST", "classify", "read_line", "table", "unity_in_blue"]

FIRST, LAST = 3800.0, 5600.0  # Angstrom; the libraries libnor36 and libr36 end there, libr18 at 4620
_UNITY = 4502.0, 4508.0  # Angstrom, the range in which the highest flux of the standards is one
_ABSENT = (
    "the program 'mkclass' is not on the PATH. Either build it from R. O. Gray's source, put it on the "
    "PATH and set MKLIB to the folder of its libraries of standards, or use NutMaat, its Python port "
    "(obafgkm.documents.sharma.nutmaat)"
)
# Types may be given separately for the calcium K line, hydrogen and metals: kA3hF1mF2, A3 mA0 IV.
_SEPARATE_TYPES = re.compile(r"^k[OBAFGKM]\d|\s?m[OBAFGKM]\d", re.ASCII)


def classify(wave, flux, names, library, rough_type=2, iterations=3, timeout=120.0):
    """Classify spectra one by one.

    Parameters
    ----------
    wave : array (n_pix,)
        Wavelength in air, in Angstrom; must cover the library's range to within 100 Å.
    flux : array (n_spec, n_pix)
    names : sequence of str (n_spec,)
    library : str
        Library of standards, ``libr18`` or ``libnor36``.
    rough_type : {1, 2, 3}
        Method of the program's first guess: 1 for rectified spectra, 2 for flux-calibrated ones.
    iterations : int
        Number of refinements.
    timeout : float
        Longest time for one spectrum, seconds.

    Returns
    -------
    DataFrame (n_spec rows)
        Columns as in `table`.

    Raises
    ------
    ProgramError
        If the program is not on the PATH, or fails on every spectrum.
    """
    program = shutil.which("mkclass")
    if program is None:
        raise ProgramError(_ABSENT)
    window = (wave >= FIRST) & (wave <= LAST)
    options = (library, "mkclass.out", "mkclass.log", str(rough_type), str(iterations))
    results = []
    for spectrum in unity_in_blue(wave, flux):
        with tempfile.TemporaryDirectory() as folder:
            columns = np.column_stack([wave[window], spectrum[window]])
            np.savetxt(Path(folder) / "spectrum.dat", columns, fmt="%.6f")
            results.append(_run([program, "spectrum.dat", *options], folder, timeout))
    return table(names, results)


def _run(command, folder, timeout):
    """The program's output line, and the problem if there is none."""
    output = Path(folder) / "mkclass.out"
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, timeout=timeout)
        problem = f"exit status {run.returncode} and no output"
    except subprocess.TimeoutExpired:
        return "", f"no result after {timeout:g} s"
    except OSError as error:
        return "", f"cannot be run: {os.strerror(error.errno)}"
    return output.read_text(errors="replace") if output.exists() else "", problem


def unity_in_blue(wave, flux):
    """Spectra (n_spec, n_pix) scaled as the standards are: the highest flux from 4502 to 4508 Å is one."""
    blue = (wave >= _UNITY[0]) & (wave <= _UNITY[1])
    return flux / flux[:, blue].max(axis=1, keepdims=True)


def table(names, results):
    """Tabulate the program's results for the spectra.

    Parameters
    ----------
    names : sequence of str (n_spec,)
    results : sequence of (line, problem) (n_spec,)
        The line of output, empty if there is none, and the problem in that case.

    Returns
    -------
    DataFrame (n_spec rows)
        ``name``; ``type`` as printed; ``quality``; class ``number`` 0 ... 69 and ``luminosity`` 0 ... 4, NaN
        where the type has none; ``outcome``, one of

        - classified: an MK type, possibly without a luminosity class;
        - peculiar: no single type, but one each for calcium, hydrogen and metals (``number`` is hydrogen's);
        - unclassified: a question mark, or not a star of classes O to M;
        - failed: no result, for the reason in ``problem``.

        Sharma et al. 2020 count the first three.

    Raises
    ------
    ProgramError
        If there are spectra and all of them failed.
    """
    rows = []
    for line, problem in results:
        try:
            rows.append({**read_line(line), "problem": ""})
        except ValueError as error:
            rows.append({"outcome": "failed", "problem": f"{error}: {line.strip()!r}" if line else problem})
    columns = ["type", "quality", "number", "luminosity", "outcome", "problem"]
    frame = pd.DataFrame(rows, columns=columns).fillna({"type": "", "quality": ""})
    frame.insert(0, "name", list(names))
    if len(frame) and (frame["outcome"] == "failed").all():
        raise ProgramError(f"all {len(frame)} spectra failed, the first with: {frame['problem'][0]}")
    return frame.astype({"number": float, "luminosity": float})


def read_line(line):
    r"""Read a line of output, ``spectrum.dat  | A0 V  |  excel  | \\``.

    Returns
    -------
    dict
        ``type, quality, number, luminosity, outcome``, see `table`.

    Raises
    ------
    ValueError
        If it is not such a line.
    """
    fields = [" ".join(field.split()) for field in line.split("|")]
    if len(fields) < 2 or not fields[1]:
        raise ValueError("not a line of MKCLASS output")
    text, quality = fields[1], fields[2] if len(fields) > 2 else ""
    try:
        mk_type = parse(text)
    except SpectralTypeError:
        return {"type": text, "quality": quality, "outcome": "unclassified"}
    return {
        "type": text,
        "quality": quality,
        "number": mk_type.number,
        "luminosity": mk_type.luminosity,
        "outcome": "peculiar" if _SEPARATE_TYPES.search(text) else "classified",
    }
