"""Result of the classifier for one spectrum: a row of a table, whose columns have units and descriptions."""

from dataclasses import dataclass

import numpy as np

from obafgkm.classify.kinds import KINDS
from obafgkm.classify.model import FAINTEST
from obafgkm.classify.parameters import PARAMETERS
from obafgkm.classify.printable import shortened
from obafgkm.mk import LUMINOSITY_CLASSES, N_CLASSES, class_name
from obafgkm.spectroscopy.runs import runs

__all__ = ["COLUMNS", "Column", "answer", "class_set", "reading", "unreadable"]

_CLASSES = [class_name(number) for number in range(N_CLASSES)]
_ALTERNATIVES = 5  # number of classes listed with their probabilities
_LEAST_PROBABLE = 0.01  # minimum probability of these
_FULL = 0.9  # fraction of the range below which coverage is flagged
_NOISY = 10.0  # signal-to-noise ratio below which it is flagged


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes
    ----------
    kind : type
        str or float.
    unit : str
        Empty if dimensionless.
    meaning : str
    ucd : str
        Unified Content Descriptor, UCD1+ of the IVOA.
    """

    kind: type
    unit: str
    meaning: str
    ucd: str


COLUMNS = {
    "file": Column(str, "", "path of the file", "meta.id;meta.file"),
    "name": Column(
        str,
        "",
        "name of the object from the header, else of the file, numbered if there are several",
        "meta.id;meta.main",
    ),
    "ra": Column(float, "deg", "right ascension from the file, J2000", "pos.eq.ra;meta.main"),
    "dec": Column(float, "deg", "declination from the file, J2000", "pos.eq.dec;meta.main"),
    "type": Column(
        str,
        "",
        "MK type: median of the temperature class, most probable luminosity class",
        "src.spType;meta.main",
    ),
    "kind": Column(
        str,
        "",
        "kind of object that the spectrum resembles most: " + ", ".join(KINDS[:-1]),
        "src.class",
    ),
    "class_68_low": Column(
        str, "", "earliest class of the central 68 % range of the temperature class", "src.spType;stat.min"
    ),
    "class_68_high": Column(str, "", "latest class of that range", "src.spType;stat.max"),
    "class_95_low": Column(str, "", "earliest class of the central 95 % range", "src.spType;stat.min"),
    "class_95_high": Column(str, "", "latest class of that range", "src.spType;stat.max"),
    "set_90": Column(str, "", "conformal set: it contains the true class for 90 % of stars", "src.spType"),
    "class_number": Column(float, "", "mean temperature class, 0 (O0) to 69 (M9)", "src.spType;stat.mean"),
    "class_number_error": Column(
        float,
        "",
        "68 % error: half the width of the central 68 % range, in subclasses",
        "stat.error;src.spType",
    ),
    "teff": Column(float, "K", "effective temperature", "phys.temperature.effective"),
    "teff_error": Column(
        float, "K", "68 % error of the effective temperature", "stat.error;phys.temperature.effective"
    ),
    "logg": Column(float, "", "decimal logarithm of the surface gravity in cm/s2", "phys.gravity"),
    "logg_error": Column(float, "", "68 % error of log g (dex)", "stat.error;phys.gravity"),
    "feh": Column(float, "", "metallicity [Fe/H] (dex)", "phys.abund.Fe"),
    "feh_error": Column(float, "", "68 % error of [Fe/H] (dex)", "stat.error;phys.abund.Fe"),
    "velocity": Column(
        float,
        "km/s",
        "radial velocity by cross-correlation, in the frame of the file's wavelengths",
        "spect.dopplerVeloc.opt",
    ),
    "velocity_error": Column(
        float, "km/s", "standard deviation of the velocity", "stat.error;spect.dopplerVeloc.opt"
    ),
    "luminosity": Column(str, "", "most probable luminosity class", "src.class.luminosity"),
    "luminosity_probability": Column(float, "", "its probability", "stat.probability;src.class.luminosity"),
    "alternatives": Column(
        str, "", "most probable temperature classes with their probabilities, ranked", "src.spType"
    ),
    "luminosities": Column(
        str, "", "luminosity classes with their probabilities, ranked", "src.class.luminosity"
    ),
    "snr": Column(float, "", "median signal-to-noise ratio per pixel of the classifier's grid", "stat.snr"),
    "coverage": Column(
        float, "", "fraction of the classifier's wavelength range with valid pixels", "stat.filling"
    ),
    "wave_min": Column(
        float, "Angstrom", "first valid wavelength within that range, in air", "em.wl;stat.min"
    ),
    "wave_max": Column(
        float, "Angstrom", "last valid wavelength within that range, in air", "em.wl;stat.max"
    ),
    "outlier": Column(
        float, "", "outlier score; flagged spectra resemble no star of types O to M", "stat.value"
    ),
    "flags": Column(
        str,
        "",
        "outlier, no_lines, other_kind, low_snr, untyped, partial, medium_assumed, unit_assumed, "
        "flux_assumed, unreadable; separated by commas",
        "meta.code.qual",
    ),
    "problem": Column(str, "", "why a file or spectrum could not be read", "meta.code.error"),
    "read_part": Column(str, "", "extension, table or rows of the file that were read", "meta.note"),
    "read_wave": Column(str, "", "source of the wavelengths, and their unit", "meta.note"),
    "read_flux": Column(str, "", "source of the flux, its unit, and how it was converted", "meta.note"),
    "read_error": Column(str, "", "source of the errors", "meta.note"),
    "read_mask": Column(
        str, "", "masks that were used, and which of them mark valid pixels instead of bad ones", "meta.note"
    ),
    "medium": Column(str, "", "medium of the wavelengths: air or vacuum", "meta.code;em.wl"),
    "read_medium": Column(str, "", "source of this information", "meta.note"),
    "masked": Column(float, "", "fraction of the pixels of the file that are not valid", "stat.filling"),
    "joined": Column(str, "", "orders or arms that were merged", "meta.note"),
    "left_out": Column(str, "", "parts of the file that do not belong to this spectrum", "meta.note"),
}


def unreadable(file, name, problem):
    """The row of a file, or of a spectrum in it, that cannot be classified."""
    empty = {key: "" if column.kind is str else np.nan for key, column in COLUMNS.items()}
    return {
        **empty,
        "file": str(file),
        "name": str(name),
        "flags": "unreadable",
        "problem": shortened(problem),
    }


def answer(file, spectrum, wave, ivar, types, i):
    """The row of one spectrum.

    Parameters
    ----------
    file : str
    spectrum : obafgkm.classify.spectrum.Spectrum
    wave, ivar : array (n_pix,)
        On the grid of the classifier.
    types : obafgkm.classify.model.Types
    i : int
        Index of the spectrum in `types`.

    Returns
    -------
    dict
        With the keys of `COLUMNS`. A spectrum gets no type if it is flagged as an outlier, shows no lines of
        its class, resembles another kind of object more than a star, or is too noisy.
    """
    row = unreadable(file, spectrum.name, "")
    temperature, luminosity = types.temperature[i], types.luminosity[i]
    row |= reading(spectrum)
    here = ivar > 0
    row["snr"] = float(types.snr[i])
    row["coverage"] = float(here.mean())
    row["wave_min"], row["wave_max"] = map(float, wave[here][[0, -1]])
    row["outlier"] = float(types.outlier[i])
    row["alternatives"] = _ranked(_CLASSES, temperature)
    row["luminosities"] = _ranked(LUMINOSITY_CLASSES, luminosity)
    if row["snr"] >= FAINTEST and KINDS[types.kind[i]] != "featureless":
        row["kind"] = KINDS[types.kind[i]]
    flags = {
        "outlier": types.flagged[i],
        "no_lines": not types.has_lines[i],
        "other_kind": row["kind"] not in ("", "star"),
        "low_snr": row["snr"] < _NOISY,
        "untyped": row["snr"] < FAINTEST,
        "partial": row["coverage"] < _FULL,
        "medium_assumed": spectrum.medium is None,
        "unit_assumed": "unit_assumed" in spectrum.receipt.assumed,
        "flux_assumed": "flux_assumed" in spectrum.receipt.assumed,
    }
    flags["untyped"] |= flags["outlier"] or flags["no_lines"] or flags["other_kind"]
    row["flags"] = ",".join(flag for flag, is_set in flags.items() if is_set)
    if flags["untyped"]:
        return row
    best = int(luminosity.argmax())
    row["luminosity"], row["luminosity_probability"] = LUMINOSITY_CLASSES[best], float(luminosity[best])
    row["type"] = _CLASSES[types.median[i]] + row["luminosity"]
    for percent, (low, high) in types.ranges.items():
        row[f"class_{percent}_low"], row[f"class_{percent}_high"] = _CLASSES[low[i]], _CLASSES[high[i]]
    row["set_90"] = class_set(types.sets[i])
    row["class_number"] = float(temperature @ np.arange(temperature.size))
    row["class_number_error"] = float(types.half_width[i])
    row["velocity"], row["velocity_error"] = float(types.velocity[i]), float(types.velocity_error[i])
    for k, name in enumerate(PARAMETERS):
        row[name] = float(types.parameters[i, k])
        row[f"{name}_error"] = float(types.parameter_errors[i, k])
    return row


def reading(spectrum):
    """The columns that describe how a spectrum was read, and the position of its object."""
    receipt = spectrum.receipt
    ra, dec = spectrum.position or (np.nan, np.nan)
    columns = {
        "ra": ra,
        "dec": dec,
        "read_part": receipt.part,
        "read_wave": receipt.wave,
        "read_flux": receipt.flux,
        "read_error": receipt.error,
        "read_mask": receipt.mask,
        "medium": spectrum.medium or "air",
        "read_medium": receipt.medium,
        "masked": float(receipt.masked),
        "joined": receipt.joined,
        "left_out": receipt.left_out,
    }
    return {key: shortened(value) if isinstance(value, str) else value for key, value in columns.items()}


def class_set(members):
    """Classes of a boolean array (70,) as text, with runs contracted: ``F9-G4 K0``."""
    return " ".join(
        _CLASSES[first] if last == first + 1 else f"{_CLASSES[first]}-{_CLASSES[last - 1]}"
        for first, last in runs(members)
    )


def _ranked(names, probabilities):
    order = np.argsort(-probabilities, kind="stable")[:_ALTERNATIVES]
    order = [k for k in order if probabilities[k] >= _LEAST_PROBABLE]
    return " ".join(f"{names[k]}:{probabilities[k]:.2f}" for k in order)
