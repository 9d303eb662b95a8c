"""From files to result rows: in order, with few spectra in memory, read by workers with limits."""

import os
from collections import Counter
from pathlib import Path

from obafgkm import barrier
from obafgkm.classify.rows import rows_of
from obafgkm.errors import require

__all__ = ["names_of", "stream"]

_FILES, _BYTES = 32, 8_000_000  # per batch of a process, whichever limit is reached first
_WORTH_A_PROCESS = 30_000_000  # bytes, about 200 SDSS spectra: the work done while another process starts
_PAGE = 10_000_000  # bytes read while one page is drawn


def stream(files, *, model=None, medium=None, jobs=1, plot=None, standards=None):
    """Classify the spectra of files, one after another, in the order of the files.

    Parameters
    ----------
    files : sequence of path
    model : path, optional
        Folder of the model; the released one by default.
    medium : {'air', 'vacuum'}, optional
        Medium of the wavelengths, overriding the files.
    jobs : int
        Largest number of processes; another one is started only if there is enough work for it.
    plot : path, optional
        Folder for one page per spectrum, see `obafgkm.classify.page`.
    standards : path, optional
        Standards for comparison on the page, see `obafgkm.classify.standards`.

    Returns
    -------
    iterator of dict
        With the keys of `obafgkm.classify.answers.COLUMNS`: one per spectrum and per unreadable file.

    Raises
    ------
    MissingPackageError
        If pages are requested and Matplotlib is not installed.
    """
    files = [str(file) for file in files]
    if plot:
        require("plots", "matplotlib", "scipy")
        Path(plot).mkdir(parents=True, exist_ok=True)
    sizes = [
        (os.path.getsize(file) if os.path.isfile(file) else 0) + (_PAGE if plot else 0) for file in files
    ]
    units = _units(zip(files, names_of(Path(file).stem for file in files), strict=True), sizes)
    jobs = min(jobs, len(units), 1 + sum(sizes) // _WORTH_A_PROCESS)
    return barrier.run(rows_of, units, (model, medium, plot, standards), max(jobs, 1))


def _units(tasks, sizes):
    """Batches of tasks for a process."""
    units, size = [], _BYTES
    for task, own in zip(tasks, sizes, strict=True):
        if size >= _BYTES or len(units[-1]) == _FILES:
            units.append([])
            size = 0
        units[-1].append(task)
        size += own
    return units


def names_of(stems):
    """The stems of files, numbered where needed to make them unique.

    None is that of another file with the number of a spectrum behind it, as pages of several spectra have.
    """
    stems = list(stems)
    seen, taken, given = Counter(), set(), set(stems)
    for stem in stems:
        own = stem
        while own in taken or (own.rpartition("_")[0] in given and own.rpartition("_")[2].isdigit()):
            seen[stem] += 1
            own = f"{stem}-{seen[stem] + 1}"
        taken.add(own)
        yield own
