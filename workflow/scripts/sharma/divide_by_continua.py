"""The samples of Sharma et al. 2020 without continua (section 5.2, point 1), and their continua alone."""

from dataclasses import replace

from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.continuum import fit_continuum
from obafgkm.workflow.job import job


def divided_spectra(spectra):
    """The continuum-normalised spectra, and their continua."""
    continuum = fit_continuum(spectra.wave, spectra.flux)
    normalised = replace(spectra, flux=spectra.flux / continuum, ivar=spectra.ivar * continuum**2)
    return normalised, replace(spectra, flux=continuum)


if __name__ == "__main__":
    with job(snakemake):
        for name in ["training", "test"]:
            normalised, continua = divided_spectra(Spectra.read(snakemake.input[name]))
            normalised.write(snakemake.output[f"normalised_{name}"])
            continua.write(snakemake.output[f"continua_{name}"])
