"""The role of a column, an extension or a row, from its name and its UCD or utype."""

import functools
import re
import unicodedata
from dataclasses import dataclass, replace

from obafgkm.classify.reading.units import is_of_flux, is_of_wavelength
from obafgkm.classify.reading.words import vocabulary

__all__ = [
    "ERROR_WORDS",
    "NAME_COLUMNS",
    "NO_LIGHT",
    "NO_STAR",
    "SPECTRAL",
    "Role",
    "naming_column",
    "role_of",
]
__all__ += ["roles_of", "tokens"]


# Compound names, split into words.
_COMPACT = {
    "andmask": "and mask",
    "badpix": "mask",
    "bestfit": "model",
    "bpm": "mask",
    "crmask": "mask",
    "dflux": "flux error",
    "dq": "mask",
    "dqflag": "mask",
    "dqflags": "mask",
    "eflux": "flux error",
    "errflux": "flux error",
    "ferr": "flux error",
    "flam": "flux flam",
    "flambda": "flux flam",
    "fluxerr": "flux error",
    "fluxerror": "flux error",
    "fluxivar": "ivar",
    "fluxlambda": "flux flam",
    "logflam": "log flux flam",
    "logflambda": "log flux flam",
    "logflux": "log flux",
    "logfnu": "log flux fnu",
    "fluxnorm": "normalized flux",
    "fluxnu": "flux fnu",
    "fluxsky": "sky",
    "fluxvar": "variance",
    "fnorm": "normalized flux",
    "fnu": "flux fnu",
    "flagbits": "mask",
    "goodpix": "good",
    "gpm": "good",
    "goodpixels": "good",
    "invvar": "ivar",
    "isbad": "mask",
    "isgood": "good",
    "ivarflux": "ivar",
    "maskbits": "mask",
    "netflux": "net flux",
    "normflux": "normalized flux",
    "ormask": "or mask",
    "pixflag": "mask",
    "pixflags": "mask",
    "pixmask": "mask",
    "qcflag": "mask",
    "skyflux": "sky",
    "spectralaxis": "wave",
    "wavedisp": "dispersion",
    "wavegrid": "wave",
}
_SED = "sed"  # spectral energy distribution, flux times the quantity of its axis
_COMPACT |= {
    f"{axis}{density}": f"flux {_SED}"
    for axes, densities in (
        (("nu",), ("fnu", "fluxfnu", "lnu", "fluxnu")),
        (("lam", "lambda"), ("flam", "flambda", "fluxflam", "llam", "llambda", "fluxlambda")),
    )
    for axis in axes
    for density in densities
}
_COMPACT |= {
    f"{log}{wave}": f"{log} wave"
    for log in ("log", "ln", "log10")
    for wave in ("lam", "lambda", "wave", "wavelength", "wl", "angstrom", "angstroms")
}
_COMPACT |= {"loglam10": "log10 wave", "loglambda10": "log10 wave", "logwavelengths": "log wave"}
_COMPACT |= {
    joined: f"wave {medium}"
    for wave in ("wave", "wavelength", "lambda", "lam", "wl", "w")
    for medium in ("air", "vac", "vacuum")
    for joined in (f"{wave}{medium}", f"{medium}{wave}")
}

