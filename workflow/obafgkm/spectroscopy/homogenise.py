"""Bring spectra of different libraries to a common resolution, flux scale and wavelength grid."""

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline
from scipy.sparse import csr_matrix, vstack

from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.resolution import gaussian_matrix

__all__ = ["homogenise", "spline_matrix", "wavelength_grid"]

_MEMORY = 20  # pixels after which a pixel's influence on a spline is below 1e-11


def wavelength_grid(first, last, step):
    """Wavelengths from `first` to `last`, both included: 3900 to 6799 by 1 are 2,900 points."""
    return first + step * np.arange(round((last - first) / step) + 1)


def spline_matrix(wave, grid):
    """Matrix that interpolates spectra by the cubic spline through their pixels.

    A pixel's influence on a spline decays by a factor of four per pixel. A spline through the neighbourhood
    of a section of the grid is therefore equivalent to that through all pixels, and the matrix is sparse.

    Parameters
    ----------
    wave : array (n_in,)
        Pixels, which cover the grid.
    grid : array (n_out,)
        Increasing.

    Returns
    -------
    csr_matrix (n_out, n_in)
    """
    blocks = []
    for piece in np.array_split(grid, -(-grid.size // 50)):
        first = max(0, np.searchsorted(wave, piece[0]) - _MEMORY)
        last = np.searchsorted(wave, piece[-1]) + _MEMORY
        near = wave[first:last]
        weights = CubicSpline(near, np.eye(near.size))(piece)
        weights[np.abs(weights) < 1e-9] = 0
        rows, columns = weights.nonzero()
        blocks.append(csr_matrix((weights[rows, columns], (rows, columns + first)), (piece.size, wave.size)))
    return vstack(blocks, format="csr")


def homogenise(spectra, grid, fwhm, unity_at):
    """Degrade, normalise and resample spectra (Sharma et al. 2020, section 3).

    The kernel's width is ``sqrt(fwhm**2 - spectra.fwhm**2)``. Convolution and spline are linear: one sparse
    matrix does both for the whole library.

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
        Flux on `grid` by cubic spline; ``ivar`` is 1, or 0 where masked pixels carry half of the kernel or
        more.
    rejected : DataFrame
        Columns ``library, file, name, reason`` of the spectra that cannot be used.

    Raises
    ------
    ValueError
        If the resolution of the spectra is already lower than `fwhm`.
    """
    if spectra.fwhm > fwhm:
        raise ValueError(f"spectra of {spectra.fwhm} Å resolution cannot be brought to {fwhm} Å")
    wave = spectra.wave
    reasons = pd.Series("", index=spectra.labels.index)
    if wave[0] > grid[0] or wave[-1] < grid[-1]:
        reasons[:] = f"covers {wave[0]:.0f}-{wave[-1]:.0f} Å, not {grid[0]:.0f}-{grid[-1]:.0f} Å"
        return _empty(spectra, grid, fwhm), _rejections(spectra, reasons)

    points = np.append(grid, unity_at)
    operator = vstack([spline_matrix(wave, grid), spline_matrix(wave, points[-1:])], format="csr")
    good = spectra.ivar[:, np.searchsorted((wave[1:] + wave[:-1]) / 2, points)] > 0
    if spectra.fwhm < fwhm:
        kernel = np.sqrt(fwhm**2 - spectra.fwhm**2)
        operator = operator @ gaussian_matrix(wave, wave, kernel)
        # Most spectra have no masked pixels, and convolving a mask costs as much as convolving the flux.
        masked = (spectra.ivar == 0).any(axis=1)
        weights = gaussian_matrix(wave, points, kernel)
        good[masked] = (weights @ (spectra.ivar[masked].T > 0).astype(np.float32)).T > 0.5
    flux = (operator.astype(np.float32) @ spectra.flux.T).T
    flux, unity, good, good_unity = flux[:, :-1], flux[:, -1], good[:, :-1], good[:, -1]

    reasons[unity <= 0] = f"flux at {unity_at:g} Å is not positive"
    reasons[~good_unity] = f"no data at {unity_at:g} Å, where the flux is normalised"
    reasons[~np.isfinite(spectra.flux).all(axis=1)] = "flux is not finite"
    keep = (reasons == "").to_numpy()
    homogenised = Spectra(
        grid,
        flux[keep] / unity[keep, None],
        good[keep],
        spectra.labels[keep],
        spectra.medium,
        fwhm,
        spectra.provenance,
    )
    return homogenised, _rejections(spectra, reasons)


def _empty(spectra, grid, fwhm):
    """No spectra, on the common grid."""
    nothing = np.empty((0, grid.size))
    return Spectra(grid, nothing, nothing, spectra.labels[:0], spectra.medium, fwhm, spectra.provenance)


def _rejections(spectra, reasons):
    """The rejection table of the spectra that have a reason."""
    labels = spectra.labels.loc[reasons != "", ["library", "file", "name"]]
    return labels.assign(reason=reasons[reasons != ""])
