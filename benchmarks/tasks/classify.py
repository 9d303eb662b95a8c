"""MK types of spec-lite files of SDSS by the released classifier, from FITS to rows. A unit is a file.

600 spectra/s are asked for.
"""

from pathlib import Path

from benchmarks.data import sdss_files

THREADS = 2
SIZES = {"full": {"files": 4000, "kinds": 200}, "tiny": {"files": 6, "kinds": 6}}
OURS = "classify, two processes"
TARGETS = {"classify, one process": 1}
MEMORY = {OURS: None}


def variants(size):
    """See `benchmarks.harness`."""
    from obafgkm.classify.streaming import stream

    files = sorted(Path(sdss_files(**size).name).glob("**/spec-*.fits"))

    def classify(jobs):
        rows = [row["flags"] for row in stream(files, jobs=jobs)]
        return len(rows), {"untyped": sum("untyped" in flags for flags in rows)}

    return {OURS: lambda: classify(THREADS), "classify, one process": lambda: classify(1)}
