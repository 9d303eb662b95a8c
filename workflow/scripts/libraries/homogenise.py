"""Bring one library to the common resolution, flux scale and grid."""

from obafgkm.errors import ObafgkmError
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.homogenise import homogenise, wavelength_grid
from obafgkm.workflow.job import job


def homogenise_library(path, settings, spectra_path, rejected_path):
    """Homogenise an ingested library with the `homogenise` section of the configuration."""
    grid = wavelength_grid(settings["first"], settings["last"], settings["step"])
    spectra = Spectra.read(path)
    if spectra.fwhm > settings["fwhm"]:
        raise ObafgkmError(
            f"homogenise.fwhm is {settings['fwhm']} Å, but {path} has a resolution of {spectra.fwhm} Å: "
            "set it to that or more"
        )
    spectra, rejected = homogenise(spectra, grid, settings["fwhm"], settings["unity_at"])
    spectra.write(spectra_path)
    rejected.to_csv(rejected_path, index=False)
    print(f"{path}: {len(spectra)} spectra, {len(rejected)} rejected")


if __name__ == "__main__":
    with job(snakemake):
        homogenise_library(snakemake.input.spectra, snakemake.params.settings, *snakemake.output)
