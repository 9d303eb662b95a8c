"""One spectrum of the grid, full and down-sampled."""

import pandas as pd

from obafgkm.documents.saldic.grid import down_sample, pixels
from obafgkm.report.plots import COLUMN, PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import SYMBOLS, UNITS
from obafgkm.simulate.grids import SyntheticGrid
from obafgkm.workflow.job import job

STAR = {"teff": 5750.0, "logg": 4.5, "feh": 0.0, "vsini": 4.0}  # the node of the grid nearest to the Sun
DETAIL = 4.0  # Angstrom


def fig_spectrum(wave, flux, factor):
    """Draw the figure.

    Parameters
    ----------
    wave, flux : arrays (n_pix,)
        The full spectrum.
    factor : int
        Pixels averaged into one.
    """
    coarse_wave, coarse = down_sample(wave[None], factor)[0], down_sample(flux[None], factor)[0]
    figure, (whole, detail) = new_figure(PAGE, 1.1 * COLUMN, panels=(2, 1))
    middle = 5183.6  # the strongest Mg b line
    if not wave[0] < middle < wave[-1]:
        middle = wave.mean()
    near = (wave > middle - DETAIL / 2) & (wave < middle + DETAIL / 2)
    coarse_near = (coarse_wave > middle - DETAIL / 2) & (coarse_wave < middle + DETAIL / 2)
    whole.plot(wave, flux, lw=0.4, label=f"full: {wave.size:,} pixels")
    whole.plot(
        coarse_wave, coarse - 0.7, lw=0.4, label=f"down-sampled: {coarse.size:,} pixels, shifted by −0.7"
    )
    whole.axvspan(wave[near][0], wave[near][-1], color="0.85", zorder=0, lw=0)
    detail.plot(wave[near], flux[near], ".", ms=2, label="full")
    detail.step(coarse_wave[coarse_near], coarse[coarse_near], where="mid", lw=0.8, label="down-sampled")
    whole.set(xlim=(wave[0], wave[-1]), ylim=(-0.75, 1.45))
    detail.set(xlim=(wave[near][0], wave[near][-1]))
    for axes in (whole, detail):
        axes.set(xlabel="Wavelength in air (Å)", ylabel="Flux / continuum")
        axes.legend(loc="upper right" if axes is whole else "lower right", ncols=2)
    whole.set_title(", ".join(f"{SYMBOLS[name]} = {value:g} {UNITS[name]}" for name, value in STAR.items()))
    return figure


if __name__ == "__main__":
    with job(snakemake):
        settings = snakemake.params.settings
        wave = pixels(settings)
        grid = SyntheticGrid.load(snakemake.input.grid or "saldic")
        flux = next(grid.sample(pd.DataFrame([STAR]), wave))[0]
        save_figure(fig_spectrum(wave, flux, settings["down_sample"]), snakemake.output, grid.source)
