"""Outlier score of a spectrum: how little it resembles a star."""

from dataclasses import dataclass

import numpy as np

from obafgkm.classify.inputs import lines_and_continuum

__all__ = ["Outliers", "gaussian_mean"]

_CHUNK = 64
_SIGMA = 2.0  # pixels; smooths all spectra to about 10 Angstrom, so that sharp ones do not stand out
_REACH = 4.0  # standard deviations at which the Gaussian is cut off
_NOISIEST = 1e12  # variance that single precision holds, in units of the continuum
_FAINT_NOISE = 1e-6  # keeps the fit defined where pixels are fewer than components


@dataclass
class Outliers:
    """Principal components of the lines of stars, smoothed to one resolution.

    Attributes
    ----------
    mean : array of float32 (n_pix,)
    components : array of float32 (n_components, n_pix)
    """

    mean: np.ndarray
    components: np.ndarray

    @classmethod
    def of_stars(cls, flux, ivar, number):
        """Components of stars, (n, n_pix) on `obafgkm.classify.inputs.WAVE`."""
        lines, _, good = _smoothed(*lines_and_continuum(flux, ivar), ivar)
        mean = lines.sum(0) / np.maximum(good.sum(0), 1)
        components = np.linalg.svd((lines - mean) * good, full_matrices=False)[2][:number]
        return cls(mean.astype(np.float32), components.astype(np.float32))

    def scores(self, flux, ivar, seen=None):
        """Root mean square residual of the lines, beyond the noise, after a fit of the components.

        The components are fitted to the valid pixels by least squares.

        Parameters
        ----------
        flux, ivar : array (n, n_pix)
        seen : tuple, optional
            Result of `obafgkm.classify.inputs.lines_and_continuum` for them, if it is known.

        Returns
        -------
        array (n,)
            In units of the continuum.
        """
        products = np.einsum("ip,jp->pij", self.components, self.components)
        products = products.reshape(len(self.mean), -1)
        parts = [slice(i, i + _CHUNK) for i in range(0, len(flux), _CHUNK)]
        known = [
            lines_and_continuum(flux[i], ivar[i]) if seen is None else [a[i] for a in seen] for i in parts
        ]
        scores = [self._scores(own, ivar[i], products) for i, own in zip(parts, known, strict=True)]
        return np.concatenate(scores) if scores else np.empty(0)

    def _scores(self, seen, ivar, products):
        lines, noise, good = _smoothed(*seen, ivar)
        centred, number = (lines - self.mean) * good, len(self.components)
        normal = (good.astype(np.float32) @ products).reshape(-1, number, number)
        normal += _FAINT_NOISE * np.eye(number)
        weights = np.linalg.solve(normal, (centred @ self.components.T)[..., None])[..., 0]
        left = (centred - weights @ self.components) * good
        count = np.maximum(good.sum(1), 1)
        # The fit also absorbs part of the noise.
        free = np.maximum(1 - number / count, 0.1)
        return np.sqrt(np.maximum((left**2).sum(1) / count / free - noise.sum(1) / count, 0))


def _smoothed(lines, mean, good, ivar):
    """Smoothed lines, the variance of their noise, and the mask of valid pixels; (n, n_pix) each."""
    weight = np.maximum(gaussian_mean(good.astype(np.float32), _SIGMA), 0.1)
    variance = np.minimum(good / np.where(good, ivar * mean**2, 1), _NOISIEST).astype(np.float32)
    # The square of a Gaussian is a Gaussian narrower by the square root of two.
    noise = gaussian_mean(variance, _SIGMA / np.sqrt(2)) / (2 * np.sqrt(np.pi) * _SIGMA)
    return gaussian_mean(lines, _SIGMA) / weight * good, noise / weight**2 * good, good


def gaussian_mean(values, sigma):
    """Rows of an array smoothed by a Gaussian, mirrored at their ends.

    Computes the same sums in the same order as ``scipy.ndimage.gaussian_filter1d``, in the precision of the
    values and therefore faster. Nothing else in the classification needs SciPy, which would enlarge the
    installation by two fifths.

    Parameters
    ----------
    values : array (n, n_pix)
    sigma : float
        Standard deviation in pixels.

    Returns
    -------
    array (n, n_pix)
        Of the type of `values`.
    """
    reach, n_pix = int(_REACH * sigma + 0.5), values.shape[1]
    weights = np.exp(-0.5 / sigma**2 * np.arange(-reach, reach + 1) ** 2)
    weights /= weights.sum()
    weights = weights.astype(values.dtype)
    padded = np.pad(values, ((0, 0), (reach, reach)), mode="symmetric")
    mean = weights[reach] * padded[:, reach : reach + n_pix]
    pair = np.empty_like(mean)
    for i in range(reach):
        j = 2 * reach - i
        np.add(padded[:, i : i + n_pix], padded[:, j : j + n_pix], out=pair)
        pair *= weights[i]
        mean += pair
    return mean
