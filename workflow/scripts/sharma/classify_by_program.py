"""Classify increasingly reddened test spectra with a program that assigns MK types, MKCLASS or NutMaat."""

import tempfile

import pandas as pd

from obafgkm.documents.sharma import mkclass, nutmaat
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.extinction import reddened
from obafgkm.workflow.job import job

LIBR18 = "libr18"  # the library of standards that gave Sharma et al. their best results


def classify_reddened(test, a_v_values, unity_at, classify):
    """Results of the program for each spectrum at each reddening.

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
        Columns ``test, setting, repeat, library, file, star, source, expected, predicted, type, outcome``. As
        in the paper's count, `predicted` is NaN where the program found no class or a peculiar one.
    """
    labels = test.labels
    rows = labels[["library", "file", "star", "source"]].assign(expected=labels["mk_class"])
    parts = []
    for a_v, flux in zip(a_v_values, reddened(test.flux, test.wave, a_v_values, unity_at), strict=True):
        types = classify(test.wave, flux, labels["name"])
        found = types[["type", "outcome"]].assign(
            predicted=types["number"].where(types["outcome"] == "classified")
        )
        found = found.set_index(rows.index)
        parts.append(pd.concat([rows.assign(test="reddening", setting=a_v, repeat=0), found], axis=1))
    return pd.concat(parts, ignore_index=True)


def with_nutmaat(python, library):
    """A function `classify` that uses NutMaat with the standards in a directory."""
    return lambda wave, flux, names: nutmaat.classify(wave, flux, names, library, python)


def average_standards(training, library):
    """Write standards averaged from the training spectra into a directory."""
    known = (training.labels["luminosity"] >= 0).to_numpy()
    sample = training.select(known)
    number, luminosity = (sample.labels[column].to_numpy() for column in ("mk_class", "luminosity"))
    nutmaat.write_library(library, sample.wave, sample.flux, number, luminosity)


def with_mkclass(wave, flux, names):
    """A function `classify` that uses MKCLASS."""
    return mkclass.classify(wave, flux, names, LIBR18)


if __name__ == "__main__":
    with job(snakemake), tempfile.TemporaryDirectory() as folder:
        given, params, program = snakemake.input, snakemake.params, snakemake.wildcards.program
        if program == "nutmaat":
            average_standards(Spectra.read(given.training), folder)
        elif program == "nutmaat_libr18":
            nutmaat.adopt_library(folder, params.mklib, LIBR18)
        classify = with_mkclass if program == "mkclass" else with_nutmaat(given.python, folder)
        table = classify_reddened(Spectra.read(given.test), params.a_v, params.unity_at, classify)
        print(table.groupby(["setting", "outcome"]).size().to_string())
        table.assign(model=program).to_csv(snakemake.output.types, index=False)
