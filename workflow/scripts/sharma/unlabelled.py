"""Unlabelled stellar spectra as SDSS would see them, to pre-train the autoencoder on (section 4.2)."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.archives import sdss
from obafgkm.archives.sdss_labels import usable
from obafgkm.archives.sdss_rest import rest_frame_air
from obafgkm.job import job
from obafgkm.preprocess import homogenise, wavelength_grid
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.stars import draw_stars, observe, signal_to_noise
from obafgkm.spectra import Spectra, concatenate

MIN_SNR = 20  # "a signal-to-noise ratio greater than 20"
# Stars that SDSS targets, O to M: mostly F and K.
CLASS_SHARES = [0.005, 0.02, 0.16, 0.38, 0.12, 0.2, 0.115]


def simulated_stars(n, nodes, grid_wave, fwhm, seed):
    """Simulated spectra of `n` stars of the types that SDSS observes, on the homogenised grid."""
    rng = np.random.default_rng([seed, 7])
    main = rng.choice(len(CLASS_SHARES), n, p=CLASS_SHARES)
    number = 10 * main + rng.uniform(np.where(main == 0, 5, 0), np.where(main == 6, 7, 10))
    stars = draw_stars(number, rng.choice([2, 4], n, p=[0.2, 0.8]), rng, metal_poor=0.2)
    snr = np.maximum(signal_to_noise(n, 40.0, rng), MIN_SNR)
    flux, _ = observe(StellarGrid.load(nodes), stars, grid_wave, fwhm, snr, rng)
    labels = pd.DataFrame({"library": "sdss", "file": "", "name": "", "source": "simulated"}, index=range(n))
    return Spectra(grid_wave, flux, np.ones_like(flux), labels, "air", fwhm)


def real_stars(directory, grid_wave, fwhm, unity_at):
    """Real SDSS stars with a good redshift and a high signal-to-noise ratio, homogenised."""
    spectra, _ = sdss.read(directory)
    keep, _ = usable(spectra.labels, MIN_SNR)
    keep &= (spectra.labels["class"] == "STAR").to_numpy()
    rest, _ = rest_frame_air(spectra.select(keep))
    stars, _ = homogenise(rest, grid_wave, fwhm, unity_at)
    stars.labels = stars.labels[["library", "file", "name"]].assign(source="mirror")
    return stars


if __name__ == "__main__":
    with job(snakemake):
        params, settings = snakemake.params, snakemake.params.homogenise
        wave = wavelength_grid(settings["first"], settings["last"], settings["step"])
        parts = [
            simulated_stars(
                params.spectra, snakemake.input.nodes or None, wave, settings["fwhm"], params.seed
            )
        ]
        mirror = Path(params.mirror or "nowhere") / "sdss"
        if mirror.is_dir():
            parts.append(real_stars(mirror, wave, settings["fwhm"], settings["unity_at"]))
        sample = concatenate(parts)
        sample.write(snakemake.output.spectra)
        print(sample.labels["source"].value_counts().to_string())
