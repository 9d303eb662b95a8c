"""850 spectra at 101 extinctions, one matrix at a time. A unit is one of the 101.

Alternatives: a new curve per step; a new curve per step and spectrum, for a fraction of the spectra; and only
the unavoidable products, within the processor's cache. The library returns whole matrices, as needed by a
classifier: its time is limited by memory.
"""

import astropy.units as u
import numpy as np
from dust_extinction.parameter_averages import G23
from extinction import fm07

from benchmarks.data import WAVE
from obafgkm.spectroscopy.extinction import extinction_curve, reddened

THREADS = 1
SIZES = {"full": {"spectra": 850, "steps": 101}, "tiny": {"spectra": 4, "steps": 3}}
OURS = "exp(-A_V k), k once (obafgkm)"
TARGETS = {"dust_extinction, per step": 50}
WORK = "copy", lambda size: size["spectra"] * WAVE.size * 4


def variants(size):
    """See `benchmarks.harness`."""
    flux = np.random.default_rng(0).uniform(0.5, 1.5, (size["spectra"], WAVE.size)).astype("f4")
    a_v_values = np.linspace(0, 1, size["steps"])
    law, wave = G23(Rv=3.1), WAVE * u.AA

    def stream():
        for _ in reddened(flux, WAVE, a_v_values, 5550):
            pass
        return size["steps"], {}

    def curve_a_step():
        for a_v in a_v_values:
            flux * law.extinguish(wave, Av=a_v).astype("f4")
        return size["steps"], {}

    def curve_a_spectrum():
        rows = flux[: max(1, len(flux) // 25)]
        for row in rows:
            row * law.extinguish(wave, Av=0.5).astype("f4")
        return len(rows) / len(flux), {}

    def products():
        k, few = 0.4 * np.log(10) * extinction_curve(WAVE), 32
        factors, product = np.exp(-np.outer(a_v_values, k)).astype("f4"), np.empty_like(flux[:few])
        for first in range(0, len(flux), few):
            rows = flux[first : first + few]
            for factor in factors:
                np.multiply(rows, factor, out=product[: len(rows)])
        return size["steps"], {}

    def fm07_a_step():
        for a_v in a_v_values:
            flux * (10 ** (-0.4 * fm07(WAVE, a_v))).astype("f4")
        return size["steps"], {}

    return {
        OURS: stream,
        "dust_extinction, per step": curve_a_step,
        "dust_extinction, per step and spectrum": curve_a_spectrum,
        "extinction.fm07, per step": fm07_a_step,
        "the products only": products,
    }
