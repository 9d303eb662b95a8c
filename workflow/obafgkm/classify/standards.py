"""Standard stars for comparison: real ones provided by the user, or simulated ones."""

import functools
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.polynomial import legendre
from scipy.ndimage import gaussian_filter1d

from obafgkm import mk
from obafgkm.archives.libraries import LIBRARIES
from obafgkm.classify.spectrum import Spectrum
from obafgkm.errors import ArchiveFileError, SpectralTypeError
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.resolution import gaussian_matrix

__all__ = ["Standards", "load_standards"]

_DEGREE = 6  # of the polynomial between star and standard, for reddening, flux calibration and continuum
_SMOOTHING = 4.0  # FWHM in pixels at which both are compared, as resolutions differ
_SIMULATED_FWHM = 3.0  # Angstrom
_SAME = 1e-3  # rms residual below which the standard is the same spectrum as the star's


@dataclass
class Standards:
    """Spectra of known type.

    Attributes
    ----------
    flux : array (n_standard, n_pix)
        On the grid of the classifier, without gaps.
    names : list of str
        Type, and the name of a real star.
    numbers : list of float
        Temperature classes, 0 (O0) to 69 (M9).
    source : str
        Their origin.
    """

    flux: np.ndarray
    names: list
    numbers: list
    source: str

    def nearest(self, flux, ivar):
        """The standard that fits a star best, after multiplication by a polynomial.

        Parameters
        ----------
        flux, ivar : array (n_pix,)
            On the same grid; inverse variance 0 where there is no flux.

        Returns
        -------
        name : str
        number : float
            Its temperature class.
        fit : array (n_pix,)
            The standard times the polynomial.
        """
        good = ivar > 0
        star = np.interp(np.arange(flux.size), np.flatnonzero(good), flux[good])
        scale = np.median(np.abs(star)) or 1.0
        star = _smooth(star) / scale
        fits, residual = self._fitted(star, good)
        difference = np.abs(star - fits[residual.argmin()])
        # Repeated without pixels that are not stellar: sky lines, cosmic rays.
        fits, residual = self._fitted(star, good & (difference < 10 * np.median(difference[good]) + _SAME))
        residual[residual < _SAME] = np.inf
        best = int(residual.argmin())
        return (
            self.names[best],
            self.numbers[best],
            scale * fits[best] * self.flux[best] / self._smooth_flux[best],
        )

    def _fitted(self, star, good):
        """Standards times polynomials, fitted to a star at its good pixels, and the rms of the residuals."""
        basis = legendre.legvander(np.linspace(-1, 1, star.size), _DEGREE)
        products = (good[:, None, None] * basis[:, :, None] * basis[:, None, :]).reshape(star.size, -1)
        normal = (self._smooth_flux**2 @ products).reshape(-1, _DEGREE + 1, _DEGREE + 1)
        normal += 1e-9 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(_DEGREE + 1)
        right = (self._smooth_flux * (good * star)) @ basis
        fits = self._smooth_flux * (np.linalg.solve(normal, right[..., None])[..., 0] @ basis.T)
        return fits, np.sqrt(np.mean((star - fits)[:, good] ** 2, axis=1))

    @functools.cached_property
    def _smooth_flux(self):
        return _smooth(self.flux)


def _smooth(flux):
    return gaussian_filter1d(flux, _SMOOTHING / np.sqrt(8 * np.log(2)), axis=-1, mode="nearest")


@functools.lru_cache(maxsize=1)
def load_standards(path, grid):
    """Standards on a grid.

    Parameters
    ----------
    path : path or None
        A folder of archives as `obafgkm.archives` reads them (``jhc``, ``miles`` ...), or an HDF5 file of
        spectra with a label ``type_text``; None for simulated standards.
    grid : tuple of float
        Wavelengths in Angstrom, in air.

    Returns
    -------
    Standards

    Raises
    ------
    ArchiveFileError
        If there are no spectra of known type and luminosity class.
    """
    grid = np.array(grid)
    if path is None:
        return _simulated(grid)
    path, flux, names, numbers = Path(path), [], [], []
    for spectra in _real(path):
        for i, label in enumerate(spectra.labels.to_dict("records")):
            try:
                kind = mk.parse(label["type_text"])
            except SpectralTypeError:
                continue
            if kind.luminosity is None:
                continue
            star = Spectrum(label["name"], spectra.wave, spectra.flux[i], spectra.ivar[i], spectra.medium)
            sampled, ivar = star.on_grid(grid)
            if (good := ivar > 0).mean() > 0.95:
                flux.append(np.interp(grid, grid[good], sampled[good]))
                names.append(f"{star.name} ({kind})")
                numbers.append(kind.number)
    if not names:
        raise ArchiveFileError(path, "no standards: no spectrum with an MK type and a luminosity class")
    flux = np.array(flux)
    flux /= np.median(flux, axis=1, keepdims=True)
    return Standards(flux, names, numbers, f"real standards of {path}")


def _real(path):
    """The user's spectra, one library at a time."""
    if path.is_file():
        yield Spectra.read(path)
        return
    folders = [path / name for name in LIBRARIES if (path / name).is_dir()]
    for folder in folders:
        try:
            yield import_module(f"obafgkm.archives.{folder.name}").read(folder)[0]
        except ArchiveFileError:  # an incomplete archive may lack spectra
            continue


def _simulated(grid):
    """Dwarfs, giants and supergiants of solar abundance from O5 to M7."""
    from obafgkm.simulate.calibration import stellar_parameters
    from obafgkm.simulate.nodes import StellarGrid

    number, luminosity = (array.ravel() for array in np.meshgrid(np.arange(5, 68), [0, 2, 4]))
    stars = StellarGrid.load()
    normalised, continuum = stars(*stellar_parameters(number, luminosity), 0.0)
    missing = np.sqrt(_SIMULATED_FWHM**2 - np.interp(grid, stars.wave, stars.fwhm) ** 2)
    flux = (gaussian_matrix(stars.wave, grid, missing) @ (normalised * continuum).T).T
    names = [
        str(mk.MKType(mk.MAIN_CLASSES[n // 10], n % 10, k)) for n, k in zip(number, luminosity, strict=True)
    ]
    flux /= np.median(flux, axis=1, keepdims=True)
    return Standards(flux, names, number.tolist(), "simulated standards, not real stars")
