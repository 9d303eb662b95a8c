"""Fifty principal components of 40,000 spectra of 10,800 pixels, as in Gebran et al. 2022.

A unit is a spectrum. `lost` is the rms residual of the components for spectra to which they were not fitted.
The library reads the spectra from a file, a few at a time; scikit-learn has them in memory. ``MEMORY`` allows
1.2 times the size of the spectra.
"""

import functools
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from obafgkm.documents.gebran.components import PrincipalComponents
from obafgkm.simulate.grids import SyntheticGrid
from obafgkm.spectra import read_chunks, write_chunks

THREADS = 2
SIZES = {
    "full": {"spectra": 40000, "pixels": 10800, "components": 50},
    "tiny": {"spectra": 60, "pixels": 120, "components": 5},
}
OURS = "one pass at a time from a file (obafgkm)"
TARGETS = {}
MEMORY = {OURS: 1.2 * 40000 * 10800 * 4 / 1e6, "scikit-learn, randomised": None}
_RANGES = {"teff": (7000, 11000), "logg": (2, 5), "feh": (-1.5, 1.5), "vsini": (0, 300)}


@functools.cache
def _file(n, pixels):
    """A file of `n` spectra plus one tenth as many for the test; it is removed when Python exits."""
    folder = tempfile.TemporaryDirectory()
    path, rng = Path(folder.name) / "spectra.h5", np.random.default_rng(0)
    n += n // 10
    stars = pd.DataFrame({name: rng.uniform(*limits, n) for name, limits in _RANGES.items()})
    wave = 4450 + 0.05 * np.arange(pixels)
    chunks = SyntheticGrid.load("a_stars").sample(stars, wave, 60000)
    write_chunks(path, wave, chunks, stars)
    return folder, path


def variants(size):
    """See `benchmarks.harness`."""
    from sklearn.decomposition import PCA

    n, (_, path) = size["spectra"], _file(size["spectra"], size["pixels"])

    def lost(mean, components):
        flux = np.concatenate(list(read_chunks(path, n, n + n // 10))) - mean
        return float(np.sqrt(np.mean((flux - flux @ components.T @ components) ** 2)))

    def ours():
        fitted = PrincipalComponents.fit(lambda: read_chunks(path, 0, n), size["components"], seed=0)
        return n, {"lost": lost(fitted.mean, fitted.components)}

    def scikit_learn():
        with h5py.File(path) as file:
            flux = file["flux"][:n]
        fitted = PCA(size["components"], svd_solver="randomized", random_state=0).fit(flux)
        del flux
        return n, {"lost": lost(fitted.mean_, fitted.components_)}

    return {OURS: ours, "scikit-learn, randomised": scikit_learn}
