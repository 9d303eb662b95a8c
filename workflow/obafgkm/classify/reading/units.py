"""Convert units as spelled in files, with `astropy.units`, to Angstrom and flux per unit wavelength."""

import functools
import re
import warnings

import numpy as np

from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.words import vocabulary

__all__ = [
    "are_like_wavelengths",
    "counts_pixels",
    "flux_density",
    "is_of_flux",
    "is_of_wavelength",
    "is_said",
    "is_unit",
    "to_angstrom",
    "unit_scale",
]


_ANGSTROM = vocabulary("angstrom angstroms a aa ang å 0.1nm angstr angst angstroem angstroems lambda")
_SPELLINGS = {  # spellings of complete units, in lower case, that astropy does not recognise
    **dict.fromkeys(_ANGSTROM, "Angstrom"),
    **dict.fromkeys(["nanometer", "nanometers", "nanometre", "nanometres", "nm"], "nm"),
    **dict.fromkeys(
        ["micron", "microns", "µm", "μm", "um", "micrometer", "micrometers", "micrometre", "mum"], "um"
    ),
    **dict.fromkeys(["meter", "meters", "metre", "metres", "m"], "m"),
    **dict.fromkeys(["hertz", "hz"], "Hz"),
    **dict.fromkeys(["kayser", "kaysers", "cm-1", "1/cm", "cm^-1"], "1/cm"),
    **dict.fromkeys(["pix", "pixel", "pixels", "px", "channel", "channels", "chan", "index"], "pixel"),
    **dict.fromkeys(["flam", "flambda"], "erg/(s cm2 Angstrom)"),
    **dict.fromkeys(["fnu"], "erg/(s cm2 Hz)"),
    **dict.fromkeys(["photlam"], "photon/(s cm2 Angstrom)"),
    **dict.fromkeys(["photnu"], "photon/(s cm2 Hz)"),
    **dict.fromkeys(["counts", "count", "cts", "ct", "dn", "adu", "e-", "electron", "electrons"], "ct"),
    **dict.fromkeys(["electrons/s", "electron/s", "e-/s", "counts/s", "count/s", "dn/s", "adu/s"], "ct/s"),
    **dict.fromkeys(["jy", "jansky", "janskys"], "Jy"),
    **dict.fromkeys(["mjy"], "mJy"),
    **dict.fromkeys(["nmgy", "nanomaggie"], "nmgy"),
    **dict.fromkeys(["ujy", "microjansky"], "uJy"),
    **dict.fromkeys(["abmag", "ab mag", "mag(ab)", "ab", "mag_ab", "magab", "mag ab"], "mag(AB)"),
    **dict.fromkeys(["stmag", "st mag", "mag(st)", "mag_st", "mag st"], "mag(ST)"),
    **dict.fromkeys(["mag", "mags", "magnitude", "magnitudes", "vega mag", "vegamag", "mag(vega)"], "mag"),
}
# Texts in lower case that do not specify a unit.
_NOTHING = vocabulary("none unknown n/a na - -- null undefined unitless dimensionless relative arbitrary")
_NOTHING |= {"relative intensity", "rel. intensity", "relative counts", "intensity"}
_NOTHING |= {"", "arbitrary units", "arb. units", "arb", "a.u.", "relative flux", "flux", "relative units"}
_NORMALISED = {"normalized", "normalised", "normalized flux", "normalised flux", "norm", "norm. flux", "1"}
_NORMALISED |= {
    "continuum normalized",
    "continuum normalised",
    "continuum units",
    "counts (normalized)",
    "counts (normalised)",
    "rel. flux",
    "%",
    "percent",
}
_LOG = re.compile(r"(?:log10|log|lg|dex|ln)\s*[(\[ ]\s*(.*?)\s*[)\]]?", re.IGNORECASE)
_FEW_STEPS = 10  # from zero, within which a pixel count begins
_WIDEST = 100  # ratio of the last to the first wavelength of an evenly sampled spectrum
_NO_AXIS = {  # quantities of an axis that are not wavelengths
    "speed": "velocities, not wavelengths",
    "length": "no wavelengths",
    "angle": "angles, no wavelengths",
    "time": "times, no wavelengths",
}


def is_said(unit):
    """Whether a text names a unit, without a question mark."""
    unit = str(unit).strip().lower()
    return unit not in _NOTHING and "?" not in unit


def is_unit(text):
    """Whether a text can be read as a unit."""
    try:
        return _parsed(text.strip()) is not None
    except RefusedError:
        return text.strip().lower() in _NOTHING | _NORMALISED


def is_of_wavelength(unit):
    """Whether a unit is a common one of wavelengths: Angstrom, nm or micron."""
    return unit.strip().lower() in _ANGSTROM or _SPELLINGS.get(unit.strip().lower()) in ("nm", "um")


