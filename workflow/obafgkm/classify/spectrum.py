"""One spectrum as it was read, and its resampling to the wavelengths of a classifier."""

from dataclasses import dataclass, field

import numpy as np

from obafgkm.classify.receipt import Receipt
from obafgkm.errors import ArchiveFileError
from obafgkm.spectroscopy.wavelengths import vactoair

__all__ = ["MEDIA", "Spectrum", "inverse_variance", "signal_to_noise"]

MEDIA = ("air", "vacuum")
_COARSEST = 10.0  # Angstrom per pixel, above which lines cannot be seen
_LEAST_COVERED = 300.0  # Angstrom of the classifier's range
_PARTS = 8  # of a spectrum, each with one typical pixel spacing
_MARGIN = 20.0  # Angstrom of margin beyond that range
_ABSURD = 1e10  # times the median flux: neither star, sky nor cosmic ray but a sentinel or a damaged number
_LARGEST = 1e100  # flux whose square and inverse square are finite


@dataclass
class Spectrum:
    """One spectrum as a file has it, in Angstrom.

    Attributes
    ----------
    name : str
        That of the object in the header, otherwise that of the file.
    wave : array (n_pix,)
        Wavelength in Angstrom.
    flux : array (n_pix,)
        Flux per unit wavelength, in any units, or normalised to the continuum; NaN where missing.
    ivar : array (n_pix,) or None
        Inverse variance of the flux, 0 where missing; None if the file has no errors.
    medium : {'air', 'vacuum', None}
        Medium of the wavelengths; None if the file does not state it.
    receipt : Receipt
        How it was read.
    position : (float, float) or None
        Right ascension and declination in degrees, J2000; None if unknown.
    """

    name: str
    wave: np.ndarray
    flux: np.ndarray
    ivar: np.ndarray | None = None
    medium: str | None = None
    receipt: Receipt = field(default_factory=Receipt)
    position: tuple[float, float] | None = None

    def __post_init__(self):
        self.wave, self.flux = np.asarray(self.wave, float).ravel(), np.asarray(self.flux, float).ravel()
        if self.ivar is not None:
            self.ivar = np.asarray(self.ivar, float).ravel()
        if self.wave.size != self.flux.size or (self.ivar is not None and self.ivar.size != self.flux.size):
            raise ArchiveFileError(self.name, f"{self.wave.size} wavelengths for {self.flux.size} fluxes")
        if np.isnan(self.receipt.masked) and self.wave.size:
            self.receipt.masked = 1 - float(self.valid.mean())

    @property
    def valid(self):
        """Pixels with a wavelength, an inverse variance and a flux, below 1e10 times its median: (n_pix,)."""
        good = np.isfinite(self.wave) & np.isfinite(self.flux) & (self.wave > 0)
        if self.ivar is not None:
            good &= np.isfinite(self.ivar) & (self.ivar > 0)
        size = np.abs(self.flux[good])
        if size.any():
            good[good] = size / _ABSURD < np.median(size[size > 0])
        return good

    def cleaned(self):
        """Valid pixels in order of wavelength: wavelengths in Angstrom in air, flux, ivar or None.

        Wavelengths of unknown medium are taken to be in air.

        Raises
        ------
        ArchiveFileError
            If no pixel is valid, or the flux is too large or small for computation.
        """
        good = self.valid
        if np.count_nonzero(good) < 5 or not self.flux[good].any():
            raise ArchiveFileError(self.name, "no valid pixel: all are masked, not finite or zero")
        size = np.abs(self.flux[good])
        level = np.median(size[size > 0])
        if not 1 / _LARGEST < level < _LARGEST:
            problem = f"its median flux, {level:.3g}, cannot be computed with: give it in another unit"
            raise ArchiveFileError(self.name, problem)
        wave, flux = self.wave[good], self.flux[good]
        ivar = None if self.ivar is None else self.ivar[good]
        if self.medium == "vacuum":
            wave = vactoair(wave)
        if (np.diff(wave) <= 0).any():
            wave, order = np.unique(wave, return_index=True)
            flux, ivar = flux[order], None if ivar is None else ivar[order]
        return wave, flux, ivar

    def on_grid(self, grid):
        """Flux and inverse variance on evenly or smoothly spaced wavelengths.

        The flux in a pixel of the grid is the mean, weighted by inverse variance, of the linear interpolation
        between the spectrum's pixels: finer pixels are averaged and coarser ones interpolated.

        Parameters
        ----------
        grid : array (n_pix,)
            Angstrom in air.

        Returns
        -------
        flux, ivar : array (n_pix,)
            NaN and 0 where the spectrum has no pixel; without errors, `ivar` comes from the scatter of the
            flux itself, see `inverse_variance`.

        Raises
        ------
        ArchiveFileError
            If less than 300 Angstrom of the grid are covered, the pixels are coarser than 10 Angstrom, or no
            pixel is valid.
        """
        wave, flux, ivar = self.cleaned()
        pixel = np.gradient(grid)
        near = (wave > grid[0] - _MARGIN) & (wave < grid[-1] + _MARGIN)
        covered = np.zeros(grid.size, bool)
        if np.count_nonzero(near) > 4:
            wave, flux, ivar = wave[near], flux[near], None if ivar is None else ivar[near]
            step = np.maximum(np.median(np.diff(wave)), _local_step(wave, grid))
            right = np.searchsorted(wave, grid).clip(1, wave.size - 1)
            nearest = np.minimum(np.abs(grid - wave[right - 1]), np.abs(grid - wave[right]))
            covered = (grid >= wave[0]) & (grid <= wave[-1]) & (nearest <= np.maximum(0.75 * step, pixel / 2))
        if (length := pixel[covered].sum()) < _LEAST_COVERED:
            raise ArchiveFileError(
                self.name,
                f"covers {wave[0]:.5g}-{wave[-1]:.5g} Å, {length:.0f} Å of them within {grid[0]:.0f}-"
                f"{grid[-1]:.0f} Å; {_LEAST_COVERED:.0f} Å are needed",
            )
        if (width := np.median(np.diff(wave))) > _COARSEST:
            raise ArchiveFileError(
                self.name,
                f"its pixels of {width:.4g} Å are too coarse: spectral lines cannot be seen in it; "
                f"{_COARSEST:.0f} Å at most are needed",
            )
        # Inverse variance adds up over averaged pixels; interpolation does not increase it.
        averaged = np.maximum(pixel / np.interp(grid, wave, np.gradient(wave)), 1)
        if ivar is None or ivar.min() == ivar.max():
            sampled = _means(wave, flux, grid)
            weight = inverse_variance(flux) if ivar is None else ivar[0]
        else:
            weight, weighted = _means(wave, np.stack([ivar, flux * ivar]), grid)
            sampled = weighted / np.maximum(weight, np.finfo(float).tiny)
        return np.where(covered, sampled, np.nan), np.where(covered, weight * averaged, 0)


