"""One page per spectrum: lines, best-fitting standard, and the probabilities of the types."""

import os
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from obafgkm.classify.printable import printable
from obafgkm.classify.ranges import central_range
from obafgkm.classify.standards import load_standards
from obafgkm.classify.velocity import at_rest
from obafgkm.mk import LUMINOSITY_CLASSES, MAIN_CLASSES, class_name
from obafgkm.report.plots import PAGE
from obafgkm.spectroscopy.lines import LINES
from obafgkm.spectroscopy.wavelengths import vactoair

__all__ = ["draw_page"]

_CREATOR = "obafgkm classify"
# Lines and bands of hot and cool stars, in addition to those of `obafgkm.spectroscopy.lines`: the classes in
# which they are seen, and wavelengths in Angstrom in air.
_MORE = {
    "He II": (0, 10, (4541.6, 4685.7)),
    "He I": (0, 21, (4026.2, 4471.5, 5875.6)),
    "Ca I": (35, 70, (4226.7,)),
    "TiO": (55, 70, (4954.0, 5448.0, 6158.0, 6651.0)),
}

_FROM = {"Ca II K": 15, "Ca II H": 15, "G band": 30, "Mg b": 35, "Na I D": 35}  # earliest class that shows it
_DISTANT = ("galaxy", "quasar")  # redshifted: they are neither compared with stars nor have lines at rest
_UNLIKE = 5  # subclasses between a type and the standard, from which on the page says so

_LETTERS = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε"}
_LABEL = 0.011  # width of a label, as a fraction of the wavelength range


def draw_page(path, row, wave, flux, ivar, temperature, luminosity, standards):
    """Draw the page of one spectrum.

    Parameters
    ----------
    path : path
        ``.png``, ``.pdf`` ...
    row : dict
        See `obafgkm.classify.answers.COLUMNS`.
    wave, flux, ivar : array (n_pix,)
        `obafgkm.classify.inputs.WAVE`, and flux and inverse variance as observed. They are drawn at rest
        if the velocity of the star is known.
    temperature, luminosity : array (70,), (5,)
        Probabilities.
    standards : path or None
        See `obafgkm.classify.standards.load_standards`.

    Raises
    ------
    FileExistsError
        If the path is that of a picture which was not drawn here.
    """
    _refuse_to_replace(Path(path))
    with plt.rc_context({"text.parse_math": False}):  # names of stars may have dollar signs
        _draw_page(path, row, wave, flux, ivar, temperature, luminosity, standards)


def _refuse_to_replace(path):
    if path.exists() and _CREATOR.encode() not in path.read_bytes():
        raise FileExistsError(f"{path} is another picture: name another folder after --plot")


def _draw_page(path, row, wave, flux, ivar, temperature, luminosity, standards):
    is_typed = "untyped" not in row["flags"]
    is_moved = bool(np.isfinite(row["velocity"]))
    if is_moved:
        flux, ivar = (moved[0] for moved in at_rest(flux[None], ivar[None], [row["velocity"]]))
    colour = "tab:blue" if is_typed else "0.7"
    figure = plt.figure(figsize=(PAGE, 6.6), layout="constrained")
    is_compared = row["kind"] not in _DISTANT
    heights = {"SSSS": 3, "RRRR": 1} if is_compared else {"SSSS": 4}
    heights |= {"TTTL": 1.4, "BBBB": 0.35}
    axes = figure.subplot_mosaic(";".join(heights), height_ratios=list(heights.values()))
    scale = np.nanmedian(flux) or 1.0
    _draw_spectrum(axes["S"], wave, flux / scale)
    axes["R" if is_compared else "S"].set_xlabel(
        f"{'Rest wavelength' if is_moved else 'Wavelength'} in air (Å)"
    )
    if is_compared:
        known = load_standards(standards, tuple(wave))
        name, number, fit = known.nearest(flux, ivar)
        label = f"best-fitting standard: {name}"
        if not is_typed:
            label += ", for comparison only"
        elif abs(number - central_range(temperature, 0)[0]) > _UNLIKE:
            label += ", unlike the type"
        _draw_fit(axes["S"], axes["R"], wave, flux / scale, fit / scale, label)
        _mark_lines(axes["S"], wave, temperature @ np.arange(temperature.size))
        source = f"{known.source}, multiplied by a polynomial"
        figure.supxlabel(source, x=0.995, ha="right", fontsize=5, color="0.45")
    axes["S"].legend(loc="best", fontsize=6, frameon=True, framealpha=0.85, edgecolor="none")
    _draw_temperatures(axes["T"], temperature, colour)
    if is_typed:
        _mark_median(axes["T"], temperature)
    else:
        axes["T"].text(0.02, 0.9, "not a type", transform=axes["T"].transAxes, va="top", color="0.4")
    axes["L"].bar(LUMINOSITY_CLASSES, luminosity, color=colour)
    axes["L"].set(xlabel="Luminosity class", ylim=(0, 1))
    figure.suptitle(_title(row), fontsize=9)
    _box(axes["B"], row)
    part = Path(path).with_name(f"{Path(path).name}.part")
    try:
        form = Path(path).suffix.removeprefix(".")
        key = "Software" if form == "png" else "Creator"
        figure.savefig(part, dpi=150, format=form, metadata={key: _CREATOR})
        os.replace(part, path)
    finally:
        plt.close(figure)
        part.unlink(missing_ok=True)


