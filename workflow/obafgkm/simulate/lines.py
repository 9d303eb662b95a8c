"""The lines of the synthesis: atoms, hydrogen, and a statistical forest of faint lines."""

import re
from importlib.resources import files

import numpy as np
import pandas as pd

from obafgkm.spectroscopy.wavelengths import vactoair

__all__ = ["atomic_lines", "faint_lines", "hydrogen_lines"]

COLUMNS = ["species", "wlcent", "excit", "gflog", "gamrad", "gamqst", "gamvw"]

# log gamma_Stark (rad/s per electron at 10^4 K) of He I: rough estimates of the electron-impact widths. The
# engine misreads its own table above 20000 K.
_HELIUM_STARK = {
    3587: -2.9, 3613: -3.9, 3634: -3.0, 3705: -3.1, 3819: -3.0, 3888: -5.0, 3964: -4.6, 4009: -3.0,
    4026: -3.3, 4120: -4.3, 4143: -3.1, 4168: -4.0, 4387: -3.4, 4437: -4.3, 4471: -3.6, 4713: -4.6,
    4921: -3.7, 5015: -4.9, 5047: -4.6, 5875: -4.7, 6678: -4.5, 7065: -4.8, 7281: -4.7,
}  # fmt: skip


def atomic_lines():
    """All lines of ``line_list.txt``.

    Returns
    -------
    DataFrame
        ``species`` ('Fe 1'), ``wlcent`` (Angstrom, air), ``excit`` (eV), ``gflog``, and the logarithms of the
        three damping constants ``gamrad``, ``gamqst``, ``gamvw``; 0 selects the engine's default.
    """
    rows, species = [], None
    for line in files(__package__).joinpath("line_list.txt").read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if re.fullmatch(r"[A-Z][a-z]? \d", text):
            species = text
            continue
        for entry in filter(str.strip, text.split(";")):
            wave, excitation, gf = map(float, entry.split())
            stark = _HELIUM_STARK[int(wave)] if species == "He 1" else 0.0
            rows.append((species, wave, excitation, gf, 0.0, stark, 0.0))
    return pd.DataFrame(rows, columns=COLUMNS)


def hydrogen_lines(upper_balmer=26, upper_paschen=22):
    """Balmer and Paschen lines with the oscillator strengths of Johnson 1972 (ApJ 174, 227, eqs. 4 and 5).

    Parameters
    ----------
    upper_balmer, upper_paschen : int
        Highest upper level of each series.

    Returns
    -------
    DataFrame
        As `atomic_lines`; the engine expects the two quantum numbers in ``gamqst`` and ``gamvw``.
    """
    series = []
    for lower, first, last in ((2, 3, upper_balmer), (3, 8, upper_paschen)):
        upper = np.arange(first, last + 1, dtype=float)
        x = 1 - (lower / upper) ** 2
        vacuum = 1e8 / (109677.583 * (1 / lower**2 - 1 / upper**2))
        air = vactoair(vacuum)
        strength = 32 / (3 * np.sqrt(3) * np.pi) * lower / upper**3 / x**3 * _gaunt_factor(lower, x)
        excitation = 13.59844 * (1 - 1 / lower**2)
        series.append(
            pd.DataFrame(
                {
                    "species": "H 1",
                    "wlcent": air,
                    "excit": excitation,
                    "gflog": np.log10(2 * lower**2 * strength),
                    "gamrad": 8.766,
                    "gamqst": float(lower),
                    "gamvw": upper,
                }
            )
        )
    return pd.concat(series, ignore_index=True)


def _gaunt_factor(lower, x):
    """Gaunt factor of a line with ``x = 1 - (lower / upper)**2``."""
    if lower == 2:
        return 1.0785 - 0.2319 / x + 0.02947 / x**2
    g0 = 0.9935 + 0.2328 / lower - 0.1296 / lower**2
    g1 = -(0.6282 - 0.5598 / lower + 0.5299 / lower**2) / lower
    g2 = (0.3887 - 1.181 / lower + 1.470 / lower**2) / lower**2
    return g0 + g1 / x + g2 / x**2


def faint_lines(seed=1):
    """A random forest in place of the tens of thousands of faint iron-group lines absent from a short list.

    Positions, excitations and strengths are drawn, not measured: the forest gives the mean line blocking of
    late-type spectra, but its individual lines are not real. Its density, which grows towards the
    ultraviolet, was set by eye on a G2V and a K2III star of Jacoby, Hunter & Christian 1984.

    Parameters
    ----------
    seed : int

    Returns
    -------
    DataFrame
        As `atomic_lines`.
    """
    rng = np.random.default_rng(seed)
    frames = []
    for species, share, low, high, offset in _FOREST:
        edges = np.arange(3440.0, 9510.0, 10.0)
        counts = rng.poisson(share * 50.0 * np.exp(-(edges - 3800.0) / 480.0).clip(0.02, 1.4))
        wave = np.repeat(edges, counts) + rng.uniform(0, 10, counts.sum())
        excitation = rng.uniform(low, high, wave.size)
        # At equal strength, a line from a higher level has a larger gf: 1 dex per eV at 5000 K.
        gf = offset + 0.6 * excitation - rng.exponential(0.55, wave.size) - 0.1 * (wave > 6800)
        frames.append(
            pd.DataFrame({"species": species, "wlcent": wave, "excit": excitation, "gflog": gf}).assign(
                gamrad=0.0, gamqst=0.0, gamvw=0.0
            )
        )
    return pd.concat(frames, ignore_index=True)


# species, share of the forest, range of the lower level (eV), log gf of the strongest line from level 0
_FOREST = (
    ("Fe 1", 0.50, 1.0, 4.8, -3.0),
    ("Ti 1", 0.12, 0.0, 2.5, -1.6),
    ("V 1", 0.08, 0.0, 2.5, -1.0),
    ("Cr 1", 0.08, 0.9, 3.8, -2.4),
    ("Ni 1", 0.08, 1.7, 4.2, -2.9),
    ("Fe 2", 0.09, 2.6, 6.0, -4.4),
    ("Ti 2", 0.05, 0.6, 2.6, -2.6),
)
