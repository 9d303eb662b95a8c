"""Effective temperature, surface gravity and metallicity: targets of the networks, values and errors."""

import numpy as np

__all__ = [
    "PARAMETERS",
    "by_star",
    "corrected",
    "deviations",
    "from_outputs",
    "parameter_errors",
    "targets",
]

PARAMETERS = ("teff", "logg", "feh")  # K; dex of cm/s2; dex
# Of log10 Teff, log g and [Fe/H]: scale the targets to a standard deviation of about one.
_CENTRE = np.array([3.75, 3.0, -0.2])
_SPREAD = np.array([0.12, 1.2, 0.5])


def by_star(labels):
    """Catalogue values of every spectrum's star, whichever library gives them.

    Parameters
    ----------
    labels : DataFrame (n rows)
        ``star``; ``teff`` (K), ``logg, feh`` (dex), where known.

    Returns
    -------
    array (n, 3)
        Mean over the spectra of the star; NaN where no library has a value.
    """
    columns = [
        labels.groupby("star")[name].transform("mean") if name in labels else np.full(len(labels), np.nan)
        for name in PARAMETERS
    ]
    return np.column_stack(columns).astype(float)


def targets(values):
    """Targets of the networks, standardised; NaN where a value is unknown.

    Parameters
    ----------
    values : array (n, 3)
        Effective temperature in K, log g and [Fe/H] in dex.

    Returns
    -------
    array of float32 (n, 3)
    """
    scaled = np.array(values, float)
    scaled[:, 0] = np.log10(np.where(scaled[:, 0] > 0, scaled[:, 0], np.nan))
    return ((scaled - _CENTRE) / _SPREAD).astype(np.float32)


def from_outputs(outputs):
    """Values (..., 3) in the units of `PARAMETERS` from outputs of the networks; the inverse of `targets`."""
    values = np.asarray(outputs, float) * _SPREAD + _CENTRE
    values[..., 0] = 10 ** values[..., 0]
    return values


def deviations(values, expected):
    """Given minus expected values (n, 3): of the temperature as a fraction of the given one, else in dex."""
    off = np.asarray(values, float) - expected
    off[:, 0] /= np.asarray(values)[:, 0]
    return off


def corrected(values, classes, offsets):
    """Values without the mean deviation of their main class.

    Parameters
    ----------
    values : array (n, 3)
    classes : array of int (n,)
        Predicted temperature classes.
    offsets : array (3, 7)
        See `deviations`, by main class.

    Returns
    -------
    array (n, 3)
    """
    off = np.array(offsets, float)[:, np.asarray(classes) // 10].T
    off[:, 0] *= values[:, 0]
    return values - off


def parameter_errors(values, classes, snr, calibration):
    """68 % errors of given values.

    Parameters
    ----------
    values : array (n, 3)
        From `corrected`.
    classes : array of int (n,)
        Predicted temperature classes.
    snr : array (n,)
        Signal-to-noise ratio per pixel.
    calibration : dict
        ``snr``: limits between the ranges of S/N; ``ranges`` (3, 2): smallest and largest values of the
        catalogues; ``errors`` (3, 7, n_snr): see `deviations`, by main class and range of S/N, None where few
        stars have catalogue values; ``offsets`` (3, 7): see `corrected`. From
        `obafgkm.classify.calibration.parameter_calibration`.

    Returns
    -------
    array (n, 3)
        In the units of `PARAMETERS`; NaN where the calibration has no error, or the value is outside the
        catalogues': such values cannot be trusted.
    """
    main = np.asarray(classes) // 10
    errors = np.array(calibration["errors"], float)[:, main, np.digitize(snr, calibration["snr"])].T
    errors[:, 0] *= values[:, 0]
    low, high = np.array(calibration["ranges"], float).T
    return np.where((values >= low) & (values <= high), errors, np.nan)