def _local_step(wave, grid):
    """Typical pixel spacing near each wavelength of a grid, as it may vary along a spectrum."""
    count = min(_PARTS, wave.size // 20)
    if count < 2:
        return 0.0
    steps = np.diff(wave)[: (wave.size - 1) // count * count].reshape(count, -1)
    middle = wave[: steps.size].reshape(count, -1)[:, steps.shape[1] // 2]
    return np.interp(grid, middle, np.median(steps, axis=1))


def _means(wave, values, grid):
    """Means over the pixels of a grid of values (..., n_pix) of a spectrum, interpolated linearly."""
    centre, step = (grid[1:] + grid[:-1]) / 2, np.diff(wave)
    edges = np.concatenate([[2 * grid[0] - centre[0]], centre, [2 * grid[-1] - centre[-1]]])
    edges = edges.clip(wave[0], wave[-1])
    whole = np.zeros(values.shape)
    np.cumsum((values[..., 1:] + values[..., :-1]) * (step / 2), axis=-1, out=whole[..., 1:])
    left = (np.searchsorted(wave, edges, side="right") - 1).clip(0, step.size - 1)
    within = edges - wave[left]
    first = values[..., left]
    slope = (values[..., left + 1] - first) / step[left]
    integral = whole[..., left] + within * (first + slope * within / 2)
    return np.diff(integral) / np.maximum(np.diff(edges), 1e-9)


def signal_to_noise(flux, ivar):
    """Median signal-to-noise ratio of the valid pixels; 0 if there are none."""
    here = ivar > 0
    return float(np.median(flux[here] * np.sqrt(ivar[here]))) if here.any() else 0.0


def inverse_variance(flux):
    """Inverse variance of the noise in a spectrum, from the scatter of its own pixels.

    DER_SNR of Stoehr et al. 2008, ASPC 394, 505: ``1.4826 / sqrt(6) * median |2 f_i - f_(i-2) - f_(i+2)|``.
    It counts narrow lines as noise, so it is a lower limit in a cool star.

    Parameters
    ----------
    flux : array (n_pix,)

    Returns
    -------
    float
    """
    noise = 1.482602 / np.sqrt(6) * np.median(np.abs(2 * flux[2:-2] - flux[:-4] - flux[4:]))
    return 1 / max(noise, 1e-6 * np.abs(flux).max()) ** 2