_WAVE = vocabulary(
    "wave waves wavelength wavelengths wavel wvl wl wlen wavelen lambda lambdas lam lamb ll lamda"
)
_WAVE |= vocabulary(
    "wavelenght wavelenghts wavelegth wellenlange wellenlaenge longueur onde longitud onda lunghezza"
)
_WAVE_UNITS = {
    "angstrom",
    "angstroms",
    "ang",
    "aa",
    "nm",
    "nanometer",
    "nanometers",
    "micron",
    "microns",
    "um",
}
_LOGARITHMS = {"log", "log10", "lg", "ln"}
_FREQUENCY = {"frequency", "freq", "frequencies", "nu", "hz", "ghz", "thz"}
_ENERGY, _WAVENUMBER = {"energy", "ev", "kev"}, {"wavenumber", "wavenumbers", "wavenum", "wn", "kayser"}
_VELOCITY = {"velocity", "velocities", "vel", "vrad", "vopt", "velo", "vlsr", "rv", "kms", "v"}
_TIME = {"time", "times", "date", "jd", "mjd", "hjd", "bjd", "tjd", "btjd"}
_PIXEL = {"pixel", "pixels", "pix", "px", "channel", "channels", "chan", "index", "idx", "unnamed"}
_ERROR = vocabulary(
    "err errs error errors sigma sigmas sig std stdev stddev unc uncert uncertainty uncertainties noise rms "
    "fehler erreur"
)
_IVAR, _VARIANCE = {"ivar", "ivars", "iv", "weight", "weights"}, {"var", "variance", "variances", "stat"}
SPECTRAL = frozenset({"wave", "frequency", "energy", "wavenumber"})  # kinds of axes that have wavelengths
ERROR_WORDS = frozenset(_ERROR | _IVAR | _VARIANCE | {"inverse", "inv"})
_MASK = vocabulary(
    "mask masks flag flags flagged quality qual bitmask masked bad invalid unusable cosmic cosmics"
)
_MASK |= vocabulary("rejected excluded saturated nodata")
_GOOD = {"good", "valid", "usable", "use", "ok", "keep"}
_NORMALISED = {"norm", "normalized", "normalised", "rectified", "nflux", "normed"}
_FLUX = vocabulary("flux fluxes spectrum spectra spec intensity signal data sci science density")
_FLUX |= vocabulary("count counts cts adu dn electrons electron int obs observed coadd object f flx fl")
_FLUX |= vocabulary("net fluss flujo flusso intensitat intensidad intensite")
_MAGNITUDE = {"mag", "mags", "magnitude", "magnitudes", "abmag", "stmag", "mab", "vegamag"}
_OTHERS = {  # quantities other than the flux of the star and its errors, by the words that name them
    "sky": {"sky", "background", "bkg", "bkgd", "bg"},
    "model": {"model", "fit", "synth", "synthetic", "predicted", "best"},
    "template": {"template", "templates", "tmpl"},
    "continuum": {"continuum", "cont", "contin"},
    "telluric": {"telluric", "tellurics", "transmission", "trans", "atmosphere", "absorbance", "extinction"},
    "calibration": {
        "response",
        "sens",
        "sensfunc",
        "calib",
        "blaze",
        "flat",
        "flatfield",
        "throughput",
        "reflectance",
        "reflectivity",
        "efficiency",
    },
    "lamp": {"arc", "lamp", "comparison", "thar", "bias", "dark"},
    "resolution": vocabulary("resolution res wdisp wresl fwhm lsf dispersion disp resolvingpower"),
    "signal-to-noise ratio": {"snr", "s2n", "sn"},
    "polarisation": vocabulary("polarisation polarization pol stokes"),
    "another quantity": vocabulary(
        "albedo emissivity opacity transmittance sensitivity qe ew eqw equivalent residual residuals sqrt "
        "squared derivative gradient cumulative asinh arcsinh ratio difference diff rank percentile"
    ),
}
_SUBTRACTED = {"sub", "subtracted", "skysub", "minus"}
_REMOVABLE = {"sky", "telluric", "calibration"}  # effects for which a flux is corrected
_CORRECTED = {"corrected", "corr", "removed"}
NO_STAR = frozenset(_OTHERS)
# Kinds of extensions and columns that are not the flux of a star.
NO_LIGHT = NO_STAR | {"error", "ivar", "variance", "mask", "good", "flags", "wave"}
# Quantities that may be the axis of a table and have no wavelengths.
_OTHER_AXIS = vocabulary(
    "temperature temp teff angle theta radius altitude height distance redshift age mass phase"
)
_OTHER_AXIS |= vocabulary("delay separation baseline airmass")
_ALONE = {"tau", "kappa", "depth", "optical"}  # which can be part of a star's name
_RAW = {"raw", "net", "reduced", "uncalibrated", "count", "counts", "cts", "adu", "dn", "orig", "original"}
_NAMES = vocabulary("name object star designation desig obsid mangaid specobjid targetid id source target")
NAME_COLUMNS = ("name", "object", "star", "designation", "obsid", "mangaid", "specobjid", "targetid")
NAME_COLUMNS += ("id", "target")
_UCDS = {
    "em.wl": "wave",
    "em.freq": "frequency",
    "em.energy": "energy",
    "em.wavenumber": "wavenumber",
    "spect.dopplerveloc": "velocity",
    "stat.error": "error",
    "stat.variance": "variance",
    "meta.code": "mask",
    "phot.mag": "magnitude",
    "phot.flux": "flux",
    "phot.count": "flux",
    "instr.skylevel": "sky",
}


_LONGEST = 200  # characters
_LABEL = re.compile(r"\s*(.*?\w)\s+/\s+(\S.*?)\s*")  # the quantity over its unit, as ISO 80000-1 has it


