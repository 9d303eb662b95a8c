"""Prepare a sample as Csepreghy 2020 does: cuts, equivalent widths, split by object."""

import numpy as np

from obafgkm.documents.csepreghy.sample import SMOOTH_WIDTHS, WIDTHS, cut, shaped
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.lines import code_widths
from obafgkm.training.splits import held_out_stars
from obafgkm.workflow.job import job


def prepare(spectra, min_valid, smoothing, test, validation, seed):
    """Cut, measure and split spectra.

    Parameters
    ----------
    spectra : Spectra
        As packed.
    min_valid, smoothing, test, validation : float
        The section `csepreghy` of the configuration.
    seed : int

    Returns
    -------
    kept : Spectra
        Labels include the 14 widths from original and smoothed flux, and ``part``: training, validation or
        test.
    dropped : DataFrame
        See `obafgkm.documents.csepreghy.sample.cut`.
    """
    kept, dropped = cut(spectra, min_valid)
    labels = kept.labels
    for columns, sigma in ((WIDTHS, 0), (SMOOTH_WIDTHS, smoothing)):
        labels[columns] = code_widths(kept.wave, shaped(kept.flux, sigma, 1), labels["z"].to_numpy())
    labels["part"] = "training"
    held_out = held_out_stars(labels["star"], test, seed)
    rest = np.flatnonzero(~held_out)
    validates = rest[held_out_stars(labels["star"][rest], validation, seed)]
    labels.loc[validates, "part"] = "validation"
    labels.loc[held_out, "part"] = "test"
    return kept, dropped


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        kept, dropped = prepare(
            Spectra.read(snakemake.input.spectra),
            params.min_valid,
            params.smoothing,
            params.test,
            params.validation,
            params.seed,
        )
        kept.write(snakemake.output.spectra)
        dropped.to_csv(snakemake.output.dropped, index=False)
