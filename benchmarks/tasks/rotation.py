"""Tens of thousands of rotating, degraded spectra of 10,800 pixels between the nodes of a grid.

A unit is a spectrum; the loop computes only a few. The library also interpolates in the grid; the loop gets
its spectra for free.
"""

import numpy as np
import pandas as pd
from PyAstronomy import pyasl

from obafgkm.simulate.grids import SyntheticGrid

THREADS = 1
SIZES = {
    "full": {"spectra": 4000, "loop": 40, "pixels": 10800},
    "tiny": {"spectra": 6, "loop": 1, "pixels": 60},
}
OURS = "products in Fourier space (obafgkm)"
TARGETS = {"PyAstronomy fastRotBroad and instrBroadGaussFast": 10}
_RANGES = {"teff": (7000, 11000), "logg": (2, 5), "feh": (-1.5, 1.5), "vsini": (5, 300)}


def variants(size):
    """See `benchmarks.harness`."""
    n, rng = size["spectra"], np.random.default_rng(0)
    stars = pd.DataFrame({name: rng.uniform(*limits, n) for name, limits in _RANGES.items()})
    wave = 4450 + 0.05 * np.arange(size["pixels"])
    grid = SyntheticGrid.load("a_stars")
    few = stars.iloc[: size["loop"]]
    still = np.concatenate(list(grid.sample(few.assign(vsini=0.0), wave)))

    def batch():
        depth = [(1 - flux).mean() for flux in grid.sample(stars, wave, 60000)]
        return n, {"mean_depth": np.mean(depth)}

    def loop():
        depth = []
        for flux, vsini in zip(still, few["vsini"], strict=True):
            rotating = pyasl.fastRotBroad(wave, flux.astype(float), 0.6, vsini)
            depth.append(1 - pyasl.instrBroadGaussFast(wave, rotating, 60000, maxsig=5).mean())
        return len(few), {"mean_depth": np.mean(depth)}

    return {OURS: batch, "PyAstronomy fastRotBroad and instrBroadGaussFast": loop}