def is_of_flux(unit):
    """Whether a unit is unambiguously one of flux density."""
    if not is_said(unit) or unit.strip().lower() in _NORMALISED:
        return False
    try:
        kind = _flux_kind(unit, "")[0]
        return kind in ("wavelength", "factor") and _parsed(unit).physical_type != "dimensionless"
    except RefusedError:
        return False


@functools.lru_cache(maxsize=1024)
def _parsed(text):
    """The unit that a text names.

    Raises
    ------
    RefusedError
        If astropy does not understand it.
    """
    from astropy import units

    plain = text.strip().removesuffix(".")
    plain = _SPELLINGS.get(re.sub(r"\bmagnitudes?\b", "mag", plain.lower()), plain)
    # Here, A means Angstrom, never ampere.
    first = [] if re.search(r"\bA(?=\b|[-^*\d])", plain) else [plain]
    with warnings.catch_warnings(action="ignore", category=units.UnitsWarning):
        for spelling in (*first, *_respelled(plain)):
            try:
                return units.Unit(spelling, parse_strict="raise")
            except (ValueError, TypeError):
                continue
    raise RefusedError(f"the unit {text!r} is not understood")


def _respelled(text):
    """Alternative spellings of a unit, to be tried in turn."""
    text = re.sub(r"\bx?\s*10\s*(?:\*\*|\^)\s*\(?\s*([-+]?\d+)\s*\)?", r"1e\1", text)
    text = re.sub(r"(\d)[eE]([-+]?\d+)\s*\*?\s*(?=[A-Za-z])", r"\1e\2 ", text)
    text = re.sub(r"\b0\.1 ?nm\b", "Angstrom", text)
    text = re.sub(r"(?i)\b(ergs?)\b", "erg", text)
    text = re.sub(
        r"(?i)\b(angstroms?|angstroems?|angstr|angst|ang|aa)\b|Å|\bA\b|\bA(?=[-^*]|\d)", "Angstrom", text
    )
    text = re.sub(r"(?i)\b(secs?|seconds?)\b", "s", text).replace("^", "**")
    text = re.sub(r"(?i)\b(microns?|micrometers?)\b|µm|μm", "um", text)
    text = re.sub(r"(?i)\b(photons?|phot)\b", "photon", text)
    text = re.sub(r"(?i)\b(counts?|cts)\b", "ct", text)
    text = re.sub(r"(?i)\b(jy)\b", "Jy", text)
    text = re.sub(r"(?i)\b(nano)?magg(y|ies)\b", "Jy", text)  # as flux per unit frequency
    text = re.sub(r"(?i)\s*/\s*(spaxel|fiber|fibre|aperture)\b", "", text)  # the same throughout
    yield text
    yield re.sub(r"\s*/\s*", "/", text)
    yield re.sub(r"(?i)\bhz\b", "Hz", text.lower()).replace("angstrom", "Angstrom").replace("jy", "Jy")
    if text.count("/") > 1:
        first, *others = re.split(r"\s*/\s*", text)
        yield f"{first} / ({' '.join(others)})"


def to_angstrom(values, unit, kind="wave", log="", label="the wavelengths"):
    """Wavelengths in Angstrom.

    Parameters
    ----------
    values : array
        Wavelengths, frequencies, energies or wavenumbers, or their logarithms.
    unit : str
        As stated in the file; if empty, the size of the numbers decides.
    kind : str
        Kind of the axis, see `obafgkm.classify.reading.roles.Role`.
    log : str
        '', log, log10, or ln.
    label : str
        Their name in messages.

    Returns
    -------
    wave : array
        Angstrom.
    unit : str
        The original unit.
    is_guessed : bool
    is_vacuum : bool
        Whether the original quantity corresponds to a wavelength in vacuum only.

    Raises
    ------
    RefusedError
        If they are not wavelengths, or their unit is not understood.
    """
    if kind == "time":
        raise RefusedError(f"{label} holds times, no wavelengths")
    if kind == "velocity":
        raise RefusedError(f"{label} holds velocities, not wavelengths")
    if kind == "pixel":
        raise RefusedError(f"{label} counts pixels: it has no wavelengths")
    values, unit = np.asarray(values, float), str(unit).strip()
    if found := _LOG.fullmatch(unit):
        log, unit = log or ("ln" if unit.lower().startswith("ln") else "log10"), found[1]
    is_guessed = not is_said(unit)
    if log:
        is_natural = log == "ln" or (log == "log" and 5.5 < _middle(values) < 9.5)  # of nm or Angstrom
        values, log = (np.exp(values), "ln ") if is_natural else (10.0**values, "log10 ")
        if kind == "wave" and is_guessed:
            unit, is_guessed = _of_size(values), False
    if is_guessed:
        if kind != "wave":
            raise RefusedError(f"{label}: the unit of the {kind} is not said")
        unit, values = _guess(values, label)
    if kind != "wave" and (unit.lower() in _ANGSTROM or _is_length(unit)):
        raise RefusedError(f"{label} is said to be a {kind}, and to have the unit {unit!r}")
    if unit.lower() in _ANGSTROM:
        return values, f"{log}Angstrom", is_guessed, False
    return *_converted(values, unit, log, label), is_guessed, kind != "wave" or not _is_length(unit)


