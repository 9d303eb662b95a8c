"""Files in, rows of answers out: in order, a few spectra in memory at a time, in one process or several."""

import functools
import itertools
import os
import signal
import warnings
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from obafgkm.classify.answers import answer, reading, unreadable
from obafgkm.classify.reading import read_file
from obafgkm.errors import ArchiveFileError, ObafgkmError, require

__all__ = ["classify_entries", "load_model", "stream"]

_BATCH = 64  # spectra that the network sees together
_FILES, _BYTES = 32, 8_000_000  # that a process takes at a time, whichever is reached first
_WORTH_A_PROCESS = 30_000_000  # bytes, some 200 spectra of SDSS: what is done while another process starts
_PAGE = 10_000_000  # bytes that are read while a page is drawn
_AHEAD = 2  # units a process that may wait for their turn


def stream(files, *, model=None, medium=None, jobs=1, plot=None, standards=None):
    """Classify the spectra of files, one after another, in the order of the files.

    Parameters
    ----------
    files : sequence of path
    model : path, optional
        Folder of the model; the released one by default.
    medium : {'air', 'vacuum'}, optional
        What wavelengths are measured in, whatever the files say.
    jobs : int
        Processes at most; a further one is started only where there is enough for it to do.
    plot : path, optional
        Folder for one page per spectrum, see `obafgkm.classify.page`.
    standards : path, optional
        Spectra to compare with on the page, see `obafgkm.classify.standards`.

    Yields
    ------
    dict
        With the keys of `obafgkm.classify.answers.COLUMNS`: one per spectrum, and one per file that cannot
        be read.

    Raises
    ------
    MissingPackageError
        If there are pages to draw and nothing to draw them with.
    """
    files = [str(file) for file in files]
    if plot:
        require("plots", "matplotlib", "scipy")
        Path(plot).mkdir(parents=True, exist_ok=True)
    sizes = [
        (os.path.getsize(file) if os.path.isfile(file) else 0) + (_PAGE if plot else 0) for file in files
    ]
    units = _units(zip(files, _stems(files), strict=True), sizes)
    settings = (model, medium, plot, standards)
    jobs = min(jobs, len(units), 1 + sum(sizes) // _WORTH_A_PROCESS)
    if jobs > 1:
        yield from _in_processes(jobs, units, settings)
        return
    for unit in units:  # one after another, so that the network sees the same batches as in processes
        yield from _unit(unit, *settings)


def _units(tasks, sizes):
    """Lists of tasks, each of which a process takes at a time."""
    units, size = [], _BYTES
    for task, own in zip(tasks, sizes, strict=True):
        if size >= _BYTES or len(units[-1]) == _FILES:
            units.append([])
            size = 0
        units[-1].append(task)
        size += own
    return units


def _stems(files):
    """Names for the pages of files, no two the same."""
    seen = Counter()
    for file in files:
        stem = Path(file).stem
        seen[stem] += 1
        yield stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"


def _in_processes(jobs, units, settings):
    """Rows of all units in their order, of which only a few at a time are under way."""
    # Spawned, because a process with threads, such as a notebook's, cannot be forked safely.
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _start_process)
    units, under_way = iter(units), deque()
    try:
        for unit in itertools.islice(units, jobs * _AHEAD):
            under_way.append(pool.submit(_whole_unit, unit, settings))
        while under_way:
            yield from under_way.popleft().result()
            under_way.extend(pool.submit(_whole_unit, unit, settings) for unit in itertools.islice(units, 1))
    except BrokenProcessPool as error:
        raise ObafgkmError(
            "a process ended before its time, maybe for want of memory: try --jobs 1"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _start_process():
    """Ctrl-C reaches all processes of a terminal; the first one ends the others, and speaks for all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")


def _whole_unit(tasks, settings):
    return list(_unit(tasks, *settings))


def _unit(tasks, model, medium, plot, standards):
    """Rows of some files."""
    model = load_model(model)
    for page, spectrum, row, *sampled in classify_entries(model, _entries(tasks, medium)):
        if plot and sampled:
            from obafgkm.classify.page import draw_page

            draw_page(Path(plot) / f"{page}.png", row, spectrum, model.wave, *sampled, standards)
        yield row


@functools.cache
def load_model(folder=None):
    """The model in a folder, or the released one, read once."""
    from obafgkm.classify.model import Model

    return Model.load(folder) if folder else Model.load()


def _entries(tasks, medium):
    """(page, file, spectrum) of each spectrum; of a file that cannot be read the reason in its place."""
    for file, stem in tasks:
        page = stem
        try:
            for number, spectrum in enumerate(read_file(file, medium), start=2):
                yield page, file, spectrum
                page = f"{stem}_{number}"
        except ArchiveFileError as error:
            yield page, file, error.problem


def classify_entries(model, entries):
    """Classify spectra a few at a time.

    Parameters
    ----------
    model : obafgkm.classify.model.Model
    entries : iterable of (key, file, Spectrum or str)
        In place of a spectrum, the reason why there is none.

    Yields
    ------
    key
    spectrum : Spectrum or str
    row : dict
    flux, ivar : array (n_pix,)
        On the grid of the model.
    temperature, luminosity : array (70,), (5,)
        Probabilities. These four are left out where there is no spectrum.
    """
    entries = iter(entries)
    while batch := list(itertools.islice(entries, _BATCH)):
        sampled = [_sampled(spectrum, model.wave) for _, _, spectrum in batch]
        good = [pair for pair in sampled if not isinstance(pair, str)]
        types = model.classify(*map(np.stack, zip(*good, strict=True))) if good else None
        i = 0
        for (key, file, spectrum), pair in zip(batch, sampled, strict=True):
            if isinstance(pair, str):
                row = unreadable(file, getattr(spectrum, "name", ""), pair)
                yield key, spectrum, row | (reading(spectrum) if hasattr(spectrum, "receipt") else {})
                continue
            row = answer(file, spectrum, model.wave, *pair, types, i)
            yield key, spectrum, row, *pair, types.temperature[i], types.luminosity[i]
            i += 1


def _sampled(spectrum, grid):
    """Flux and inverse variance on the grid, or the reason why there are none."""
    if isinstance(spectrum, str):
        return spectrum
    try:
        return spectrum.on_grid(grid)
    except ArchiveFileError as error:
        return error.problem
