"""Let a program that assigns MK types, MKCLASS or NutMaat, classify ever more reddened test spectra."""

import tempfile

import pandas as pd

from obafgkm.documents.sharma import mkclass, nutmaat
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.extinction import reddened
from obafgkm.workflow.job import job

MKCLASS_LIBRARY = "libr18"  # of standards; the one that Sharma et al. use


def classify_reddened(test, a_v_values, unity_at, classify):
    """What the program says of each spectrum at each reddening.

    Parameters
    ----------
    test : Spectra
    a_v_values : sequence of float
        Magnitudes.
    unity_at : float
        Wavelength in Angstrom at which the flux is one.
    classify : callable
        Takes (wave, flux, names), returns a table of `mkclass.table`.

    Returns
    -------
    DataFrame
        Columns ``test, setting, repeat, library, file, star, source, expected, predicted`` (NaN where the
        program found no class), ``type, outcome``.
    """
    labels = test.labels
    rows = labels[["library", "file", "star", "source"]].assign(expected=labels["mk_class"])
    parts = []
    for a_v, flux in zip(a_v_values, reddened(test.flux, test.wave, a_v_values, unity_at), strict=True):
        types = classify(test.wave, flux, labels["name"])
        found = types[["number", "type", "outcome"]].set_axis(["predicted", "type", "outcome"], axis=1)
        found = found.set_index(rows.index)
        parts.append(pd.concat([rows.assign(test="reddening", setting=a_v, repeat=0), found], axis=1))
    return pd.concat(parts, ignore_index=True)


def with_nutmaat(training, python, library):
    """A `classify` by NutMaat, whose standards are made of the training spectra."""
    known = (training.labels["luminosity"] >= 0).to_numpy()
    sample = training.select(known)
    number, luminosity = (sample.labels[column].to_numpy() for column in ("mk_class", "luminosity"))
    nutmaat.write_library(library, sample.wave, sample.flux, number, luminosity)
    return lambda wave, flux, names: nutmaat.classify(wave, flux, names, library, python)


def with_mkclass(wave, flux, names):
    """A `classify` by MKCLASS."""
    return mkclass.classify(wave, flux, names, MKCLASS_LIBRARY)


if __name__ == "__main__":
    with job(snakemake), tempfile.TemporaryDirectory() as folder:
        given, params, program = snakemake.input, snakemake.params, snakemake.wildcards.program
        classify = (
            with_nutmaat(Spectra.read(given.training), given.python, folder)
            if program == "nutmaat"
            else with_mkclass
        )
        table = classify_reddened(Spectra.read(given.test), params.a_v, params.unity_at, classify)
        print(table.groupby(["setting", "outcome"]).size().to_string())
        table.assign(model=program).to_csv(snakemake.output.types, index=False)
