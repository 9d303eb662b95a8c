"""Wavelengths in vacuum and in air: Ciddor 1996, Applied Optics 35, 1566, eq. 1.

Standard air: dry, 15 °C, 101325 Pa, 450 ppm of CO2; for wavelengths above 2000 Angstrom::

    n - 1 = 0.05792105 / (238.0185 - s**2) + 0.00167917 / (57.362 - s**2),  s = 10**4 / vacuum wavelength
"""

import numpy as np

__all__ = ["airtovac", "vactoair"]


def vactoair(wave):
    """Wavelengths in air of wavelengths in vacuum.

    Parameters
    ----------
    wave : array-like
        Wavelength in vacuum, Angstrom.

    Returns
    -------
    array of float, of the same shape
        Wavelength in air, Angstrom: Hα, 6564.61 in vacuum, is at 6562.80.
    """
    wave = np.asarray(wave, float)
    return wave / _refractive_index(wave)


def airtovac(wave):
    """Wavelengths in vacuum of wavelengths in air; the inverse of `vactoair`.

    Parameters
    ----------
    wave : array-like
        Wavelength in air, Angstrom.

    Returns
    -------
    array of float, of the same shape
        Wavelength in vacuum, Angstrom, to within 1e-8.
    """
    wave = np.asarray(wave, float)
    vacuum = wave
    for _ in range(3):  # the index varies so slowly with wavelength that each step gains four or more digits
        vacuum = wave * _refractive_index(vacuum)
    return vacuum


def _refractive_index(vacuum):
    squared = (1e4 / vacuum) ** 2
    return 1 + 0.05792105 / (238.0185 - squared) + 0.00167917 / (57.362 - squared)
