"""Line lists of diatomic molecules from their molecular constants.

Positions come from the rotational constants and band origins, strengths from Morse Franck-Condon factors and
Hoenl-London factors of Hund's case (a), with spin splitting only where it separates bands. Bands have the
right positions and shapes and roughly the right strengths; individual lines are not realistic. This is meant
for spectra at a few Angstrom, and the late K and M types made with it are qualitative.

Constants: Huber & Herzberg 1979 (Constants of Diatomic Molecules), rounded; band strengths are rounded
literature values and were not tuned.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import eigh_tridiagonal

from obafgkm.simulate.lines import COLUMNS
from obafgkm.spectroscopy.wavelengths import airtovac, vactoair

__all__ = ["molecular_lines"]

_WAVENUMBERS_PER_EV = 8065.544
_HBAR2_OVER_2AMU = 16.857629  # cm^-1 Angstrom^2 amu


@dataclass(frozen=True)
class State:
    """Constants of one electronic state, in cm^-1, and the bond length in Angstrom."""

    we: float
    wexe: float
    re: float
    be: float
    alpha: float

    def rotational(self, v):
        return self.be - self.alpha * (v + 0.5)


@dataclass(frozen=True)
class System:
    """One electronic band system.

    ``components`` are its spin components: (origin of the 0-0 band, energy of the lower level, share), the
    first two in cm^-1; ``weight`` is the statistical weight of a rotational level in addition to 2J + 1.
    """

    species: str
    mass: float
    lower: State
    upper: State
    projection: int
    change: int
    weight: int
    f00: float
    components: tuple
    n_vibrational: int = 4
    j_max: int = 60


def _origins(heads, lower, upper, energies, shares):
    """Spin components from the air wavelengths of their 0-0 band heads."""
    b1, b2 = upper.rotational(0), lower.rotational(0)
    nu = 1e8 / airtovac(np.array(heads)) - (b1 + b2) ** 2 / (4 * (b2 - b1))
    return tuple(zip(nu, energies, shares, strict=True))


_TIO_X = State(1009.18, 4.56, 1.6203, 0.53541, 0.00302)
_TIO_A = State(867.8, 3.94, 1.6644, 0.50739, 0.00315)
_TIO_B = State(875.0, 5.0, 1.6643, 0.50617, 0.0031)
_TIO_C = State(838.3, 4.76, 1.6938, 0.48989, 0.00306)
_TIO_SINGLET_A = State(1018.3, 4.5, 1.617, 0.5376, 0.0029)
_TIO_SINGLET_B = State(919.8, 4.2, 1.654, 0.5134, 0.0029)
_TIO_LEVELS, _TIO_SHARES = (0.0, 98.0, 198.0), (1.0, 1.0, 1.0)
_VO_X = State(1011.3, 4.86, 1.5893, 0.54825, 0.00352)
_VO_B = State(910.7, 4.9, 1.6246, 0.5246, 0.0038)
_CN_X = State(2068.59, 13.087, 1.1718, 1.8997, 0.01736)
_CN_B = State(2163.9, 20.2, 1.150, 1.973, 0.023)
_CH_X = State(2858.5, 63.02, 1.1199, 14.457, 0.534)
_CH_A = State(2930.7, 96.65, 1.1019, 14.934, 0.697)
_MGH_X = State(1495.2, 31.89, 1.7297, 5.8257, 0.1859)
_MGH_A = State(1597.6, 31.9, 1.6778, 6.1913, 0.1931)
_CAH_X = State(1298.34, 19.10, 2.0025, 4.2766, 0.0970)
_CAH_A = State(1333.0, 20.0, 1.986, 4.347, 0.1063)
_CAH_B = State(1285.0, 20.0, 1.957, 4.478, 0.124)

_SYSTEMS = (
    System("CH 1", 0.92974, _CH_X, _CH_A, 1, 1, 4, 0.0051, ((23217.5, 0.0, 1.0),), 3, 35),
    System(
        "CN 1", 6.46220, _CN_X, _CN_B, 0, 0, 2, 0.0342,
        _origins([3883.4], _CN_X, _CN_B, [0.0], [1.0]), 5, 100,
    ),
    System(
        "MgH 1", 0.96718, _MGH_X, _MGH_A, 0, 1, 2, 0.161,
        ((19260.5, 0.0, 0.5), (19295.5, 0.0, 0.5)), 4, 50,
    ),
    System(
        "CaH 1", 0.98307, _CAH_X, _CAH_A, 0, 1, 2, 0.20,
        ((14373.0, 0.0, 0.5), (14453.0, 0.0, 0.5)), 3, 50,
    ),
    System("CaH 1", 0.98307, _CAH_X, _CAH_B, 0, 0, 2, 0.10, ((15754.0, 0.0, 1.0),), 3, 50),
    System(
        "TiO 1", 11.9938, _TIO_X, _TIO_C, 2, 0, 2, 0.0786,
        _origins([5166.7, 5167.2, 5167.8], _TIO_X, _TIO_C, _TIO_LEVELS, _TIO_SHARES), 8, 130,
    ),
    System(
        "TiO 1", 11.9938, _TIO_X, _TIO_B, 2, -1, 2, 0.0673,
        _origins([6158.5, 6186.3, 6214.9], _TIO_X, _TIO_B, _TIO_LEVELS, _TIO_SHARES), 8, 130,
    ),
    System(
        "TiO 1", 11.9938, _TIO_X, _TIO_A, 2, 1, 2, 0.0566,
        _origins([7054.3, 7087.6, 7125.6], _TIO_X, _TIO_A, _TIO_LEVELS, _TIO_SHARES), 8, 130,
    ),
    System(
        "TiO 1", 11.9938, _TIO_SINGLET_A, _TIO_SINGLET_B, 2, -1, 2, 0.048,
        _origins([8859.6], _TIO_SINGLET_A, _TIO_SINGLET_B, [3500.0], [1.0]), 4, 130,
    ),
    System(
        "VO 1", 12.1733, _VO_X, _VO_B, 0, 1, 4, 0.03,
        _origins([7851.0, 7865.0, 7896.0, 7940.0], _VO_X, _VO_B, [0.0] * 4, [0.25] * 4), 4, 130,
    ),
)  # fmt: skip


def molecular_lines(low=3440.0, high=9510.0, species=None):
    """Lines of CH, CN, MgH, CaH, TiO and VO.

    Parameters
    ----------
    low, high : float
        Range in air, Angstrom.
    species : collection of str, optional
        Molecules, as named by the engine (``TiO 1``); all by default.

    Returns
    -------
    DataFrame
        As `obafgkm.simulate.lines.atomic_lines`.
    """
    chosen = [system for system in _SYSTEMS if species is None or system.species in species]
    lines = pd.concat([_system_lines(system) for system in chosen], ignore_index=True)
    return lines[lines.wlcent.between(low, high)].reset_index(drop=True)


def _vibration(state, mass, n_levels, r):
    """Energies (cm^-1) and wave functions of the lowest levels of a Morse oscillator."""
    stiffness = _HBAR2_OVER_2AMU / mass
    depth = state.we**2 / (4 * state.wexe)
    a = np.sqrt(state.wexe / stiffness)
    potential = depth * (1 - np.exp(-a * (r - state.re))) ** 2
    kinetic = stiffness / (r[1] - r[0]) ** 2
    return eigh_tridiagonal(
        potential + 2 * kinetic, np.full(r.size - 1, -kinetic), select="i", select_range=(0, n_levels - 1)
    )


def _system_lines(system, f_min=2e-3):
    """Every line of a system whose band has at least ``f_min`` of the strength of the 0-0 band."""
    r = np.linspace(0.6 * system.lower.re, 1.7 * system.lower.re, 1800)
    upper_energy, upper_wave = _vibration(system.upper, system.mass, system.n_vibrational, r)
    lower_energy, lower_wave = _vibration(system.lower, system.mass, system.n_vibrational, r)
    strength = (upper_wave.T @ lower_wave) ** 2
    strength *= system.f00 / strength[0, 0]
    blocks = []
    for v1, v2 in np.argwhere(strength > f_min * system.f00):
        shift = upper_energy[v1] - upper_energy[0] - lower_energy[v2] + lower_energy[0]
        b1, b2 = system.upper.rotational(v1), system.lower.rotational(v2)
        for i, (origin, level, share) in enumerate(system.components):
            omega = system.projection + (i - 1 if len(system.components) == 3 else 0)
            j = np.arange(max(omega, 1) + 1.0, system.j_max + 1)
            energy = level + lower_energy[v2] - lower_energy[0] + b2 * j * (j + 1)
            factors = _hoenl_london(j, omega, system.change)
            for factor, j_upper in zip(factors, (j + 1, j, j - 1), strict=True):
                vacuum = 1e8 / (origin + shift + b1 * j_upper * (j_upper + 1) - b2 * j * (j + 1))
                gf = system.weight * share * strength[v1, v2] * factor
                blocks.append(np.stack([vactoair(vacuum), energy, gf], 1)[gf > 1e-5])
    wave, energy, gf = np.concatenate(blocks).T
    values = {"species": system.species, "wlcent": wave, "excit": energy / _WAVENUMBERS_PER_EV}
    values |= {"gflog": np.log10(gf), "gamrad": 0.0, "gamqst": 0.0, "gamvw": 0.0}
    return pd.DataFrame(values, columns=COLUMNS)


def _hoenl_london(j, omega, change):
    """Factors of the R, Q and P branches in absorption, which add up to 2J + 1 (Herzberg 1950, p. 208)."""
    if change == 0:
        return (
            ((j + 1) ** 2 - omega**2) / (j + 1),
            omega**2 * (2 * j + 1) / (j * (j + 1)),
            (j**2 - omega**2) / j,
        )
    o = omega * change
    return (
        (j + 2 + o) * (j + 1 + o) / (2 * (j + 1)),
        (j + 1 + o) * (j - o) * (2 * j + 1) / (2 * j * (j + 1)),
        np.maximum(j - 1 - o, 0) * (j - o) / (2 * j),
    )
