"""An O, an A, a G and an M star from each library, homogenised; real ones behind simulated ones."""

from pathlib import Path

import numpy as np

from obafgkm.ingest.libraries import ingest
from obafgkm.mk import MAIN_CLASSES, main_class
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.homogenise import homogenise
from obafgkm.workflow.job import job

SHOWN = "OAGM"
UNITY_AT = 5550.0
LINES = {"Hβ": 4861, "Hα": 6563, "Mg b": 5175, "Na D": 5893, "Hγ": 4340, "He II": 4686, "TiO": 6159}

_APART = 0.07  # least distance between labels, as a fraction of the height of a panel


def apart(places, least):
    """Positions of labels in increasing order, moved up where closer than `least` to the one below."""
    moved = []
    for place in places:
        moved.append(max(place, moved[-1] + least) if moved else place)
    return moved


def typical_spectrum(spectra, letter):
    """Index of the spectrum whose class is nearest to the median of its main class; None if there is none."""
    number = spectra.labels["mk_class"].to_numpy()
    members = np.flatnonzero(main_class(number) == MAIN_CLASSES.index(letter))
    if not members.size:
        return None
    return members[np.argmin(np.abs(number[members] - np.median(number[members])))]


def like_type(spectra, other, chosen):
    """Flux of the spectrum with class and luminosity nearest to those of one spectrum of `other`."""
    wanted, labels = other.labels.iloc[chosen], spectra.labels
    distance = (labels["mk_class"] - wanted["mk_class"]).abs() + (
        labels["luminosity"] - wanted["luminosity"]
    ).abs()
    return spectra.flux[distance.argmin()]


def real_spectra(mirror, like):
    """Real spectra of the mirror's libraries on the grid of `like`; none without a mirror."""
    real = {}
    for library in ("jhc", "miles"):
        folder = Path(mirror or "nowhere") / library
        if folder.is_dir():
            spectra, _ = ingest(library, folder)
            real[library], _ = homogenise(spectra, like.wave, like.fwhm, UNITY_AT)
    return real


def behind(libraries, real):
    """Names of the simulated libraries that have real spectra behind them."""
    return [name for name, spectra in libraries.items() if name in real and spectra.source == "simulated"]


def fig_spectra(libraries, real):
    """Draw the figure.

    Parameters
    ----------
    libraries : dict of str to Spectra
        On a common grid.
    real : dict of str to Spectra
        Spectra drawn in grey behind those of the same library and nearest class.
    """
    mixed = len({spectra.source for spectra in libraries.values() if len(spectra)}) > 1
    figure, panels = new_figure(PAGE, 1.3 * PAGE, panels=(len(SHOWN), 1), sharex=True)
    for axes, letter in zip(panels, SHOWN, strict=True):
        offset, labels = 0.0, []
        for i, (library, spectra) in enumerate(libraries.items()):
            chosen = typical_spectrum(spectra, letter)
            if chosen is None:
                continue
            flux = spectra.flux[chosen]
            if library in behind(libraries, real):
                axes.plot(spectra.wave, like_type(real[library], spectra, chosen) + offset, "0.6", lw=0.7)
            axes.plot(spectra.wave, flux + offset, color=f"C{i}", lw=0.7)
            kind = f" ({spectra.source})" if mixed else ""
            label = f"{library.upper()} {spectra.labels['mk_type'][chosen]}{kind}"
            labels.append((flux[-100:].mean() + offset, label, f"C{i}"))
            offset += max(0.5 * np.ptp(flux), 0.3)
        axes.set(ylabel=f"{letter} stars: relative flux + offset", xlim=(3900, 7300))
        axes.margins(y=0.08)
        least = _APART * np.ptp(axes.get_ylim())
        for place, (_, label, colour) in zip(apart([y for y, *_ in labels], least), labels, strict=True):
            axes.text(6820, place, label, color=colour, va="center", fontsize=7)
        for wave in LINES.values():
            axes.axvline(wave, color="0.85", lw=0.6, zorder=0)
    for name, wave in LINES.items():
        panels[0].text(wave, 1.01, name, transform=panels[0].get_xaxis_transform(), ha="center", fontsize=6.5)
    panels[-1].set(xlabel="Wavelength in air (Å)")
    if behind(libraries, real):
        figure.suptitle("Grey: real JHC and MILES stars of the nearest type", fontsize=8, color="0.45")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        libraries = dict(zip(snakemake.params.libraries, map(Spectra.read, snakemake.input), strict=True))
        sources = {spectra.source for spectra in libraries.values() if len(spectra)}
        real = real_spectra(snakemake.params.mirror, next(iter(libraries.values())))
        if behind(libraries, real):
            sources.add("mirror")
        save_figure(fig_spectra(libraries, real), snakemake.output, ", ".join(sorted(sources)))
