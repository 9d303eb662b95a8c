"""SDSS spectra in the frame of the stellar libraries: at rest, in air, on a linear grid."""

import numpy as np
from scipy.interpolate import CubicSpline

from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.wavelengths import airtovac

__all__ = ["REST_WAVE", "rest_frame_air"]

REST_WAVE = np.arange(3850.0, 6851.0)  # range needed for homogenising to 3900-6800 Angstrom


def rest_frame_air(spectra):
    """Shift spectra to rest by their redshifts, and resample them in air on `REST_WAVE`.

    Parameters
    ----------
    spectra : Spectra
        In vacuum, with label ``z``; masked pixels hold interpolated flux.

    Returns
    -------
    Spectra
        (n_spec, 3001): flux by cubic spline, ``ivar`` from the nearest pixel, hence 0 where that is masked.
        As the spline passes through the pixels, neighbours are correlated. Flux is not scaled by 1 + z.
    rejected : DataFrame
        Columns library, file, name, reason: spectra without redshift, and those whose valid pixels do not
        cover the range.

    Raises
    ------
    ValueError
        If the spectra are already in air.
    """
    if spectra.medium != "vacuum":
        raise ValueError("spectra in air already")
    rest = airtovac(REST_WAVE)
    redshift = spectra.labels["z"].to_numpy()
    reasons = np.array(
        [
            _problem(spectra.wave[ivar > 0] / (1 + z), rest)
            for z, ivar in zip(redshift, spectra.ivar, strict=True)
        ],
        dtype=object,
    )
    keep = reasons == ""
    kept = spectra.select(keep)
    resampled = [
        _resample(spectra.wave, flux, ivar, rest * (1 + z))
        for z, flux, ivar in zip(redshift[keep], kept.flux, kept.ivar, strict=True)
    ]
    flux, ivar = np.reshape(np.array(resampled, np.float32), (-1, 2, REST_WAVE.size)).swapaxes(0, 1)
    at_rest = Spectra(REST_WAVE, flux, ivar, kept.labels, "air", spectra.fwhm, kept.provenance)
    rejected = spectra.labels.loc[~keep, ["library", "file", "name"]].assign(reason=reasons[~keep])
    return at_rest, rejected


def _problem(valid, rest):
    """Why valid rest-frame pixels (n_pix,) do not cover the wavelengths `rest`; '' if they do."""
    if np.isnan(valid).any():
        return "no redshift known"
    if valid[0] > rest[0] or valid[-1] < rest[-1]:
        return (
            f"covers {valid[0]:.0f}-{valid[-1]:.0f} Å at rest in vacuum, not {rest[0]:.0f}-{rest[-1]:.0f} Å"
        )
    return ""


def _resample(wave, flux, ivar, target):
    """Flux and inverse variance at the wavelengths `target`."""
    # Twenty more pixels on each side: the influence of farther ones on the spline is below 1e-8.
    window = slice(max(0, np.searchsorted(wave, target[0]) - 20), np.searchsorted(wave, target[-1]) + 20)
    edges = (wave[window][1:] + wave[window][:-1]) / 2
    return CubicSpline(wave[window], flux[window])(target), ivar[window][np.searchsorted(edges, target)]