def _title(row):
    """The star and its type; the ranges, signal-to-noise ratio, coverage and flags; the parameters."""
    ranges = ""
    if row["type"]:
        ranges = f"68%: {row['class_68_low']}–{row['class_68_high']}   95%: {row['class_95_low']}–"
        ranges += f"{row['class_95_high']}   90% set: {row['set_90'].replace('-', '–')}   "
    words = row["flags"].replace(",", ", ").replace("_", " ").replace("snr", "S/N")
    flags = f"   flags: {words}" if words else ""
    return (
        f"{printable(row['name'])}   {row['type'] or _why_untyped(row)}   "
        f"({printable(Path(row['file']).name)})\n"
        f"{ranges}S/N {row['snr']:.0f}   coverage {row['coverage']:.0%}{flags}"
        f"{_parameters(row)}"
    )


def _why_untyped(row):
    if "other_kind" in row["flags"]:
        return f"no type, but of the kind: {row['kind']}"
    if "outlier" in row["flags"]:
        return "no type: it resembles no star of types O to M"
    if "no_lines" in row["flags"]:
        return "no type: no spectral lines above the noise"
    return "no type: too noisy"


def _parameters(row):
    """A further line with the stellar parameters and the velocity, if there are any."""
    formats = {
        "teff": ("Teff", ".0f", " K"),
        "logg": ("log g", ".2f", " dex"),
        "feh": ("[Fe/H]", "+.2f", " dex"),
        "velocity": ("velocity", "+.0f", " km/s"),
    }
    given = [
        f"{words} {row[name]:{digits}} ± {row[f'{name}_error']:{digits.lstrip('+')}}{unit}"
        for name, (words, digits, unit) in formats.items()
        if np.isfinite(row[name])
    ]
    return "\n" + "   ".join(given).replace("-", "−") if given else ""


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
    text = "\n".join(textwrap.shorten(printable(line), 170, placeholder=" ...") for line in lines)
    style = {"facecolor": "white", "edgecolor": "0.7", "linewidth": 0.4, "boxstyle": "square"}
    axes.text(0, 0.5, text, transform=axes.transAxes, ha="left", va="center", fontsize=5, bbox=style)
    axes.axis("off")


def _draw_spectrum(axes, wave, flux):
    axes.plot(wave, flux, lw=0.6, color="k", label="spectrum", zorder=3)
    low, high = _limits(flux)
    margin = 0.06 * (high - low)
    axes.set(ylim=(low - 2 * margin, high + 5 * margin), ylabel="Flux (relative)", xlim=(wave[0], wave[-1]))


def _draw_fit(axes, below, wave, flux, fit, label):
    axes.plot(wave, fit, lw=1.0, color="tab:red", alpha=0.7, label=label, zorder=2)
    below.sharex(axes)
    below.plot(wave, flux - fit, lw=0.5, color="0.3")
    below.axhline(0, lw=0.5, color="tab:red")
    limit = 1.1 * max(map(abs, _limits(flux - fit)))
    below.set(ylim=(-limit, limit), ylabel="Difference")


def _limits(flux):
    """Extreme flux over three neighbouring pixels: includes whole lines but no single cosmic ray."""
    here = flux[np.isfinite(flux)]
    middle = np.median(np.lib.stride_tricks.sliding_window_view(here, 3), axis=1)
    return middle.min(), middle.max()


def _mark_lines(axes, wave, number):
    """Mark the lines that stars of a class may have."""
    names = {line.name.rsplit(" ", 1)[0]: vactoair(line.vacuum) for line in LINES if line.name[0] != "["}
    marks = [(_greek(name), place) for name, place in names.items() if number >= _FROM.get(name, 0)]
    marks += [
        (name, place)
        for name, (first, last, places) in _MORE.items()
        if first <= number < last
        for place in places
    ]
    marks = sorted((place, name) for name, place in marks if wave[0] < place < wave[-1])
    at = -np.inf
    for place, name in marks:
        at = max(place, at + _LABEL * (wave[-1] - wave[0]))
        axes.axvline(place, lw=0.3, color="tab:blue", alpha=0.6, zorder=0)
        style = {"rotation": 90, "ha": "right", "va": "top", "fontsize": 5, "color": "tab:blue"}
        axes.annotate(name, (at, 0.97), xycoords=("data", "axes fraction"), **style)


def _greek(name):
    """Hα for ``H alpha``."""
    for word, letter in _LETTERS.items():
        name = name.replace(f"H {word}", f"H{letter}")
    return name


def _draw_temperatures(axes, probabilities, colour):
    numbers = np.arange(probabilities.size)
    axes.bar(numbers, probabilities, width=0.9, color=colour)
    axes.set_xticks(10 * np.arange(len(MAIN_CLASSES)), [f"{letter}0" for letter in MAIN_CLASSES])
    axes.set(xlabel="Temperature class", ylabel="Probability", xlim=(-1, probabilities.size))
    axes.margins(y=0.25)
    axes.yaxis.set_major_locator(MaxNLocator(3))  # ticks of three decimals leave no room for the label


def _mark_median(axes, probabilities):
    median = central_range(probabilities, 0)[0]
    axes.axvline(median, lw=0.6, color="k", ls=":")
    side, way = ("right", -3) if median > probabilities.size / 2 else ("left", 3)
    label = {"xytext": (way, -6), "textcoords": "offset points", "ha": side, "va": "top", "fontsize": 6}
    axes.annotate(f"median {class_name(median)}", (median, 1), xycoords=("data", "axes fraction"), **label)
