"""Degrade and resample the spectra of the four libraries to one grid: one operator per library, or a loop.

A unit is a spectrum.
"""

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from benchmarks.data import WAVE
from obafgkm.simulate.libraries import LIBRARIES
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.homogenise import homogenise

THREADS = 1
COUNTS = {"jhc": 161, "elodie": 1388, "miles": 275, "cflib": 885}  # 2,709, as in Sharma et al. 2020
SIZES = {"full": {"share": 1.0}, "tiny": {"share": 0.01}}
OURS = "one sparse operator per library (obafgkm)"
TARGETS = {"Gaussian filter and CubicSpline per spectrum": 2}
_FWHM, _UNITY = 4.5, 5550


def _libraries(share):
    rng = np.random.default_rng(0)
    for name, count in COUNTS.items():
        wave, fwhm, n = LIBRARIES[name].wave, LIBRARIES[name].fwhm, max(2, round(share * count))
        flux = 1 + 0.1 * rng.standard_normal((n, wave.size), "f4")
        labels = pd.DataFrame({"library": name, "file": "", "name": np.arange(n).astype(str)})
        yield Spectra(wave, flux, np.ones_like(flux), labels, "air", fwhm)


def _one_by_one(spectra):
    wave = spectra.wave
    # A filter works in pixels: exact for equidistant pixels, as in these libraries.
    sigma = np.sqrt(max(_FWHM**2 - spectra.fwhm**2, 0)) / np.sqrt(8 * np.log(2)) / np.median(np.diff(wave))
    rows = []
    for flux in spectra.flux:
        spline = CubicSpline(wave, gaussian_filter1d(flux, sigma, truncate=5) if sigma else flux)
        rows.append((spline(WAVE) / spline(_UNITY)).astype("f4"))
    return np.array(rows)


def variants(size):
    """See `benchmarks.harness`."""
    libraries = list(_libraries(size["share"]))
    n = sum(map(len, libraries))

    def operator():
        flux = [homogenise(spectra, WAVE, _FWHM, _UNITY)[0].flux for spectra in libraries]
        return n, {"mean_flux": np.mean([each.mean() for each in flux])}

    def loop():
        flux = [_one_by_one(spectra) for spectra in libraries]
        return n, {"mean_flux": np.mean([each.mean() for each in flux])}

    return {OURS: operator, "Gaussian filter and CubicSpline per spectrum": loop}
