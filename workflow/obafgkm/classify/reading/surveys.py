"""Layouts of surveys and libraries whose files do not state everything that is known about them."""

import re
from pathlib import PurePath

from obafgkm.classify.reading.axes import header_wavelengths
from obafgkm.classify.reading.pixels import inverse_variances
from obafgkm.classify.reading.positions import by_header
from obafgkm.classify.reading.unpacking import stem
from obafgkm.classify.receipt import Receipt
from obafgkm.classify.spectrum import Spectrum

__all__ = ["cflib_spectrum", "library_in_air", "survey_image"]

# Keywords of two libraries, see `obafgkm.archives.miles` and `jhc`, which are slower to import.
_MILES = [4300, 3540.5, 0.9]
_JHC = [2799, "WAVELENGTH", "FLUX", "ANGSTROMS"]
_BUNIT = "1e-17 erg/s/cm2/Angstrom"


def survey_image(hdu, header, name):
    """The spectrum of an image of SDSS or LAMOST, both up to their data release 7.

    Parameters
    ----------
    hdu : astropy.io.fits image
    header : mapping
    name : str

    Returns
    -------
    Spectrum or None
        None for any other image.
    """
    if hdu.header.get("NAXIS") != 2 or "COEFF0" not in header:
        return None
    if "SPEC_CLN" in header:  # rows: flux, flux less continuum, error, mask
        flux, error, kind, left = (
            hdu.data[0],
            hdu.data[2],
            "error",
            "row 2 (flux less continuum), row 4 (mask)",
        )
        label, unit, medium = "row 3 (errors)", str(header.get("BUNIT", _BUNIT)), "vacuum"
        source = "the layout of SDSS"
    elif str(header.get("TELESCOP", "")).startswith("LAMOST") and len(hdu.data) > 1:
        flux, error, kind, left = hdu.data[0], hdu.data[1], "ivar", "rows 3 to 5 (wavelengths, masks)"
        label, unit, medium, source = "row 2 (inverse variance)", "relative", None, ""
    else:
        return None
    axis = header_wavelengths(header, flux.size)
    ivar = inverse_variances(error, kind)
    receipt = Receipt(hdu.name, axis.said, f"row 1 ({unit})", label, source or axis.medium_from)
    receipt.leave_out(left)
    return Spectrum(name, axis.wave, flux, ivar, medium or axis.medium, receipt)


def cflib_spectrum(path, content):
    """The spectrum of a CFLIB file, FITS or text, by the library's own reader, which knows its gaps."""
    from obafgkm.archives import cflib

    name = PurePath(path).name
    name = name[: name.index(".fits") + 5] if ".fits" in name else name  # without compression suffix
    name = f"{stem(path)}.txt" if content.startswith(b"#K ") else name
    labels, flux = cflib.read_spectrum(name, content)
    receipt = Receipt(
        "", "CFLIB's own (Angstrom)", "relative, per unit wavelength", "none; estimated from the scatter",
        "the library's documentation"
    )  # fmt: skip
    spectrum = Spectrum(labels["name"], cflib.WAVE, flux, None, "air", receipt)
    found = dict(re.findall(rb"^#K (OBJRA|OBJDEC) +'?([^'\n]*)", content, re.M))  # in a text file
    spectrum.position = by_header({key.decode(): value.decode("latin-1") for key, value in found.items()})
    return spectrum


def library_in_air(hdus):
    """The library whose layout a file has, if that is in air without a keyword to say so.

    Parameters
    ----------
    hdus : astropy.io.fits.HDUList

    Returns
    -------
    str
        JHC, MILES, or '' for neither.
    """
    first = hdus[0].header
    grid = [first.get(key) for key in ("NAXIS1", "CRVAL1", "CDELT1")]
    if grid == _MILES:
        return "MILES"
    if "TARGETID" in first and not first.get("NAXIS") and len(hdus) == 2:
        table = [hdus[1].header.get(key) for key in ("NAXIS2", "TTYPE1", "TTYPE2", "TUNIT1")]
        if table == _JHC:
            return "JHC"
    return ""
