"""Read 2,000 spec-lite files of SDSS into one HDF5 file. A unit is a file.

The alternative is straightforward code with astropy.io.fits: open, read the arrays and some labels, put them
on the common grid. The library checks every file and records why one is rejected.
"""

import tempfile
from pathlib import Path

import h5py
import numpy as np
from astropy.io import fits

from benchmarks.data import sdss_files
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.ingest.surveys import pack

THREADS = 2
SIZES = {"full": {"files": 2000, "kinds": 200}, "tiny": {"files": 6, "kinds": 6}}
OURS = "obafgkm.ingest.surveys"
TARGETS = {"astropy.io.fits, one process": 1.8}
WORK = "disk", lambda size: 2 * 4 * sdss.WAVE.size


def _plain(folder, path):
    files = sorted(Path(folder).glob("**/spec-*.fits"))
    with h5py.File(path, "w") as output:
        flux, ivar = (
            output.create_dataset(name, (len(files), sdss.WAVE.size), "f4") for name in ("flux", "ivar")
        )
        labels = []
        for i, file in enumerate(files):
            with fits.open(file) as hdus:
                coadd, row = hdus["COADD"].data, hdus[2].data[0]
                first = np.searchsorted(sdss.WAVE, 10 ** coadd["loglam"][0] * (1 - 1e-5))
                here = slice(first, first + len(coadd))
                flux[i, here], ivar[i, here] = coadd["flux"], coadd["ivar"]
                labels.append((float(row["Z"]), row["CLASS"], row["SUBCLASS"]))
    return len(files)


def variants(size):
    """See `benchmarks.harness`."""
    folder = sdss_files(**size).name
    output = Path(tempfile.mkdtemp())

    def ours():
        rejected = pack(folder, output / "ours.h5", {"source": "simulated"}, processes=THREADS)
        with h5py.File(output / "ours.h5") as file:
            n = len(file["flux"])
        return n, {"rejected": len(rejected)}

    def plain():
        return _plain(folder, output / "plain.h5"), {}

    return {OURS: ours, "astropy.io.fits, one process": plain}
