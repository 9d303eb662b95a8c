"""The samples of Sharma et al. 2020 with their continua at one (section 5.2, point 1)."""

from dataclasses import replace

from obafgkm.continuum import fit_continuum
from obafgkm.job import job
from obafgkm.spectra import Spectra


def normalised_spectra(spectra):
    """The same spectra, divided by their continua."""
    continuum = fit_continuum(spectra.wave, spectra.flux)
    return replace(spectra, flux=spectra.flux / continuum, ivar=spectra.ivar * continuum**2)


if __name__ == "__main__":
    with job(snakemake):
        for name in ["training", "test"]:
            normalised_spectra(Spectra.read(snakemake.input[name])).write(snakemake.output[name])
