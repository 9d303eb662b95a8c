"""Figure 1: a sample of the augmented training database as a colour map."""

import numpy as np

from obafgkm.documents.gebran.augmentation import augment
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import SYMBOLS
from obafgkm.spectra import read_chunks, read_labels, read_wave
from obafgkm.workflow.job import job

_SHOWN = 40  # stars, each with its five replicas


def fig1(wave, flux, teff, snr, seed):
    """Draw spectra (n, n_pix) with their replicas, ordered by Teff.

    Parameters
    ----------
    wave : array (n_pix,)
    flux : array (n, n_pix)
    teff : array (n,)
    snr : (float, float)
        Range of signal-to-noise ratios.
    seed : int
    """
    order = np.argsort(teff)
    replicas = augment(flux[order], snr, np.random.default_rng([seed, 24]))
    rows = replicas.transpose(1, 0, 2).reshape(-1, wave.size)
    binned = rows[:, : wave.size // 10 * 10].reshape(len(rows), -1, 10).mean(axis=2)
    figure, axes = new_figure(PAGE, 0.45 * PAGE)
    image = axes.imshow(
        binned,
        aspect="auto",
        origin="lower",
        extent=(wave[0], wave[-1], 0, len(rows)),
        cmap="viridis",
        vmin=0.4,
        vmax=1.1,
    )
    axes.set(xlabel="Wavelength in air (Å)", ylabel=f"Spectrum, by increasing {SYMBOLS['teff']}")
    figure.colorbar(image, label="Flux / continuum", extend="both")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        path, params = snakemake.input.spectra, snakemake.params
        flux = next(read_chunks(path, 0, _SHOWN))
        labels = read_labels(path)[: len(flux)]
        figure = fig1(read_wave(path), flux, labels["teff"].to_numpy(), params.snr, params.seed)
        save_figure(figure, snakemake.output, labels["source"].iloc[0])
