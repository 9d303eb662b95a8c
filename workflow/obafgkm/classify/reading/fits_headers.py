"""What a FITS header says of its object: its name, whether it is a star, and the checksum of the data."""

import re

from astropy.io import fits

from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import tokens
from obafgkm.classify.reading.words import vocabulary

__all__ = ["calibration", "object_name", "refuse_damaged"]

_OBJECT = ("OBJECT", "TARGETID", "DESIG", "TARGNAME", "OBJNAME", "TARGET")
_TYPE_KEYS = re.compile(  # such as IMAGETYP, OBSTYPE, FRAMETYP
    r"(?:IMAGE?|IMG?|OBS|EXP|FRAME|FRM|DATA|SHOT|CAL|SCAN|OBJ|TARG)_?TYPE?|CLASS|OBSCLASS|FRAME|"
    r"ESO DPR (?:TYPE|CATG)"
)
_LAMPS = vocabulary(
    "arc bias blank calib calibration calibrations comp comparison dark dome flat flatfield domeflat skyflat "
    "halogen lamp lamps quartz sky thar tungsten twilight wave zero henear hene near cuar cune fear hgcd "
    "argon neon helium krypton xenon mercury wavecal etalon fp internal white lfc comb astrocomb une focus "
    "acquisition fabry perot"
)
_CATEGORIES = {"calib", "calibration", "calibrations"}  # which include standard stars
_ELEMENTS = vocabulary("he ne ar kr xe hg cd zn cu fe th u cs na")  # in a lamp
_BESIDE = vocabulary("s sec exp exposure r b g v i z blue red on off")  # its exposure, filter, arm, state
_STARS = vocabulary("star stars target std standard telluric")
_DONE = vocabulary("subtracted fielded flatfielded calibrated corrected removed divided reduced extracted")
_SCIENCE = _STARS | vocabulary("object obj science survey")


def object_name(header):
    """Name of the object from a header; '' if it gives none."""
    return next((name for key in _OBJECT if (name := str(header.get(key, "")).strip())), "")


def calibration(header):
    """Statement of a header that it is not of a star; '' if there is none."""
    keys = [*filter(_TYPE_KEYS.fullmatch, header), "OBJECT"]
    said = {key: {word for word in tokens(str(header.get(key, ""))) if not word.isdigit()} for key in keys}
    is_standard = any(words & _STARS and not words & _LAMPS for key, words in said.items() if key != "OBJECT")
    for key, words in said.items():
        if words & _DONE:  # what was done to a spectrum, such as 'flat-fielded'
            continue
        words -= _BESIDE
        is_lamp = words <= _LAMPS | _ELEMENTS and (words & _LAMPS or len(words) > 1)
        is_lamp = is_lamp or str(header.get(key, "")).strip().lower() == "cal"  # a star may be Cal 83
        if not key.startswith(("OBJ", "CLASS")):  # there it may mean something else: CLASS = 'extreme helium'
            is_lamp = is_lamp or (words & _LAMPS and not words & _SCIENCE)
        if is_lamp and not (is_standard and words <= _CATEGORIES):
            return f"{key} = {header[key]!r}: not the spectrum of a star"
    return ""


def refuse_damaged(hdu):
    """Refuse an HDU whose data, not yet read, differ from the checksum in its header.

    Parameters
    ----------
    hdu : astropy.io.fits HDU

    Raises
    ------
    RefusedError
        If they do not agree with DATASUM.
    """
    said = str(hdu.header.get("DATASUM", "")).strip()
    if said.isdigit() and not isinstance(hdu, fits.CompImageHDU) and not hdu.verify_datasum():
        raise RefusedError(
            f"the data of {hdu.name or 'an extension'} do not agree with DATASUM: damaged, or changed by a "
            "program that left the old sum; fetch it again, or delete the keyword"
        )
