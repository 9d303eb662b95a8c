"""Class and redshift of the surveys' spectra by the pipeline's own way: eigen-templates at every redshift."""

import numpy as np

from obafgkm.archives.sdss.templates import read_templates
from obafgkm.documents.csepreghy.surveys import FIRST
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.redshift import fit_templates
from obafgkm.workflow.job import job


def table_fits(spectra, sets):
    """One row per spectrum: what the best template says, and the least reduced chi-squared of each class.

    Parameters
    ----------
    spectra : Spectra
        On `obafgkm.documents.csepreghy.surveys.PIXELS`.
    sets : list of obafgkm.archives.sdss.templates.TemplateSet
    """
    best, z, chi2 = fit_templates(spectra.flux, spectra.ivar, FIRST, sets)
    classes = np.array([one.object_class for one in sets])
    subclasses = np.array([one.subclass for one in sets])
    named = np.flatnonzero(subclasses != "")
    least = {f"chi2_{name}": chi2[:, classes == name].min(axis=1) for name in np.unique(classes)}
    return spectra.labels[["name", "star", "z"]].assign(
        fitted_class=classes[best],
        star_template=subclasses[named][chi2[:, named].argmin(axis=1)],
        fitted_z=z,
        **least,
    )


if __name__ == "__main__":
    with job(snakemake):
        spectra = Spectra.read(snakemake.input.spectra)
        sets = read_templates(snakemake.params.templates)
        table_fits(spectra, sets).to_csv(snakemake.output.fits, index=False, float_format="%.6g")
