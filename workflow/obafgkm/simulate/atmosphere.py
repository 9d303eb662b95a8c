"""Model atmospheres: an opacity table, a blanketed grey temperature law, hydrostatic equilibrium.

Against ATLAS9 structures the normalised spectra agree to 0.6 % rms at 8250 K, log g 4, [M/H] +0.5 and to 0.2
% at 5750 K, log g 4.5 (at a resolving power of 60000). Above 25000 K (LTE) and below 3800 K (molecules) they
are qualitative.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from obafgkm.errors import ObafgkmError
from obafgkm.simulate.engine import BOLTZMANN, initialise_engine, load_model

__all__ = [
    "OpacityTable",
    "Structure",
    "adiabatic_gradient",
    "structure",
    "structure_from_models",
    "temperature_law",
]

_PLANCK, _LIGHT, _STEFAN = 6.62607015e-27, 2.99792458e10, 5.670374e-5
_IONISATION_TEMPERATURE = 157800.0  # of hydrogen, K


def _hydrogen_ionisation(temperature, pressure):
    """Ionised fraction of pure hydrogen (Saha)."""
    density = pressure / (BOLTZMANN * temperature)
    saha = 2.4146e15 * temperature**1.5 * np.exp(-_IONISATION_TEMPERATURE / temperature)
    electrons = (-saha + np.sqrt(saha**2 + 4 * saha * density)) / (2 * density)
    return electrons / (1 - np.minimum(electrons, 1 - 1e-9))


class OpacityTable:
    """Rosseland mean of the engine's continuous opacity and the electron fraction, for one metallicity.

    Parameters
    ----------
    metallicity : float
        [M/H].
    lines : pysme LineList
        Any short list, as the engine requires one.
    n_temperature, n_pressure : int
        Size of the table, 1500-350000 K by 0.1-10^8 dyn/cm^2.
    """

    _WAVE = np.concatenate(
        [
            np.linspace(230, 905, 14),
            np.linspace(920, 1690, 14),
            np.geomspace(1750, 3600, 14),
            np.geomspace(3680, 8150, 16),
            np.geomspace(8300, 60000, 16),
        ]
    )

    def __init__(self, metallicity, lines, n_temperature=50, n_pressure=26):
        self.metallicity = metallicity
        self._log_t = np.linspace(np.log10(1500.0), np.log10(350000.0), n_temperature)
        self._log_p = np.linspace(-1.0, 8.0, n_pressure)
        t, p = (10 ** x.ravel() for x in np.meshgrid(self._log_t, self._log_p, indexing="ij"))
        parts = [self._mean(lines, t[i : i + 250], p[i : i + 250]) for i in range(0, t.size, 250)]
        opacity, electrons = (np.log10(np.concatenate(x)) for x in zip(*parts, strict=True))
        self._log_opacity = opacity.reshape(n_temperature, n_pressure)
        self._log_electrons = electrons.reshape(n_temperature, n_pressure)

    def _mean(self, lines, t, p):
        library = initialise_engine()
        ionised = np.clip(_hydrogen_ionisation(t, p), 1e-5, 0.999)
        electrons = ionised / (1 + ionised)
        layers = Structure(t, p, np.arange(1.0, t.size + 1), electrons, True)
        load_model(lines, 6000.0, 4.0, self.metallicity, layers)
        library.InputWaveRange(4450, 5000)
        library.Opacity()
        total = transparency = 0.0
        for wave, width in zip(self._WAVE, np.gradient(self._WAVE), strict=True):
            u = np.minimum(_PLANCK * _LIGHT / (wave * 1e-8 * BOLTZMANN * t), 300)
            weight = width * u**2 * np.exp(-u) / (1 - np.exp(-u)) ** 2 / wave**5 / t
            total = total + weight
            opacity = library.GetContinuumOpacityComponents(wave)[2]
            transparency = transparency + weight / np.maximum(opacity, 1e-30)
        return total / transparency, np.clip(library.GetNelec() * BOLTZMANN * t / p, 1e-12, 0.9)

    def _interpolate(self, table, temperature, pressure):
        x = (np.log10(temperature) - self._log_t[0]) / (self._log_t[1] - self._log_t[0])
        y = (np.log10(pressure) - self._log_p[0]) / (self._log_p[1] - self._log_p[0])
        i = np.clip(np.floor(x).astype(int), 0, self._log_t.size - 2)
        j = np.clip(np.floor(y).astype(int), 0, self._log_p.size - 2)
        u, v = x - i, y - j
        low = (1 - v) * table[i, j] + v * table[i, j + 1]
        high = (1 - v) * table[i + 1, j] + v * table[i + 1, j + 1]
        return 10 ** ((1 - u) * low + u * high)

    def rosseland(self, temperature, pressure):
        """Mean opacity in cm^2/g at temperatures in K and pressures in dyn/cm^2."""
        return self._interpolate(self._log_opacity, temperature, pressure)

    def electron_fraction(self, temperature, pressure):
        """Electrons as a fraction of all particles."""
        return np.clip(self._interpolate(self._log_electrons, temperature, pressure), 1e-8, 0.9)


@dataclass(frozen=True)
class Structure:
    """A plane-parallel atmosphere on ``n_layers`` layers.

    Attributes
    ----------
    temperature, pressure, column, electrons : array (n_layers,)
        K, dyn/cm^2, g/cm^2, and electrons as a fraction of all particles.
    stable : bool
        False if radiation pressure exceeds gravity at some depth; a floor on the pressure gradient then keeps
        the star bound, and the model is only an extrapolation.
    """

    temperature: np.ndarray
    pressure: np.ndarray
    column: np.ndarray
    electrons: np.ndarray
    stable: bool


def temperature_law(tau, teff, logg, metallicity):
    """Temperature at continuum Rosseland depth ``tau``: ``T^4 = 3/4 Teff^4 [tau (1 + beta) + q(tau)]``.

    ``q`` and ``beta``, the blanketing, were fitted to two ATLAS9 structures (8250/4.0/+0.5 and 5750/4.5/0.0;
    the temperatures agree to 1-2 % above tau = 3) and, below 4600 K among dwarfs, to a MARCS model
    (3500/5.0/-0.5). In giants the heating is reduced, by eye, until the TiO bands are as deep as observed.
    """
    beta = min(0.2 * 10 ** (0.35 * metallicity), 0.7)
    cool = np.clip((4600 - teff) / 1100, 0, 1.2) * min(10 ** (0.4 * metallicity), 1.5)
    heating = 0.95 * cool * np.clip((logg - 1.0) / 3.0, 0.25, 1)
    q = 0.73 * (tau / 0.1) ** 0.098 * (1 + heating)
    return teff * (0.75 * (tau * (1 + beta) + q)) ** 0.25


def adiabatic_gradient(temperature, pressure):
    """d ln T / d ln P of partly ionised hydrogen with a tenth of helium."""
    x = min(_hydrogen_ionisation(temperature, pressure), 1 - 1e-9)
    a = _IONISATION_TEMPERATURE / temperature
    y = 0.92 * x * (1 - x)
    return (2 + y * (2.5 + a)) / (5 + y * (2.5 + a) ** 2)


def structure(opacity, teff, logg, n_layers=48, steps=5):
    """Integrate ``dP/dtau = g / kappa - sigma Teff^4 / c`` inwards, with convection below 8500 K.

    Parameters
    ----------
    opacity : OpacityTable
        Its metallicity is that of the model.
    teff, logg : float
        K, log cm/s^2.
    n_layers, steps : int
        Layers between log tau -5.5 and 2, and Heun steps between adjacent layers.

    Returns
    -------
    Structure
    """
    log_tau = np.linspace(-5.5, 2.0, (n_layers - 1) * steps + 1)
    tau, step = 10**log_tau, np.log(10) * (log_tau[1] - log_tau[0])
    gravity, radiation = 10.0**logg, _STEFAN * teff**4 / _LIGHT
    radiative = temperature_law(tau, teff, logg, opacity.metallicity)
    convective = float(np.clip((8500 - teff) / 1500, 0, 1))
    # Molecular opacity moves the convective boundary outwards in the coolest stars.
    boundary = 0.7 - 1.2 * float(np.clip((4600 - teff) / 1100, 0, 1))

    t, p = radiative[0], _surface_pressure(opacity, radiative[0], tau[0], gravity, radiation)
    rows, carried, stable = [(t, p, opacity.rosseland(t, p))], 1.0, True
    for i in range(tau.size - 1):
        rise = np.log(radiative[i + 1] / radiative[i])
        first = (gravity / rows[-1][2] - radiation * carried) * tau[i]
        trial = max(p + step * max(first, 0), 1.0001 * p)
        second = (gravity / opacity.rosseland(t * np.exp(rise), trial) - radiation * carried) * tau[i + 1]
        stable &= bool(first > 0 and second > 0)
        deeper = p + step * 0.5 * (max(first, 1e-3 * p) + max(second, 1e-3 * p))
        carried, compression = 1.0, np.log(deeper / p)
        adiabatic = adiabatic_gradient(t, p)
        if convective > 0 and log_tau[i] > boundary and rise > adiabatic * compression:
            gradient = convective * adiabatic + (1 - convective) * rise / compression
            carried = float(np.clip(gradient * compression / rise, 0.05, 1))
            rise = gradient * compression
        t, p = t * np.exp(rise), deeper
        rows.append((t, p, opacity.rosseland(t, p)))

    t, p, kappa = np.array(rows, float).T
    layers = 0.5 * step * (tau[1:] / kappa[1:] + tau[:-1] / kappa[:-1])
    column = tau[0] / kappa[0] + np.concatenate([[0], np.cumsum(layers)])
    kept = slice(None, None, steps)
    return Structure(t[kept], p[kept], column[kept], opacity.electron_fraction(t, p)[kept], stable)


def _surface_pressure(opacity, temperature, tau, gravity, radiation):
    """Pressure at the top, by fixed-point iteration as the opacity depends on it."""
    p = 1.0
    for _ in range(60):
        kappa = opacity.rosseland(temperature, p)
        target = max(gravity / kappa - radiation, 1e-3 * gravity / kappa) * tau
        p = float(np.clip(np.sqrt(p * max(target, 1e-3)), 1e-3, 1e9))
    return p


def structure_from_models(models, teff, logg):
    """A published model, or one interpolated at the same Teff: cubic in log g, layer by layer.

    Parameters
    ----------
    models : dict of (float, float) to array (n_layers, 4)
        Models of one metallicity, from `obafgkm.archives.atlas9.read`.
    teff, logg : float

    Returns
    -------
    Structure

    Raises
    ------
    ObafgkmError
        If the models lack the Teff or do not span the log g.
    """
    own = sorted(gravity for temperature, gravity in models if temperature == teff)
    if len(own) < 2 or not own[0] <= logg <= own[-1]:
        span = f"log g {own[0]:g} to {own[-1]:g}" if own else "no model"
        raise ObafgkmError(
            f"the published atmospheres have {span} at {teff:g} K, not {logg:.2f}: change model_grids.grids, "
            "or set model_grids.atmospheres to 'own'"
        )
    layers = CubicSpline(own, np.log10([models[teff, gravity] for gravity in own]))(logg)
    column, temperature, pressure, electrons = 10**layers.T
    return Structure(temperature, pressure, column, electrons * BOLTZMANN * temperature / pressure, True)
