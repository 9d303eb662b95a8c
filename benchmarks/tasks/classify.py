"""MK types of spec-lite files of SDSS by the released classifier, from FITS to rows. A unit is a file.

The target is 1,000 spectra/s. The variant ``parts`` performs the steps one after another, and notes the
fraction of time of each.
"""

import itertools
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.data import sdss_files

THREADS = 2
SIZES = {"full": {"files": 4000, "kinds": 200}, "tiny": {"files": 6, "kinds": 6}}
OURS = "classify, two processes"
TARGETS = {"classify, one process": 1}
MEMORY = {OURS: None}
_BATCH = 64


def variants(size):
    """See `benchmarks.harness`."""
    from obafgkm.classify.streaming import stream

    files = sorted(Path(sdss_files(**size).name).glob("**/spec-*.fits"))

    def classify(jobs):
        rows = [row["flags"] for row in stream(files, jobs=jobs)]
        return len(rows), {"untyped": sum("untyped" in flags for flags in rows)}

    return {
        OURS: lambda: classify(THREADS),
        "classify, one process": lambda: classify(1),
        "parts, one process": lambda: parts(files),
    }


def parts(files):
    """Read, resample, apply the network and write, with the fraction of time of each."""
    from obafgkm.classify.answers import answer
    from obafgkm.classify.reading import read_file
    from obafgkm.classify.rows import load_model
    from obafgkm.classify.writing import TableWriter

    seconds = dict.fromkeys(("reading", "resampling", "network", "writing"), 0.0)
    model, rest = load_model(), iter(files)
    with tempfile.TemporaryDirectory() as folder, TableWriter(Path(folder, "types.csv")) as writer:
        while batch := list(itertools.islice(rest, _BATCH)):
            marks = [time.perf_counter()]
            spectra = [spectrum for file in batch for spectrum in read_file(file)]
            marks.append(time.perf_counter())
            sampled = [spectrum.on_grid(model.wave) for spectrum in spectra]
            marks.append(time.perf_counter())
            types = model.classify(*map(np.stack, zip(*sampled, strict=True)))
            marks.append(time.perf_counter())
            for i, (file, spectrum, pair) in enumerate(zip(batch, spectra, sampled, strict=True)):
                writer.write(answer(str(file), spectrum, model.wave, pair[1], types, i))
            marks.append(time.perf_counter())
            for name, spent in zip(seconds, np.diff(marks), strict=True):
                seconds[name] += spent
    total = sum(seconds.values())
    return len(files), {name: spent / total for name, spent in seconds.items()}
