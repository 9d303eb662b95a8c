"""The giants of M67: stars of one metallicity, classified by the classifier of the run."""

from pathlib import Path

import numpy as np
import pandas as pd
from astropy.stats import mad_std

from obafgkm.classify import classify
from obafgkm.evaluation.intervals import with_intervals
from obafgkm.mk import LUMINOSITY_CLASSES
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def _share_of(name):
    """Function that gives the share of stars typed with a luminosity class."""
    return lambda typed, luminosity: (typed & (luminosity == name)).mean()


_SHARES = {
    "share typed": lambda typed, luminosity: typed.mean(),
    **{f"share typed, luminosity class {name}": _share_of(name) for name in LUMINOSITY_CLASSES},
}
_METALLICITY = {
    "mean [Fe/H]": lambda feh, error: feh.mean(),
    "median [Fe/H]": lambda feh, error: np.median(feh),
    "standard deviation of [Fe/H]": lambda feh, error: feh.std(),
    "scaled MAD of [Fe/H]": lambda feh, error: mad_std(feh),
    "median 68 % error of [Fe/H]": lambda feh, error: np.median(error),
}
_ALL = "Spearman correlation of log g with Teff, all"
_GIANTS = "Spearman correlation of log g with Teff, luminosity class III"


def cluster_types(path, model=None):
    """Types of the spectra of a bundle.

    Parameters
    ----------
    path : path
        NumPy archive with arrays ``loglam`` (n_pix,), decimal logarithm of the vacuum wavelength in Angstrom,
        ``flux`` (n_spec, n_pix) in 1e-17 erg/s/cm2/Angstrom, and its standard deviation ``sigma``, which is 0
        where there is no measurement.
    model : path, optional
        Folder of the classifier; the released one by default.

    Returns
    -------
    DataFrame
        As from `obafgkm.classify.classify`.
    """
    with np.load(path) as arrays:
        wave, flux, sigma = 10 ** arrays["loglam"], arrays["flux"], arrays["sigma"].astype(float)
    ivar = np.divide(1, sigma**2, out=np.zeros_like(sigma), where=sigma > 0)
    return classify(wave, flux, ivar, medium="vacuum", model=model)


def table_cluster(types, bootstrap):
    """One row per quantity, with its bootstrap interval over stars.

    Parameters
    ----------
    types : DataFrame
        As from `obafgkm.classify.classify`, one row per star.
    bootstrap : dict
        Settings of `obafgkm.evaluation.intervals.bootstrap_interval`.

    Returns
    -------
    DataFrame
        Columns ``quantity``, ``unit``, ``stars`` (number on which the value is based), ``value`` with bounds.
        A quantity that no star has is empty.
    """
    types = types.assign(typed=types["type"] != "")
    giants = types[types["typed"] & (types["luminosity"] == "III")]
    rows = [
        *_rows(_SHARES, "", types, ["typed", "luminosity"], bootstrap, shares=_SHARES),
        *_rows(_METALLICITY, "dex", types, ["feh", "feh_error"], bootstrap),
        *_rows({_ALL: _correlation}, "", types, ["teff", "logg"], bootstrap),
        *_rows({_GIANTS: _correlation}, "", giants, ["teff", "logg"], bootstrap),
    ]
    columns = ["quantity", "unit", "stars", "value", "value_low", "value_high"]
    return pd.DataFrame(rows, columns=columns)


def _rows(measures, unit, types, columns, bootstrap, shares=()):
    """A row for each measure, by stars with values in all the columns; `shares` names measures of a share."""
    own = types.dropna(subset=columns)
    numbers = {}
    if len(own):
        numbers = with_intervals(
            lambda *arrays: {name: measure(*arrays) for name, measure in measures.items()},
            own["name"],
            *(own[column] for column in columns),
            shares=dict.fromkeys(shares, len(own)),
            **bootstrap,
        )
    for name in measures:
        ends = {f"value{end}": numbers.get(name + end, np.nan) for end in ("", "_low", "_high")}
        yield {"quantity": name, "unit": unit, "stars": len(own), **ends}


def _correlation(teff, logg):
    """Rank correlation; NaN if either is constant."""
    return pd.DataFrame({"teff": teff, "logg": logg}).corr("spearman").loc["teff", "logg"]


if __name__ == "__main__":
    with job(snakemake):
        params, model = snakemake.params, Path(snakemake.input.model[0]).parent
        bootstrap = {
            "samples": params.settings["bootstrap"],
            "confidence": params.settings["confidence"],
            "seed": params.seed,
        }
        table = table_cluster(cluster_types(params.bundle, model), bootstrap)
        write_table(table.assign(source="mirror"), snakemake.output.csv, snakemake.output.tex)
