"""Bring spectra of different libraries to one resolution, one flux scale and one wavelength grid."""

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline
from scipy.sparse import csr_matrix

from obafgkm.spectra import Spectra

__all__ = ["FWHM_PER_SIGMA", "gaussian_operator", "homogenise", "match_resolution", "wavelength_grid"]

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
_REACH = 5.0  # the Gaussian kernel ends at this many sigma: 6e-7 of it is left out


def wavelength_grid(first, last, step):
    """Wavelengths from `first` to `last`, both included: 3900 to 6799 by 1 are 2,900 points."""
    return first + step * np.arange(round((last - first) / step) + 1)


def gaussian_operator(wave, fwhm):
    """Sparse matrix that convolves spectra on `wave` with a Gaussian.

    Each row is weighted by the width of its pixels and sums to one, so that a uniform spectrum stays as it is
    up to its ends, and pixels of unequal width are treated right.

    Parameters
    ----------
    wave : array (n_pix,)
        Wavelength in Angstrom.
    fwhm : float
        Full width at half maximum of the kernel in Angstrom.

    Returns
    -------
    csr_matrix (n_pix, n_pix)
    """
    sigma = fwhm / FWHM_PER_SIGMA
    start = np.searchsorted(wave, wave - _REACH * sigma)
    stop = np.searchsorted(wave, wave + _REACH * sigma, side="right")
    length = stop - start
    row = np.repeat(np.arange(wave.size), length)
    column = (
        np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length) + np.repeat(start, length)
    )
    weight = np.exp(-0.5 * ((wave[column] - wave[row]) / sigma) ** 2) * np.gradient(wave)[column]
    weight /= np.bincount(row, weight)[row]
    return csr_matrix((weight.astype(np.float32), (row, column)), shape=(wave.size, wave.size))


def match_resolution(spectra, fwhm):
    """Degrade spectra to a resolution of `fwhm` Angstrom (Sharma et al. 2020, section 3, step i).

    The kernel's width is ``sqrt(fwhm**2 - spectra.fwhm**2)``. ``ivar`` becomes 1, or 0 where masked pixels
    carry half of the kernel or more.

    Raises
    ------
    ValueError
        If the spectra are coarser than `fwhm` already.
    """
    if spectra.fwhm > fwhm:
        raise ValueError(f"spectra of {spectra.fwhm} Å resolution cannot be brought to {fwhm} Å")
    flux, good = spectra.flux, spectra.ivar > 0
    kernel = np.sqrt(fwhm**2 - spectra.fwhm**2)
    if kernel > 0:
        operator = gaussian_operator(spectra.wave, kernel)
        flux = (operator @ flux.T).T
        # Most spectra have no masked pixel, and the mask of the others costs as much as their flux.
        masked = ~good.all(axis=1)
        good[masked] = (operator @ good[masked].T.astype(np.float32)).T > 0.5
    return Spectra(
        spectra.wave,
        flux,
        good,
        spectra.labels,
        spectra.medium,
        fwhm,
        spectra.provenance,
    )


def homogenise(spectra, grid, fwhm, unity_at):
    """Degrade, normalise and resample spectra (Sharma et al. 2020, section 3).

    Parameters
    ----------
    spectra : Spectra
    grid : array (n_pix,)
        Wavelengths of the common grid in Angstrom.
    fwhm : float
        Common resolution in Angstrom.
    unity_at : float
        Wavelength in Angstrom at which the flux becomes one.

    Returns
    -------
    homogenised : Spectra
        Flux on `grid` by cubic spline; ``ivar`` is 1, or 0 where the nearest pixel was masked.
    rejected : DataFrame
        Columns ``library, file, name, reason`` of the spectra that cannot be used.
    """
    wave = spectra.wave
    reasons = pd.Series("", index=spectra.labels.index)
    if wave[0] > grid[0] or wave[-1] < grid[-1]:
        reasons[:] = f"covers {wave[0]:.0f}-{wave[-1]:.0f} Å, not {grid[0]:.0f}-{grid[-1]:.0f} Å"
        return _empty(spectra, grid, fwhm), _rejections(spectra, reasons)
    smooth = match_resolution(spectra, fwhm)
    at = np.argmin(np.abs(wave - unity_at))
    reasons[~np.isfinite(smooth.flux).all(axis=1)] = "flux is not finite"
    reasons[(reasons == "") & (smooth.ivar[:, at] == 0)] = (
        f"no data at {unity_at:g} Å, where the flux is normalised"
    )

    # Only the pixels around the grid take part: the spline's memory of farther ones is below 1e-8.
    window = slice(max(0, np.searchsorted(wave, grid[0]) - 20), np.searchsorted(wave, grid[-1]) + 20)
    keep = (reasons == "").to_numpy()
    spline = CubicSpline(wave[window], smooth.flux[keep, window], axis=1)
    unity = spline(unity_at)
    positive = unity > 0
    reasons[np.flatnonzero(keep)[~positive]] = f"flux at {unity_at:g} Å is not positive"
    flux = spline(grid)[positive] / unity[positive, None]
    keep = (reasons == "").to_numpy()
    edges = (wave[window][1:] + wave[window][:-1]) / 2
    good = smooth.ivar[keep, window][:, np.searchsorted(edges, grid)]
    return (
        Spectra(
            grid,
            flux,
            good,
            spectra.labels[keep],
            spectra.medium,
            fwhm,
            spectra.provenance,
        ),
        _rejections(spectra, reasons),
    )


def _empty(spectra, grid, fwhm):
    """No spectra, on the common grid."""
    nothing = np.empty((0, grid.size))
    return Spectra(grid, nothing, nothing, spectra.labels[:0], spectra.medium, fwhm, spectra.provenance)


def _rejections(spectra, reasons):
    """The rejection table of the spectra that have a reason."""
    labels = spectra.labels.loc[reasons != "", ["library", "file", "name"]]
    return labels.assign(reason=reasons[reasons != ""])