@dataclass(frozen=True)
class Role:
    """The role of a column, an extension or a row.

    Attributes
    ----------
    kind : str
        wave, frequency, energy, wavenumber, velocity, time, pixel, axis (of something else), flux,
        magnitude, error, variance, ivar, mask, good (a mask that marks valid pixels), flags (bits that need
        not exclude a pixel), name, the kind of something other than the flux of a star (sky, model, template
        ...), or '' if the name is not recognised.
    log : str
        Logarithm of the wavelengths: '', log, log10 or ln.
    medium : str or None
        Medium in the name of the wavelengths.
    unit : str
        Unit in the name.
    rank : int
        Preference among several of one kind; the smallest is used.
    tag : str
        Remaining words of the name: an arm, an order, a star.
    """

    kind: str
    log: str = ""
    medium: str | None = None
    unit: str = ""
    rank: int = 0
    tag: str = ""


def tokens(name):
    """The words of a name, in lower case."""
    name = (
        name.replace("λ", " lambda ")
        .replace("ν", " nu ")
        .replace("Å", " angstrom ")
        .replace("µ", "u")
        .replace("μ", "u")
    )
    name = unicodedata.normalize("NFKD", name)  # letters without their accents
    name = "".join(letter for letter in name if not unicodedata.combining(letter))
    if not name.isupper():
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    words = []
    for word in re.findall(r"[a-z]+10|[a-z]+|\d+", name.lower()):
        words += _COMPACT.get(word, word).split()
    joined = "".join(words)
    return _COMPACT[joined].split() if joined in _COMPACT else words


@functools.lru_cache(maxsize=4096)
def role_of(name, said=""):
    """The role of a column, an extension or a row, from its name and description.

    Parameters
    ----------
    name : str
    said : str
        UCD or utype; '' if there is none.

    Returns
    -------
    Role
    """
    name, unit = _unit_in(name)
    words = tokens(name)
    role = _by_words(words, set(words), unit)
    by_ucd = _by_ucd(said.lower())
    if by_ucd and not (role.kind in ("good", *_OTHERS) or by_ucd == role.kind):
        role = Role(by_ucd, role.log, role.medium, role.unit, role.rank, role.tag)
    if "meta.main" in said:
        role = Role(role.kind, role.log, role.medium, role.unit, role.rank - 2, role.tag)
    return role


def roles_of(names, said, units):
    """The roles of the columns of a table, by name, or by unit if no name means wavelengths or flux.

    Parameters
    ----------
    names, said, units : sequence of str
        See `role_of`; '' if there is none.

    Returns
    -------
    list of Role
    """
    roles = [role_of(name, text) for name, text in zip(names, said, strict=True)]
    for kinds, is_such, own in (
        (SPECTRAL | {"velocity", "pixel", "time"}, is_of_wavelength, "wave"),
        ({"flux", "magnitude"}, is_of_flux, "flux"),
    ):
        if not kinds & {role.kind for role in roles}:
            number = next((i for i, role in enumerate(roles) if not role.kind and is_such(units[i])), None)
            if number is not None:
                roles[number] = replace(roles[number], kind=own)
    return roles


def naming_column(names, words):
    """The column whose words or numbers name the objects; None if there is none.

    Parameters
    ----------
    names, words : sequence of str
        All columns, and those that hold words: an ``object`` of numbers is its flux.
    """
    own = {name.lower(): name for name in names}
    for key in NAME_COLUMNS:
        if key in own and (key != "object" or own[key] in words):
            return own[key]
    return next((name for name in names if role_of(name).kind == "name"), None)


def _unit_in(name):
    """A name and the unit after it: ``wave (nm)``, ``Flux [erg/s/cm2/A]``, ``Flux / Jy``."""
    if len(name) > _LONGEST:  # no name of a column, but work for minutes
        return name, ""
    found = re.fullmatch(r"\s*(.*?)\s*[\[(]\s*(.*?)\s*[\])]\s*", name) or _LABEL.fullmatch(name)
    if not found or tokens(found[1])[-1:] in (["log"], ["log10"], ["ln"], ["f"], []):
        return name, ""
    return found[1], found[2]


