"""Principal components of spectra that do not fit into memory."""

from dataclasses import dataclass

import numpy as np

__all__ = ["PrincipalComponents", "reconstruction_errors"]


@dataclass(frozen=True)
class PrincipalComponents:
    """The directions in which spectra vary most.

    Attributes
    ----------
    mean : array (n_pix,)
    components : array (n_components, n_pix)
        Orthonormal, in decreasing order of variance.
    """

    mean: np.ndarray
    components: np.ndarray

    @classmethod
    def fit(cls, chunks, n_components, seed, passes=6, oversampling=10):
        """Eigenvectors of the covariance (Gebran et al. 2022, eq. 1), by subspace iteration.

        The covariance matrix, 10,800 by 10,800, is never computed: each pass through the spectra multiplies
        it by slightly more vectors than are needed, and orthonormalises these again.

        Parameters
        ----------
        chunks : callable
            Returns, each time it is called, an iterator over the same arrays (n, n_pix).
        n_components : int
        seed : int
            Seed of the initial vectors.
        passes : int
            Number of passes through the spectra, after the one for their mean.
        oversampling : int
        """
        total = n = 0
        for chunk in chunks():
            total, n = total + chunk.sum(axis=0, dtype=float), n + len(chunk)
        mean = (total / n).astype("f4")
        width = min(n_components + oversampling, n, mean.size)
        vectors = np.random.default_rng(seed).standard_normal((mean.size, width), "f4")
        for _ in range(passes):
            vectors, _ = np.linalg.qr(vectors)
            product, projected = np.zeros_like(vectors), np.zeros((width, width))
            for chunk in chunks():
                centred = chunk - mean
                coefficients = centred @ vectors
                product += centred.T @ coefficients
                projected += coefficients.T @ coefficients
            order = np.linalg.eigh(projected)[1][:, ::-1]
            components, vectors = (vectors @ order[:, :n_components]).T, product
        return cls(mean, np.ascontiguousarray(components, "f4"))

    def project(self, flux):
        """Coefficients (n, n_components) of spectra (n, n_pix): eq. 2."""
        return (flux - self.mean) @ self.components.T


def reconstruction_errors(principal, flux):
    """Mean relative error of spectra rebuilt from 0, 1, 2 ... components (Gebran et al. 2022, eq. 3).

    Returns
    -------
    array (1 + n_components,)
    """
    residual, weight = principal.mean - flux, 1 / np.abs(flux)
    errors = [np.mean(np.abs(residual) * weight)]
    for coefficients, component in zip(principal.project(flux).T, principal.components, strict=True):
        residual += np.outer(coefficients, component)
        errors.append(np.mean(np.abs(residual) * weight))
    return np.array(errors)
