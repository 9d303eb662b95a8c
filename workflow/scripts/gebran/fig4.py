"""Figure 4: the five augmentations of one spectrum."""

import numpy as np
import pandas as pd

from obafgkm.documents.gebran.augmentation import AUGMENTATIONS, augment
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.simulate.grids import SyntheticGrid
from obafgkm.workflow.job import job

STAR = pd.DataFrame(
    {"teff": [8800.0], "logg": [4.3], "feh": [0.0], "vsini": [45.0]}
)  # of the paper's caption


def fig4(wave, replicas):
    """Draw a spectrum and its replicas (6, n_pix)."""
    figure, axes = new_figure(PAGE, 0.55 * PAGE, panels=(2, 3), sharex=True, sharey=True)
    for panel, name, flux in zip(axes.flat, AUGMENTATIONS, replicas, strict=True):
        panel.plot(wave, flux, lw=0.4)
        panel.axhline(1, color="0.5", lw=0.5, ls=":")
        panel.set_title(name.capitalize())
    axes[0, 0].set(xlim=(wave[0], wave[-1]), ylim=(min(0, replicas.min()), max(1.5, replicas.max())))
    for panel in axes[1]:
        panel.set_xlabel("Wavelength in air (Å)")
    for panel in axes[:, 0]:
        panel.set_ylabel("Flux / continuum")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        params, settings = snakemake.params, snakemake.params.settings
        wave = settings["first"] + settings["step"] * np.arange(settings["pixels"])
        grid = SyntheticGrid.load(snakemake.input.get("grid") or "a_stars")
        flux = next(grid.sample(STAR, wave, params.resolving_power))
        replicas = augment(flux, params.snr, np.random.default_rng([params.seed, 25]))[:, 0]
        save_figure(fig4(wave, replicas), snakemake.output, grid.source)
