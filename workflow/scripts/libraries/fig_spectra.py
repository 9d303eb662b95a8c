"""An O, an A, a G and an M star of each library, homogenised, one above the other."""

import numpy as np

from obafgkm.job import job
from obafgkm.mk import MAIN_CLASSES, main_class
from obafgkm.plots import PAGE, new_figure, save_figure
from obafgkm.spectra import Spectra

SHOWN = "OAGM"
LINES = {"Hβ": 4861, "Hα": 6563, "Mg b": 5175, "Na D": 5893, "Hγ": 4340, "He II": 4686, "TiO": 6159}


def typical_spectrum(spectra, letter):
    """Index of the spectrum whose class is nearest to the median of its main class; None if there is none."""
    number = spectra.labels["mk_class"].to_numpy()
    members = np.flatnonzero(main_class(number) == MAIN_CLASSES.index(letter))
    if not members.size:
        return None
    return members[np.argmin(np.abs(number[members] - np.median(number[members])))]


def fig_spectra(libraries):
    """Draw the figure.

    Parameters
    ----------
    libraries : dict of str to Spectra
        On one grid.
    """
    figure, panels = new_figure(PAGE, 1.3 * PAGE, panels=(len(SHOWN), 1), sharex=True)
    for axes, letter in zip(panels, SHOWN, strict=True):
        offset = 0.0
        for i, (library, spectra) in enumerate(libraries.items()):
            chosen = typical_spectrum(spectra, letter)
            if chosen is None:
                continue
            flux = spectra.flux[chosen]
            axes.plot(spectra.wave, flux + offset, color=f"C{i}", lw=0.7)
            label = f"{library.upper()} {spectra.labels['mk_type'][chosen]}\n({spectra.source})"
            axes.text(6820, flux[-100:].mean() + offset, label, color=f"C{i}", va="center", fontsize=7)
            offset += max(0.5 * np.ptp(flux), 0.3)
        axes.set(ylabel=f"{letter}: flux + offset", xlim=(3900, 7250))
        axes.margins(y=0.08)
        for wave in LINES.values():
            axes.axvline(wave, color="0.85", lw=0.6, zorder=0)
    for name, wave in LINES.items():
        panels[0].text(wave, 1.01, name, transform=panels[0].get_xaxis_transform(), ha="center", fontsize=6)
    panels[-1].set(xlabel="Wavelength in air (Å)")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        libraries = dict(zip(snakemake.params.libraries, map(Spectra.read, snakemake.input), strict=True))
        sources = sorted({spectra.source for spectra in libraries.values() if len(spectra)})
        save_figure(fig_spectra(libraries), snakemake.output, ", ".join(sources))
