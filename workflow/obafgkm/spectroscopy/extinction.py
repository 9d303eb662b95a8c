"""Interstellar reddening by the extinction law of Fitzpatrick & Massa 2007 at R_V = 3.1."""

import numpy as np
from extinction import fm07

__all__ = ["extinction_curve", "redden", "reddened"]

_NEPERS_PER_MAGNITUDE = 0.4 * np.log(10)


def extinction_curve(wave):
    """Extinction relative to that in V, A(λ)/A_V, of the Galaxy's mean law at R_V = 3.1.

    Fitzpatrick & Massa 2007, ApJ 663, 320, defined from 910 Å to 6 µm for wavelengths in vacuum; at
    wavelengths in air the error is 5e-4. From 3900 to 6799 Å, normalised at 5550 Å, it agrees with Gordon et
    al. 2023 to 0.04 mag per magnitude of A_V.

    Parameters
    ----------
    wave : array (n_pix,)
        Wavelength in Angstrom.

    Returns
    -------
    array (n_pix,)
    """
    return fm07(np.ascontiguousarray(wave, float), 1.0)


def redden(flux, curve, a_v):
    """Spectra seen through dust.

    Parameters
    ----------
    flux : array (..., n_pix)
    curve : array (n_pix,)
        A(λ)/A_V.
    a_v : float
        Extinction in V in magnitudes; negative values remove reddening.

    Returns
    -------
    array (..., n_pix)
        Of the type of `flux`.
    """
    flux = np.asarray(flux)
    return flux * np.exp(-_NEPERS_PER_MAGNITUDE * a_v * curve).astype(flux.dtype)


def reddened(flux, wave, a_v_values, unity_at):
    """The spectra at one A_V after another, normalised like homogenised spectra.

    The test of Sharma et al. 2020, section 5.2, point 4: A_V from 0 to 1 in steps of 0.01. Only one matrix is
    in memory at a time, and the curve is computed once.

    Parameters
    ----------
    flux : array (n_spec, n_pix)
        Normalised to one at `unity_at`.
    wave : array (n_pix,)
        Wavelength in Angstrom.
    a_v_values : iterable of float
        Extinctions in V in magnitudes.
    unity_at : float
        Wavelength in Angstrom at which the reddened flux is one again.

    Yields
    ------
    array (n_spec, n_pix)
        Of the type of `flux`.
    """
    # Relative to the extinction at `unity_at`, so that the flux there is unchanged.
    curve = extinction_curve(wave) - extinction_curve([unity_at])
    for a_v in a_v_values:
        yield redden(flux, curve, a_v)