def _by_words(words, known, unit):
    rest = lambda *sets: "_".join(word for word in words if not any(word in group for group in sets))  # noqa: E731
    is_wave = bool(known & _WAVE) or (bool(known & _WAVE_UNITS) and not known & (_FLUX | _MAGNITUDE))
    is_wave |= {"spectral", "axis"} <= known
    short = len(words) == 2 and words[0] in ("e", "d") and bool(known & (_FLUX - {"f"} | _MAGNITUDE))
    if known & (_MASK | _GOOD):
        kind = "good" if known & _GOOD and not known & _MASK else "mask"
        return Role("flags" if known & {"and", "or"} else kind, tag=rest(_MASK, _GOOD))
    if "inverse" in known or ("inv" in known and known & _VARIANCE) or known & _IVAR:
        return Role("ivar", unit=unit, tag=rest(_IVAR, _VARIANCE, _FLUX, {"inverse", "inv"}))
    if known & _VARIANCE:
        return Role("variance", unit=unit, tag=rest(_VARIANCE, _FLUX))
    if ({"no", "sky"} <= known or "noss" in known) and not known & _ERROR:  # "no subtraction of the sky"
        return Role("flux", unit=unit, rank=2)
    for kind, group in _OTHERS.items():
        if (kind == "sky" and known & _SUBTRACTED) or (
            kind in _REMOVABLE and known & _CORRECTED and known & _FLUX
        ):
            continue
        if words == ["stokes", "i"]:
            break
        if known & group and not known & _NORMALISED and not (is_wave and kind == "resolution"):
            return Role(kind, tag=rest(group, _FLUX))
    if known & _ERROR or short:
        if is_wave and not known & _FLUX:
            return Role("resolution")  # of the wavelengths
        return Role("error", unit=unit, tag=rest(_ERROR, _FLUX, {"e", "d"}))
    if is_wave:
        return _of_waves(words, known, unit, rest)
    if known & _MAGNITUDE or (words[:2] == ["2", "5"] and words[2:3] and words[2] in _LOGARITHMS):
        system = "STmag" if "stmag" in known or "st" in known else ""
        system = system or ("ABmag" if known & {"abmag", "mab", "ab"} else "mag")
        return Role("magnitude", unit=unit or system, tag=rest(_MAGNITUDE, {"ab", "st"}))
    for kind, group in (("frequency", _FREQUENCY), ("energy", _ENERGY), ("wavenumber", _WAVENUMBER)):
        if known & group and not known & _FLUX:
            by_name = next((word for word in words if word in ("hz", "ghz", "thz", "ev", "kev")), "")
            unit = unit or {"ghz": "GHz", "thz": "THz", "hz": "Hz", "ev": "eV", "kev": "keV"}.get(by_name, "")
            return Role(kind, unit=unit, log=next((w for w in words if w.startswith(("log", "ln"))), ""))
    if known & (_FLUX | _NORMALISED) or words in (["y"], ["i"], ["stokes", "i"]):
        return _of_flux(words, known, unit, rest)
    if known & _VELOCITY:
        return Role("velocity", unit=unit)
    if known and known <= _ALONE:
        return Role("another quantity", unit=unit)
    if known & _TIME:
        return Role("time", unit=unit)
    if known & _PIXEL:
        return Role("pixel", unit=unit)
    if known and known <= _OTHER_AXIS:
        return Role("axis", unit=unit)
    return Role("name" if known & _NAMES else "", tag=rest())


def _of_waves(words, known, unit, rest):
    medium = "air" if "air" in known else "vacuum" if known & {"vac", "vacuum"} else None
    log = next((word.replace("lg", "log") for word in words if word in _LOGARITHMS), "")
    unit = unit or next((word for word in words if word in _WAVE_UNITS), "")
    tag = rest(_WAVE, _WAVE_UNITS, {"air", "vac", "vacuum", "spectral", "axis"}, _LOGARITHMS)
    return Role("wave", log, medium, unit, 0 if medium else 1, tag)


def _of_flux(words, known, unit, rest):
    rank = 2 if known & _RAW else 1 if known & _NORMALISED else 0
    for word, own in (("jy", "Jy"), ("mjy", "mJy"), ("fnu", "fnu"), ("flam", "flam"), (_SED, "erg/(s cm2)")):
        unit = unit or (own if word in known else "")
    log = "ln" if "ln" in known else "log" if known & _LOGARITHMS else ""
    if log and not unit.lower().startswith(("log", "ln", "dex")):
        unit = f"{log}({unit})" if unit else log
    if not unit and known & _NORMALISED:
        unit = "normalized"
    tag = rest(_FLUX, _NORMALISED, _RAW, {"jy", "mjy", "fnu", "flam", _SED}, _LOGARITHMS)
    return Role("flux", unit=unit, rank=rank, tag=tag)


def _by_ucd(said):
    if "spectralaxis.value" in said:
        return "wave"
    if "fluxaxis.value" in said:
        return "flux"
    if "accuracy.stat" in said:
        return "error"
    if "accuracy.quality" in said:
        return "mask"
    first = re.split(r"[;\s]", said.strip())[0]
    return next((kind for ucd, kind in _UCDS.items() if first.startswith(ucd)), "")
