"""Air or vacuum: the medium of the wavelengths, and the source of this information."""

import re

from obafgkm.classify.spectrum import MEDIA

__all__ = [
    "by_comments",
    "by_ctype",
    "by_header",
    "by_lines",
    "by_ucd",
    "by_words",
    "from_vacuum_or_air",
    "refuse_unknown",
    "within_unit",
]

_TRUE_WORDS, _FALSE_WORDS = {"true", "t", "yes"}, {"false", "f", "no"}
_TRUE, _FALSE = {"true", "t", "yes", "y", "1", "1.0"}, {"false", "f", "no", "n", "0", "0.0"}
_SAYS_MEDIUM = ("AIRORVAC", "AIR_VAC", "AIRVAC", "VACORAIR", "VACAIR", "WAVETYPE", "WAVEMED", "WAVMED")
_SAYS_MEDIUM += ("MEDIUM", "SPECMED", "WAVE_MED", "WAVEFORM", "LAMTYPE", "WLTYPE", "WAVEREF", "WAVELEN")
_IS_VACUUM = ("VACUUM", "VAC", "ISVACUUM", "IS_VACUUM", "VACWAVE", "WAVEVAC", "VACUUM_W", "IN_VAC")
_IS_VACUUM += ("ISVAC", "IS_VAC", "VACUUMWL", "VACWL", "VACLAM", "AIR2VAC", "AIRTOVAC")
_IS_AIR = ("AIR", "ISAIR", "IS_AIR", "AIRWAVE", "WAVEAIR", "IN_AIR", "AIRWL", "AIRLAM", "VAC2AIR", "VACTOAIR")
# FITS paper III: WAVE is in vacuum, AWAV in air; the wavelengths of the others are in vacuum.
_CTYPES = {"AWAV": "air", "WAVE": "vacuum", "FREQ": "vacuum", "ENER": "vacuum", "WAVN": "vacuum"}
_SURVEYS = ("SDSS", "LAMOST")
_MEDIUM_KEY = re.compile(r"AIR(?!MASS)|VAC|MED|WAVE|WAV|LAM|WL|FRAME")  # other names of such keywords
_ONLY_MEDIUM = re.compile(r"\s*(?:in |standard |dry )*(air|vac|vacuum)(?: wave\w*| scale)?\s*", re.IGNORECASE)
_MEDIUM_WORD = re.compile(
    r"(?=.*(?:WAVE|LAMB|WL|SPEC))(?:.* )?(VACUUM|VAC|AIR)(?: .*)?"
)  # in a long keyword of HIERARCH
_OF_WAVELENGTHS = re.compile(
    r"wave|wl\b|lambda|λ|angstrom|å|spectral|\bnm\b|vac(?:uum)?(?:2| ?to )?air|air(?:2| ?to )?vac"
)
_PLAIN_WORDS = {"a", "all", "and", "are", "at", "frame", "heliocentric", "barycentric", "in", "is", "medium"}
_PLAIN_WORDS |= {"of", "rest", "scale", "system", "the", "to", "true", "values", "reference", "air", "vac"}
_PLAIN_WORDS |= {"vacuum", "converted", "corrected", "from", "measured", "not", "applied"}


def refuse_unknown(medium):
    """Raise ValueError for a medium other than 'air', 'vacuum' or None."""
    if medium not in (None, *MEDIA):
        raise ValueError(f"medium {medium!r} is neither 'air' nor 'vacuum'")


def from_vacuum_or_air(value):
    """The medium that a value names: 'air', 'vacuum', or None."""
    words = set(re.findall(r"[a-z]+", str(value).lower()))
    is_air, is_vacuum = "air" in words, bool(words & {"vacuum", "vac", "vacua"})
    return None if is_air == is_vacuum else "air" if is_air else "vacuum"


def by_header(header):
    """The medium from the keywords of a header, and the keyword; (None, '') if none states it."""
    found = {}
    for key in _SAYS_MEDIUM:
        if medium := from_vacuum_or_air(header.get(key, "")):
            found[f"{key} = {header[key]!r}"] = medium
    for keys, medium, other in ((_IS_VACUUM, "vacuum", "air"), (_IS_AIR, "air", "vacuum")):
        for key in keys:
            if key in header:
                value = str(header[key]).strip().lower()
                said = medium if value in _TRUE else other if value in _FALSE else from_vacuum_or_air(value)
                if value in _FALSE and re.search("2|TO", key):  # not converted, original unknown
                    continue
                if said:
                    found[f"{key} = {header[key]!r}"] = said
    if len(set(found.values())) == 1:
        return next(iter(found.values())), next(iter(found))
    if not found and str(header.get("TELESCOP", "")).upper().startswith(_SURVEYS):
        return "vacuum", f"TELESCOP = {header['TELESCOP']!r}"
    if not found:
        for key in header:
            value = header[key] if _MEDIUM_KEY.search(key.upper()) else None
            if isinstance(value, str) and value.strip().lower() in _TRUE_WORDS | _FALSE_WORDS:
                value = value.strip().lower() in _TRUE_WORDS
            if isinstance(value, bool) and (said := _MEDIUM_WORD.fullmatch(key.upper().replace("_", " "))):
                medium = from_vacuum_or_air(said[1])
                return medium if value else {"air": "vacuum", "vacuum": "air"}[medium], f"{key} = {value!r}"
            if isinstance(value, str) and (said := _ONLY_MEDIUM.fullmatch(value)):
                return from_vacuum_or_air(said[1]), f"{key} = {value!r}"
    return None, ""