def _is_length(unit):
    return _parsed(unit).physical_type == "length"


def _middle(values):
    """The number in the middle, or the median of the valid ones."""
    middle = values.flat[values.size // 2]
    return middle if np.isfinite(middle) and middle > 0 else np.nanmedian(values)


def _of_size(wave):
    """The unit of wavelengths without a stated unit."""
    middle = _middle(wave)
    return "Angstrom" if middle > 1500 else "nm" if middle > 100 else "um" if middle > 0.1 else "m"


def counts_pixels(values):
    """Whether numbers without a unit merely count: 0, 1, 2 ..., or in even steps from nearly zero."""
    steps = np.diff(values)
    if values.size < 3 or not np.allclose(steps, steps[0], rtol=1e-3, atol=0) or values[0] < 0:
        return False
    is_plain = values[0] in (0, 1) and steps[0] == 1
    return bool(is_plain or (values[0] <= _FEW_STEPS * steps[0] and values[-1] > _WIDEST * values[0]))


def are_like_wavelengths(values):
    """Whether unnamed numbers are monotonic and within the range of wavelengths."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if values.size < 5 or (values <= 0).any() or values.max() >= 1e6 or counts_pixels(values):
        return False
    steps = np.diff(values)
    return bool((steps > 0).all() or (steps < 0).all())


def _guess(values, label):
    """Guess the unit of wavelengths; also returns the wavelengths."""
    good = values[np.isfinite(values)]
    if counts_pixels(good.ravel()):
        raise RefusedError(
            f"{label} only counts: {good.flat[0]:g}, {good.flat[1]:g} ...; it has no wavelengths"
        )
    if good.size and good.min() > 3.4 and good.max() < 4.2:
        return "Angstrom", 10.0**values
    if good.size and good.min() > 8.0 and good.max() < 9.3:
        return "Angstrom", np.exp(values)
    return _of_size(values), values


def _converted(values, unit, log, label):
    from astropy import units

    try:
        parsed = _parsed(unit)
    except RefusedError as error:
        raise RefusedError(f"{label}: {error}; write it as FITS does, e.g. 'Angstrom' or 'nm'") from error
    try:
        with np.errstate(divide="ignore"):
            return (values * parsed).to_value(units.AA, units.spectral()), f"{log}{unit}"
    except units.UnitConversionError as error:
        kind = str(parsed.physical_type).split("/")[0]
        meaning = _NO_AXIS.get(kind, "pixels" if parsed == units.pix else kind)
        meaning = f"{meaning}, no wavelengths" if "no wavelengths" not in meaning else meaning
        raise RefusedError(f"{label} has the unit {unit!r}: {meaning}") from error


def flux_density(flux, unit, wave, label="the flux"):
    """Flux per unit wavelength, up to a constant factor.

    Parameters
    ----------
    flux : array (..., n_pix)
    unit : str
        As stated in the file; empty if it is not.
    wave : array (..., n_pix)
        Angstrom.
    label : str
        Name of the flux in messages.

    Returns
    -------
    flux : array (..., n_pix)
    factor : array or float
        Factor by which errors in the unit of the flux must be multiplied.
    said : str
        The unit, and how it was converted.
    assumed : str
        Flag of the assumption made: ``flux_assumed``, ``unit_assumed`` or ''.

    Raises
    ------
    RefusedError
        If the unit is not understood, or is not one of flux.
    """
    unit = str(unit).strip()
    low = unit.lower()
    if low in _NORMALISED:
        return flux, 1.0, unit, ""
    if low in _NOTHING:
        return flux, 1.0, "no unit said, taken as per unit wavelength", "flux_assumed"
    kind, conversion = _flux_kind(unit, label)
    if kind == "wavelength":
        return flux, 1.0, unit, ""
    if kind == "counts":
        return flux, 1.0, f"{unit}, not calibrated", ""
    if kind == "factor":  # a power of the wavelength
        factor = (wave / 5000.0) ** conversion
        return flux * factor, factor, f"{unit}, converted to flux per unit wavelength", ""
    if kind in ("log", "ln"):
        base = np.e if kind == "ln" else 10.0
        linear = base**flux * (wave / 5000.0) ** conversion
        said = f"{unit}, converted to flux per unit wavelength"
        return (
            linear,
            linear * np.log(base),
            said,
            "flux_assumed" if low in ("log", "ln", "dex", "log flux") else "",
        )
    brightest = np.nanmin(np.where(np.isfinite(flux), flux, np.nan)) if np.size(flux) else 0.0
    linear = 10.0 ** (-0.4 * (flux - brightest)) * (wave / 5000.0) ** conversion
    taken = f"{unit}, taken as AB" if _SPELLINGS.get(low) == "mag" else unit
    assumed = "unit_assumed" if taken != unit else ""
    return linear, 0.4 * np.log(10) * linear, f"{taken}, converted to flux per unit wavelength", assumed


@functools.lru_cache(maxsize=1024)
def _flux_kind(unit, label):
    """Kind of a unit (wavelength, counts, factor, log, ln, magnitude), and the power of the wavelength."""
    from astropy import units

    if unit.lower() in ("log", "dex", "ln"):
        return "ln" if unit.lower() == "ln" else "log", 0
    if found := _LOG.fullmatch(unit):
        kind, power = _flux_kind(found[1], label) if is_said(found[1]) else ("wavelength", 0)
        return "ln" if unit.lower().startswith("ln") else "log", power if kind == "factor" else 0
    try:
        parsed = _parsed(unit)
    except RefusedError as error:
        raise RefusedError(f"{label}: {error}; write it as FITS does, e.g. 'erg/s/cm2/Angstrom'") from error
    if isinstance(parsed, units.MagUnit) or parsed == units.mag:
        physical = getattr(parsed, "physical_unit", units.AB)
        return "magnitude", 0 if physical.is_equivalent(units.ST) else -2
    if _is_counts(parsed):
        return "counts", 0
    # Surface brightness and luminosity differ only by a factor that is the same at all wavelengths.
    for per in (units.dimensionless_unscaled, units.sr, units.beam, units.cm**2 * units.s, units.cm**-2):
        for plain, power in _shapes(units):
            if (parsed * per).is_equivalent(plain):
                return ("factor", power) if power else ("wavelength", 0)
    if parsed.is_equivalent(units.dimensionless_unscaled):
        return "wavelength", 0
    raise RefusedError(f"{label} has the unit {unit!r}, which is not a unit of flux")


def _is_counts(unit):
    from astropy import units

    names = {getattr(base, "name", "") for base in unit.bases}
    counted = names & {"ct", "adu", "electron", "DN"} and not names & {"erg", "J", "W", "Jy"}
    return bool(counted) or unit.is_equivalent(units.photon) or unit.is_equivalent(units.photon / units.s)


def _shapes(units):
    """Units of flux, with the power of the wavelength that converts them to flux per unit wavelength."""
    area = units.s * units.cm**2
    return (
        (units.erg / area / units.AA, 0),
        (units.Jy, -2),
        (units.maggy, -2),
        (units.photon / area / units.AA, -1),
        (units.photon / area / units.Hz, -3),
        (units.erg / area, -1),
    )


def _scale(unit):
    """Whether a unit is one of magnitudes, of logarithms or of a normalised flux; '' for others."""
    from astropy import units

    if unit.lower() in _NORMALISED:
        return "normalised"
    if _LOG.fullmatch(unit) or unit.lower() in ("log", "dex", "ln"):
        return "logarithm"
    parsed = _parsed(unit)
    return "magnitude" if isinstance(parsed, units.MagUnit) or parsed == units.mag else ""


@functools.lru_cache(maxsize=1024)
def unit_scale(error, flux, power):
    """Factor that converts errors to the unit of the flux; 1 if one of the units is not stated.

    Parameters
    ----------
    error, flux : str
        Units as stated in the file.
    power : int
        Power of the flux unit in that of the errors: 1, 2 for variances, -2 for inverse variances.

    Returns
    -------
    float or None
        None if the unit of the errors is not understood, or does not fit that of the flux.
    """
    from astropy import units

    if not (is_said(error) and is_said(flux)) or error == flux:
        return 1.0
    try:
        scale = _scale(flux)
        if scale or _scale(error):
            return 1.0 if _scale(error) == scale else None
        own, flux_unit = _parsed(error), _parsed(flux)
    except RefusedError:
        return None
    # Some programs write the unit of the flux for variances, too.
    for shape, exponent in ((flux_unit**power, 1), (flux_unit, power)):
        try:
            return float(own.to(shape)) ** exponent
        except units.UnitConversionError:
            continue
    return None
