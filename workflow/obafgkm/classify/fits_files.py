"""Spectra of FITS files: those of the surveys and the libraries, tables and images.

SDSS
    ``spec-*.fits``: a table with the columns flux, loglam and ivar; ``spSpec-*.fit`` of data release 7: an
    image whose rows are flux, flux less continuum, error, mask.
LAMOST
    To data release 7 an image whose first rows are flux and inverse variance, with COEFF0 and COEFF1; later a
    table of one row with the vectors FLUX, IVAR and WAVELENGTH. In vacuum.
CFLIB
    A table of one row with the vectors wavelength and spectrum, whose header lists the gaps.
Tables
    Columns of wavelength, flux and maybe error or inverse variance, by the names in `COLUMNS`: numbers, for
    one spectrum a table, or vectors, for a spectrum a row.
Images
    One spectrum, or one a row, with linear or logarithmic wavelengths in the header (JHC's are tables; ELODIE
    and MILES are such images), or in an extension that is named after a column of `COLUMNS`.

Whatever else ``specutils`` has a loader for is read by it, where it is installed.
"""

import io
import re
from collections import ChainMap
from pathlib import Path, PurePath

import numpy as np
from astropy.io import fits

from obafgkm.classify.spectrum import Spectrum, from_specutils, medium_of_header
from obafgkm.errors import ArchiveFileError, MissingPackageError, require

__all__ = ["COLUMNS", "find_columns", "read_fits"]