def by_ctype(kind):
    """The medium from the type of an axis, such as ``AWAV-LOG``; None if not stated."""
    return _CTYPES.get(str(kind).strip().upper()[:4]) if _is_coded(str(kind)) else None


def _is_coded(kind):
    return re.fullmatch(r"[A-Z]{4}(-(LOG|TAB|GR[IA]|[A-Z]2[A-Z]))?", kind.strip().upper()) is not None


def by_ucd(said, header):
    """The medium from the UCD of the wavelengths: the atmosphere is air; ESO's archive else means vacuum."""
    if "em.wl" in said and "obs.atmos" in said:
        return "air"
    if "em.wl" in said and str(header.get("ORIGIN", "")).upper().startswith("ESO"):
        return "vacuum"
    return None


def by_words(text):
    """The medium from free text, such as the lines above a table: 'air', 'vacuum', or None.

    Whole words count, not letters within a name; in a conversion, its result counts.
    """
    text = re.sub(r"[_\-.]+", " ", text.lower())
    text = re.sub(r"\b(air|vac)(?:2|to)(air|vac)\b", r"\1 to \2", text)
    text = re.sub(r"\bvac\w* (?:vessel|tank|chamber|enclosure|housing|cryostat|spectrograph)\b", "", text)
    if re.search(r"\bcorrected for (?:the )?refracti\w+(?: index)? (?:of|in) (?:the )?air\b", text):
        return "vacuum"
    # A conversion that is denied or asked for: the wavelengths are as they were.
    if found := re.search(r"\b(?:no|not|never|without)(?: \w+){0,3} (air|vac)(?:uum)? to (?:air|vac)", text):
        return from_vacuum_or_air(found[1])
    if found := re.search(
        r"\bconvert\b[^;\n]{0,25}\bto (air|vac)\w*[^;\n]{0,12}\b(?:before|prior|first)\b", text
    ):
        return "vacuum" if found[1] == "air" else "air"
    not_done = r"\bnot (?:been |yet )?(?:applied|made|done)"
    if found := re.search(rf"\b(air|vac)(?:uum)? to (?:air|vac)(?:uum)?\b[^.;\n]{{0,30}}{not_done}", text):
        return from_vacuum_or_air(found[1])
    done = r"(?:converted|corrected|transformed|brought|changed|shifted)"
    pending = r"\b(?:not|never|(?:to|should|must|can|may|could|will) be)\b (?:been |yet )*"
    if found := re.search(rf"{pending}{done} (?:in)?to (?:\w+ )?(air|vac)", text):
        return "vacuum" if found[1] == "air" else "air"
    if found := re.search(r"\bto (air|vac(?:uum)?)\b[^.;\n]{0,25}\bfrom (air|vac)", text):
        return from_vacuum_or_air(found[1])
    if found := re.search(rf"\b{done} (?:in)?to (?:\w+ )?(air|vac(?:uum)?)\b", text):
        return from_vacuum_or_air(found[1])
    if found := re.search(
        r"\b(air|vac(?:uum)?)\b[^.;\n]{0,20}\b(?:rather than|instead of)(?: in)? (?:air|vac)", text
    ):
        return from_vacuum_or_air(found[1])
    if found := re.search(r"\b(air|vac(?:uum)?)\b[^.;\n]{0,12}\b(?:to|2|into)\b\s*(air|vac(?:uum)?)\b", text):
        return "air" if found[2] == "air" else "vacuum"
    said = r"(?: (?:given|measured|expressed|reported|listed|quoted|stored))?"
    if found := re.search(rf"\b(?:not|non)\b{said}(?: in| at)? (air|vac(?:uum)?)\b", text):
        return "vacuum" if found[1] == "air" else "air"
    return from_vacuum_or_air(
        re.sub(r"\bair ?mass\b|\bno (?:air|vac\w*) (?:correction|conversion)\b", "", text)
    )


def by_lines(lines):
    """The medium from the lines above a table, and the source; (None, '') if no line states it.

    Only lines count that assign a value to a keyword, mention wavelengths, or contain nothing else, because
    an observatory or an observer may have such a name.
    """
    pairs = (re.fullmatch(r"\W*(\w+)\s*[=:]\s*(.*?)\s*(?:/.*)?", line) for line in lines)
    keys = {found[1].upper(): found[2].strip("'\" ") for found in pairs if found}
    medium, source = by_header(keys)
    if medium and not source.startswith("TELESCOP"):
        return medium, source
    plain = [line.lower() for line in lines]
    about = [
        line
        for line in plain
        if _OF_WAVELENGTHS.search(line) or set(re.findall(r"[a-z]+", line)) <= _PLAIN_WORDS
    ]
    medium = by_words("\n".join(about))
    return (medium, "the lines above the numbers") if medium else (None, "")


def by_comments(header):
    """The medium from those comments of a FITS header that mention wavelengths."""
    lines = [str(line) for key in ("COMMENT", "HISTORY") if key in header for line in header[key]]
    about = [line for line in lines if re.search(r"wave|lambda", line, re.IGNORECASE)]
    said = {by_words(line) for line in about} - {None}
    return said.pop() if len(said) == 1 else None


def within_unit(unit):
    """Split a unit from the medium next to it: ``Angstrom (vacuum)``."""
    found = re.search(r"[\s,;(\[]*\b(?:in )?(vacuum|vac|air)\b[)\]]*", unit, re.IGNORECASE)
    if not found:
        return unit, None
    return unit.replace(found[0], "").strip(" ,;()[]"), from_vacuum_or_air(found[1])
