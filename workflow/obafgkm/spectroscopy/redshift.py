"""Class and redshift of a spectrum by template fits at every redshift (Bolton et al. 2012, section 3)."""

import numpy as np

__all__ = ["fit_templates"]


def fit_templates(flux, ivar, first, sets, binning=3, step=3, quasar_step=6):
    """Fit sets of templates over their redshift ranges; the minimum reduced chi-squared gives the result.

    A redshift is an integer shift on the logarithmic grid. At each, the templates of a set plus a polynomial
    are fitted by linear least squares.

    Parameters
    ----------
    flux, ivar : array (n_spec, n_pix)
        Observed; log10 wavelength in steps of 1e-4, vacuum. ``ivar`` 0 masks.
    first : int
        Log10 wavelength of the first pixel in units of 1e-4.
    sets : sequence of obafgkm.archives.sdss.templates.TemplateSet
    binning : int
        Pixels averaged, weighted by inverse variance, before the fit.
    step, quasar_step : int
        Pixels between trial redshifts; larger for quasars, which have broad lines and a wide range.

    Returns
    -------
    number : array of int (n_spec,)
        Index of the best set.
    z : array (n_spec,)
    chi2 : array (n_spec, n_sets)
        Minimum reduced chi-squared of each set; infinite if the templates do not cover the spectrum.
    """
    n = flux.shape[1] // binning
    weight = ivar[:, : n * binning].reshape(len(flux), n, binning).astype(float)
    value = flux[:, : n * binning].reshape(weight.shape) * weight
    weight, value = weight.sum(axis=2), value.sum(axis=2)
    square = np.divide(value**2, weight, out=np.zeros_like(value), where=weight > 0).sum(axis=1)
    pixels = (weight > 0).sum(axis=1)
    position = np.linspace(-1, 1, n)
    chi2, z = np.full((2, len(flux), len(sets)), np.inf)
    for number, one in enumerate(sets):
        low, high = (round(1e4 * np.log10(1 + redshift)) for redshift in one.redshifts)
        polynomial = position ** np.arange(one.terms)[:, np.newaxis]
        free = np.maximum(pixels - len(one.flux) - one.terms, 1)
        for shift in range(low, high + 1, quasar_step if one.object_class == "QSO" else step):
            start = first - shift - one.first
            if start < 0 or start + n * binning > one.flux.shape[1]:
                continue
            template = one.flux[:, start : start + n * binning].reshape(-1, n, binning).mean(axis=2)
            reduced = (square - _explained(np.concatenate([template, polynomial]), weight, value)) / free
            better = reduced < chi2[:, number]
            chi2[better, number], z[better, number] = reduced[better], 10 ** (1e-4 * shift) - 1
    best = chi2.argmin(axis=1)
    return best, z[np.arange(len(z)), best], chi2


def _explained(basis, weight, value):
    """Reduction of chi-squared (n_spec,) by the best linear combination of the rows of `basis`."""
    basis = basis / np.sqrt((basis**2).mean(axis=1, keepdims=True)).clip(1e-30)
    k = len(basis)
    rows, columns = np.triu_indices(k)
    normal = np.empty((len(value), k, k))
    normal[:, rows, columns] = weight @ (basis[rows] * basis[columns]).T
    normal[:, columns, rows] = normal[:, rows, columns]
    projected = value @ basis.T
    trace = np.trace(normal, axis1=1, axis2=2)
    normal += (1e-9 * trace + 1e-30)[:, np.newaxis, np.newaxis] * np.eye(k)  # a template may be zero here
    return (projected * np.linalg.solve(normal, projected[..., np.newaxis])[..., 0]).sum(axis=1)