_NUMBERS = {"I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}  # of the formats of FITS columns
_PLAIN = re.compile(r"(\d*)([IJKED])")

# Names of columns and extensions, in small letters; the first that is there counts.
COLUMNS = {
    "log_wave": ("loglam", "log_lambda", "log_wave", "logwave"),
    "wave": ("wavelength", "wave", "lambda", "lam", "wl", "angstrom", "wavelength_air", "wavelength_vac"),
    "flux": ("flux", "spectrum", "flux_lambda", "flam", "flux_density", "intensity", "normalized_flux"),
    "ivar": ("ivar", "invvar", "inverse_variance", "ivar_flux"),
    "error": ("error", "err", "flux_error", "flux_err", "e_flux", "fluxerr", "sigma", "noise", "uncertainty"),
    "name": ("name", "object", "star", "designation", "obsid", "mangaid", "specobjid", "targetid", "id"),
}


def read_fits(path, content=None):
    """Read the spectra of a FITS file.

    Parameters
    ----------
    path : path
    content : bytes, optional
        Its content, where it does not lie on the disk itself.

    Yields
    ------
    Spectrum

    Raises
    ------
    ArchiveFileError
        If there is none that can be recognised.
    """
    with fits.open(path if content is None else io.BytesIO(content), memmap=False) as hdus:
        spectra = _recognised(path, content, hdus)
        if spectra is not None:
            yield from spectra
            return
    yield from _by_specutils(path, content)


def _recognised(path, content, hdus):
    """Spectra of the first extension whose layout is known; None if there is none."""
    name = _name(hdus[0].header, path)
    for hdu in hdus:
        header, spectra = ChainMap(hdu.header, hdus[0].header), None
        if hdu.header.get("NAXIS", 0) == 0:
            continue
        if isinstance(hdu, fits.BinTableHDU | fits.TableHDU):
            names = [hdu.header.get(f"TTYPE{i + 1}", "") for i in range(hdu.header["TFIELDS"])]
            columns = find_columns(names)
            if hdu.name.upper() == "MERGED" and names == ["wavelength", "spectrum"]:
                spectra = _cflib(path, content)
            elif "flux" in columns and columns.keys() & {"wave", "log_wave"}:
                spectra = _table(hdu, names, columns, header, name)
        elif "SPEC_CLN" in header and hdu.data.ndim == 2:
            flux, _, error = hdu.data[:3]
            wave = _header_wavelengths(header, flux.size)
            spectra = [Spectrum(name, wave, flux, _inverse_variance(error), "vacuum", "angstrom")]
        elif str(header.get("TELESCOP", "")).startswith("LAMOST") and hdu.data.ndim == 2:
            flux, ivar = hdu.data[:2]
            wave = _header_wavelengths(header, flux.size)
            spectra = [Spectrum(name, wave, flux, ivar, medium_of_header(header), "angstrom")]
        elif hdu.name.lower() in ("", "primary", "sci", *COLUMNS["flux"]):
            spectra = _image(hdus, hdu, header, name)
        if spectra is not None:
            return spectra
    return None


def find_columns(names):
    """Which of some names, in whatever case, is the column of each kind of `COLUMNS` that is there."""
    found = {}
    for kind, known in COLUMNS.items():
        by_name = {name.lower(): name for name in reversed(names)}
        if here := [by_name[name] for name in known if name in by_name]:
            found[kind] = here[0]
    return found


def _name(header, path):
    """Name of the object by its header, or else of its file."""
    for key in ("OBJECT", "TARGETID", "DESIG"):
        if name := str(header.get(key, "")).strip():
            return name
    return PurePath(PurePath(path).name.removesuffix(".gz")).stem


def _inverse_variance(error):
    """Inverse variances of errors; those that are not positive mask."""
    error = np.asarray(error, float)
    return np.divide(1.0, error**2, out=np.zeros_like(error), where=error > 0)


def _cflib(path, content):
    """The library's own reader knows its gaps."""
    from obafgkm.archives import cflib

    content = Path(path).read_bytes() if content is None else content
    labels, flux = cflib.read_spectrum(PurePath(path).name, content)
    return [Spectrum(labels["name"], cflib.WAVE, flux, None, "air", "angstrom")]


def _table(hdu, names, columns, header, name):
    """Spectra of a table: one, or where its cells are vectors one a row."""
    data = _data(hdu, names)
    if "wave" in columns:
        wave = data[columns["wave"]]
        unit = hdu.header.get(f"TUNIT{names.index(columns['wave']) + 1}", "")
    else:
        wave, unit = 10.0 ** np.asarray(data[columns["log_wave"]], float), "angstrom"
    flux, ivar = data[columns["flux"]], None
    if "ivar" in columns:
        ivar = data[columns["ivar"]]
    elif "error" in columns:
        ivar = _inverse_variance(data[columns["error"]])
    own = hdu.data[columns["name"]] if "name" in columns and flux.ndim > 1 else None
    if flux.ndim == 1:
        wave, flux = wave[np.newaxis], flux[np.newaxis]
    return _rows(own, name, wave, flux, ivar, medium_of_header(header), unit)


def _data(hdu, names):
    """The cells of a table, by the names of the columns.

    Tables of plain numbers, as those of SDSS are, are read from the file as they are: what astropy does for
    the others takes as long as all the rest that is done to a spectrum.
    """
    header, columns = hdu.header, []
    for i, name in enumerate(names, start=1):
        plain = _PLAIN.fullmatch(header[f"TFORM{i}"].strip())
        if not plain or any(f"{key}{i}" in header for key in ("TSCAL", "TZERO", "TDIM")):
            return hdu.data
        count = int(plain[1] or 1)
        columns.append((name, _NUMBERS[plain[2]], *([count] if count != 1 else [])))
    dtype, place = np.dtype(columns), hdu.fileinfo()
    if dtype.itemsize != header["NAXIS1"]:
        return hdu.data
    place["file"].seek(place["datLoc"])
    content = place["file"].read(dtype.itemsize * header["NAXIS2"])
    if len(content) < dtype.itemsize * header["NAXIS2"]:
        raise OSError("truncated")
    return np.frombuffer(content, dtype)


def _rows(names, name, wave, flux, ivar, medium, unit):
    """Spectra (n, n_pix), by their own names or else by that of the file and their number."""
    wave = np.broadcast_to(np.atleast_2d(wave), flux.shape)
    ivar = [None] * len(flux) if ivar is None else np.broadcast_to(np.atleast_2d(ivar), flux.shape)
    if names is None:
        names = [name] if len(flux) == 1 else [f"{name} {i + 1}" for i in range(len(flux))]
    for own, *spectrum in zip(names, wave, flux, ivar, strict=True):
        yield Spectrum(str(own).strip(), *spectrum, medium, unit)


def _image(hdus, hdu, header, name):
    """Spectra of an image; None where its wavelengths are not given, or not linear or logarithmic."""
    flux = hdu.data[0] if hdu.data.ndim == 3 else hdu.data  # IRAF: the other bands are sky, error ...
    others = {other.name.lower(): other for other in hdus[1:] if other is not hdu and other.is_image}
    found = {kind: others[other].data for kind, other in find_columns(list(others)).items()}
    if "wave" in found or "log_wave" in found:
        wave, unit = found["wave"] if "wave" in found else 10.0 ** found["log_wave"], ""
    else:
        wave, unit = _header_wavelengths(header, flux.shape[-1]), header.get("CUNIT1", "")
    if wave is None or flux.ndim > 2:
        return None
    ivar = found.get("ivar", _inverse_variance(found["error"]) if "error" in found else None)
    return _rows(None, name, wave, np.atleast_2d(flux), ivar, medium_of_header(header), unit)


def _header_wavelengths(header, n):
    """Wavelengths of pixels by the keywords of an image; None where they do not give them."""
    if "COEFF0" in header:
        return 10 ** (header["COEFF0"] + header["COEFF1"] * np.arange(n))
    kind = str(header.get("CTYPE1", "")).strip().upper()
    first, step = header.get("CRVAL1"), header.get("CDELT1", header.get("CD1_1"))
    if first is None or not step or kind.startswith(("RA", "DEC", "MULTISPE", "FREQ", "PIXEL", "VEL")):
        return None
    offset = (np.arange(n) + 1 - header.get("CRPIX1", 1)) * step
    if header.get("DC-FLAG") == 1 or first < 5:
        return 10 ** (first + offset)
    return first * np.exp(offset / first) if kind.endswith("-LOG") else first + offset


def _by_specutils(path, content):
    """Spectra of a file that one of the loaders of specutils recognises."""
    unknown = (
        "no spectrum recognised: a table needs columns such as wavelength, flux and error, an image "
        "CRVAL1 and CDELT1, or one of the loaders of specutils must know it"
    )
    try:
        require("spectra", "specutils")
    except MissingPackageError as error:
        raise ArchiveFileError(path, f"{unknown}; {error}") from error
    from specutils import SpectrumList  # seconds

    try:
        spectra = SpectrumList.read(path if content is None else io.BytesIO(content))
    except Exception as error:  # each loader has errors of its own
        raise ArchiveFileError(path, unknown) from error
    for spectrum in spectra:
        yield from from_specutils(spectrum, _name({}, path))
