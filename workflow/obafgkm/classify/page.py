"""A page per star: its spectrum with its lines, the nearest standard, and the probabilities of its types."""

import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from obafgkm.classify.standards import load_standards
from obafgkm.mk import LUMINOSITY_CLASSES, MAIN_CLASSES, class_name
from obafgkm.report.plots import PAGE
from obafgkm.spectroscopy.lines import LINES
from obafgkm.spectroscopy.wavelengths import vactoair

__all__ = ["draw_page"]

# Lines and bands of hot and of cool stars, beside those of `obafgkm.spectroscopy.lines`: the classes in which
# they are seen, and Angstrom in air.
_MORE = {
    "He II": (0, 10, (4541.6, 4685.7)),
    "He I": (0, 22, (4026.2, 4471.5, 5875.6)),
    "Ca I": (35, 70, (4226.7,)),
    "TiO": (55, 70, (4954.0, 5448.0, 6158.0, 6651.0)),
}


def draw_page(path, row, spectrum, wave, flux, ivar, temperature, luminosity, standards):
    """Draw the page of one spectrum.

    Parameters
    ----------
    path : path
        ``.png``, ``.pdf`` ...
    row : dict
        See `obafgkm.classify.answers.COLUMNS`.
    spectrum : obafgkm.classify.spectrum.Spectrum
    wave, flux, ivar : array (n_pix,)
        On the grid of the classifier.
    temperature, luminosity : array (70,), (5,)
        Probabilities.
    standards : path or None
        See `obafgkm.classify.standards.load_standards`.
    """
    known = load_standards(standards, tuple(wave))
    name, fit = known.nearest(flux, ivar)
    figure = plt.figure(figsize=(PAGE, 6.2), layout="constrained")
    axes = figure.subplot_mosaic("SSSS;RRRR;TTTL", height_ratios=(3, 1, 1.4))
    scale = np.nanmedian(flux) or 1.0
    _draw_spectrum(axes["S"], wave, flux / scale, fit / scale, f"nearest standard: {name}")
    _mark_lines(axes["S"], wave, temperature @ np.arange(temperature.size))
    axes["R"].sharex(axes["S"])
    axes["R"].plot(wave, (flux - fit) / scale, lw=0.5, color="0.3")
    axes["R"].axhline(0, lw=0.5, color="tab:red")
    limit = 1.5 * np.nanpercentile(np.abs(flux - fit) / abs(scale), 99)
    axes["R"].set(xlabel="wavelength in air (Å)", ylabel="difference", ylim=(-limit, limit))
    _draw_temperatures(axes["T"], temperature)
    axes["L"].bar(LUMINOSITY_CLASSES, luminosity, color="tab:blue")
    axes["L"].set(xlabel="luminosity class", ylim=(0, 1))
    figure.suptitle(_title(row), fontsize=9)
    _box(axes["R"], row)
    figure.supxlabel(f"{known.source}; times a polynomial", x=0.995, ha="right", fontsize=5, color="0.45")
    figure.savefig(path, dpi=150)
    plt.close(figure)


def _title(row):
    """Two lines: the star and its type; the ranges and what else is to be known."""
    if "outlier" in row["flags"]:
        second = "not typed: it looks like no star of types O to M"
    elif "no_lines" in row["flags"]:
        second = "not typed: no spectral lines are seen beyond the noise"
    elif "untyped" in row["flags"]:
        second = "not typed: too noisy"
    else:
        second = f"68 %: {row['class_68_low']}-{row['class_68_high']}   95 %: {row['class_95_low']}-"
        second += f"{row['class_95_high']}   90 % set: {row['set_90']}"
    flags = f"   flags: {row['flags']}" if row["flags"] else ""
    return (
        f"{row['name']}   {row['type'] or '-'}   ({Path(row['file']).name})\n"
        f"{second}   S/N {row['snr']:.0f}   coverage {row['coverage']:.0%}{flags}"
    )


def _box(axes, row):
    """How the spectrum was read, in a box."""
    lines = [
        f"wavelengths: {row['read_wave']}; {row['medium']} ({row['read_medium'] or 'not said'})",
        f"flux: {row['read_flux']}; errors: {row['read_error']}; {row['masked']:.1%} masked"
        + (f" ({row['read_mask']})" if row["read_mask"] else ""),
    ]
    lines += [
        f"{what}: {row[key]}" for key, what in (("joined", "joined"), ("left_out", "left out")) if row[key]
    ]
    text = "\n".join(textwrap.shorten(line, 170, placeholder=" ...") for line in lines)
    style = {"facecolor": "white", "alpha": 0.85, "edgecolor": "0.7", "linewidth": 0.4, "boxstyle": "square"}
    axes.text(0.995, 0.96, text, transform=axes.transAxes, ha="right", va="top", fontsize=4.5, bbox=style)


def _draw_spectrum(axes, wave, flux, fit, label):
    axes.plot(wave, flux, lw=0.6, color="k", label="spectrum")
    axes.plot(wave, fit, lw=0.6, color="tab:red", label=label)
    here = flux[np.isfinite(flux)]
    low, high = np.percentile(here, [0.5, 99.5])
    margin = 0.15 * (high - low)
    axes.set(ylim=(low - margin, high + 3 * margin), ylabel="flux (relative)", xlim=(wave[0], wave[-1]))
    axes.legend(loc="lower center", fontsize=6, frameon=True, framealpha=0.85, edgecolor="none")


def _mark_lines(axes, wave, number):
    """Mark the lines that stars of a class may have."""
    marks = [(line.name.rsplit(" ", 1)[0], vactoair(line.vacuum)) for line in LINES if line.name[0] != "["]
    marks += [
        (name, place)
        for name, (first, last, places) in _MORE.items()
        if first <= number < last
        for place in places
    ]
    for name, place in marks:
        if wave[0] < place < wave[-1]:
            axes.axvline(place, lw=0.3, color="tab:blue", alpha=0.6, zorder=0)
            at, way = (place, 0.995), ("data", "axes fraction")
            style = {"rotation": 90, "ha": "right", "va": "top", "fontsize": 5, "color": "tab:blue"}
            axes.annotate(name, at, xycoords=way, **style)


def _draw_temperatures(axes, probabilities):
    numbers = np.arange(probabilities.size)
    axes.bar(numbers, probabilities, width=0.9, color="tab:blue")
    axes.set_xticks(10 * np.arange(len(MAIN_CLASSES)), [f"{letter}0" for letter in MAIN_CLASSES])
    best = int(probabilities.argmax())
    axes.text(best, probabilities[best], class_name(best), ha="center", va="bottom", fontsize=6)
    axes.set(xlabel="temperature class", ylabel="probability", xlim=(-1, probabilities.size))
    axes.margins(y=0.15)
