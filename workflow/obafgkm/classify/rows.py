"""Result rows of some files: the task of a worker, with only a few spectra in memory at a time."""

import functools
import itertools
import os
from pathlib import Path

import numpy as np

from obafgkm.classify.answers import answer, reading, unreadable
from obafgkm.classify.reading import read_file
from obafgkm.errors import ArchiveFileError, told

__all__ = ["classify_entries", "load_model", "rows_of"]

_BATCH = 64  # spectra per call of the network


def rows_of(tasks, lost, watch, model=None, medium=None, plot=None, standards=None):
    """Classify the spectra of files, and draw their pages; see `obafgkm.barrier.run`.

    Parameters
    ----------
    tasks : list of (str, str)
        Paths of files, and names for their pages.
    lost : dict of int to str
    watch : obafgkm.barrier.limits.Watch
    model, medium, plot, standards
        See `obafgkm.classify.streaming.stream`.

    Yields
    ------
    number : int
        Number of the task.
    row : dict
    """
    model = load_model(model)
    entries = _entries(tasks, lost, watch, medium)
    for (number, page), _, row, *sampled in classify_entries(model, entries, watch.rest):
        if plot and sampled:
            from obafgkm.classify.page import draw_page

            try:
                draw_page(Path(plot) / f"{page}.png", row, model.wave, *sampled, standards)
            except Exception as error:  # only the page of this spectrum is lost
                row["problem"] = f"its page could not be drawn ({told(error)})"
        yield number, row


@functools.cache
def load_model(folder=None):
    """The model in a folder, or the released one, read once."""
    from obafgkm.classify.model import Model

    return Model.load(folder) if folder else Model.load()


def _entries(tasks, lost, watch, medium):
    """((number, page), file, spectrum) of each spectrum; in place of a missing spectrum, the reason."""
    for task, (file, stem) in enumerate(tasks):
        page = stem
        if task in lost:
            yield (task, page), file, lost[task]
            continue
        try:
            size = os.path.getsize(file) if os.path.exists(file) else 0
            for number, spectrum in enumerate(watch.over(task, read_file(file, medium), size), start=2):
                yield (task, page), file, spectrum
                page = f"{stem}_{number}"
        except ArchiveFileError as error:
            yield (task, page), file, error.problem


def classify_entries(model, entries, before=lambda: None):
    """Classify spectra a few at a time.

    Parameters
    ----------
    model : obafgkm.classify.model.Model
    entries : iterable of (key, file, Spectrum or str)
        A str in place of a spectrum is the reason why there is none.
    before : callable
        Called after each batch has been read, before it is classified.

    Yields
    ------
    key
    spectrum : Spectrum or str
    row : dict
    flux, ivar : array (n_pix,)
        On the grid of the model.
    temperature, luminosity : array (70,), (5,)
        Probabilities. These four are omitted where there is no spectrum.
    """
    entries = iter(entries)
    while batch := list(itertools.islice(entries, _BATCH)):
        before()
        sampled = [_sampled(spectrum, model.wave) for _, _, spectrum in batch]
        typed = iter(_typed(model, [pair for pair in sampled if not isinstance(pair, str)]))
        for (key, file, spectrum), pair in zip(batch, sampled, strict=True):
            outcome = pair if isinstance(pair, str) else next(typed)
            if not isinstance(outcome, str):
                types, i = outcome
                try:
                    row = answer(file, spectrum, model.wave, pair[1], types, i)
                except Exception as error:  # of numbers that nobody thought of
                    outcome = f"cannot be classified ({told(error)})"
                else:
                    yield key, spectrum, row, *pair, types.temperature[i], types.luminosity[i]
                    continue
            row = unreadable(file, getattr(spectrum, "name", ""), outcome)
            yield key, spectrum, row | (reading(spectrum) if hasattr(spectrum, "receipt") else {})


def _typed(model, pairs):
    """Types and index in them for each pair of flux and inverse variance, or why there are none."""
    if not pairs:
        return []
    try:
        types = model.classify(*map(np.stack, zip(*pairs, strict=True)))
    except Exception as error:
        if len(pairs) == 1:
            return [f"cannot be classified ({told(error)})"]
        return [one for pair in pairs for one in _typed(model, [pair])]
    known = np.isfinite(types.temperature).all(1) & np.isfinite(types.luminosity).all(1)
    return [
        (types, i) if known[i] else "cannot be classified: the network's answer is not a number"
        for i in range(len(pairs))
    ]


def _sampled(spectrum, grid):
    """Flux and inverse variance on the grid, or the reason why there are none."""
    if isinstance(spectrum, str):
        return spectrum
    try:
        flux, ivar = spectrum.on_grid(grid)
    except ArchiveFileError as error:
        return error.problem
    except Exception as error:  # of numbers that nobody thought of
        return f"cannot be resampled to the wavelengths of the classifier ({told(error)})"
    return flux, ivar
