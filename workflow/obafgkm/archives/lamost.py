"""LAMOST, low-resolution surveys up to data release 8: Luo et al. 2015, RAA 15, 1095.

Files: ``spec-<night>-<plan>_sp<spectrograph>-<fibre>.fits``, also gzipped: one image whose rows are flux,
inverse variance, wavelength, and two masks. Pixels are at log10 wavelength = 1e-4 i, in vacuum, heliocentric:
a section of the SDSS grid, 3700 to 9100 Angstrom. Flux is relative. As with SDSS, only ``ivar`` masks pixels.

Labels are those of SDSS, see `obafgkm.archives.sdss.labels`. ``mjd`` is the local night after which files are
named, ``snr`` the signal-to-noise ratio in the g band, ``specobjid`` the observation's number; there are no
plates and no magnitudes, and ``zwarning`` is not known. The pipeline's subclass of a star is a type such as
``G3``, mostly without a luminosity class; ``dM1`` and ``gM0`` are a dwarf and a giant.
"""

import gzip
import zlib
from pathlib import Path, PurePosixPath

import numpy as np

from obafgkm.archives import open_fits
from obafgkm.archives.sdss.labels import COLUMNS, subclass_name
from obafgkm.archives.sdss.spectra import WAVE, gap, on_grid
from obafgkm.errors import ArchiveFileError

__all__ = ["FWHM", "LIBRARY", "MEDIUM", "WAVE", "read_spectrum", "spectrum_files"]

LIBRARY = "lamost"
FWHM = 3.05  # Angstrom: R = 1800 near 5500 Angstrom, with slits of two thirds of the fibre's width
MEDIUM = "vacuum"
_PATTERNS = ("**/spec-*.fits", "**/spec-*.fits.gz")
_UNKNOWN = -9000.0  # redshifts and errors at or below this are -9999, "not measured"
_NO_CLASS, _NO_SUBCLASS = "Unknown", "Non"


def spectrum_files(directory):
    """Sorted paths of the files below a directory that hold spectra.

    Raises
    ------
    ArchiveFileError
        If there are none.
    """
    paths = sorted(path for pattern in _PATTERNS for path in Path(directory).glob(pattern))
    if not paths:
        raise ArchiveFileError(directory, f"no spectra {' or '.join(_PATTERNS)} here: put them there")
    return paths


def read_spectrum(file, content):
    """Read one spectrum.

    Parameters
    ----------
    file : str
        Its path; names ending in ``.gz`` are gzipped.
    content : bytes

    Returns
    -------
    labels : dict
        `obafgkm.archives.sdss.labels.COLUMNS`; star and aliases are left empty, as they depend on the other
        spectra.
    flux, ivar : array (4701,)
        On `WAVE`.

    Raises
    ------
    ArchiveFileError
        If it holds no spectrum, or that of a fibre other than its name says.
    """
    name = PurePosixPath(file).name.removesuffix(".gz").removesuffix(".fits")
    if file.endswith(".gz"):
        content = _unpacked(file, content)
    with open_fits(file, content) as hdus:
        header, image = hdus[0].header, np.array(hdus[0].data[:2], float)
        flux, ivar = image
        loglam = header["COEFF0"] + header["COEFF1"] * np.arange(flux.size)
        object_class = header["CLASS"].strip().replace(_NO_CLASS, "").upper()
        subclass = header["SUBCLASS"].strip().removeprefix(_NO_SUBCLASS)
        labels = {
            "name": name.removeprefix("spec-"),
            "class": object_class,
            "subclass": subclass_name(object_class, subclass),
            "subclass_text": subclass,
            "type_text": subclass if object_class == "STAR" else "",
            "z": _measured(header["Z"]),
            "zerr": _measured(header["Z_ERR"]),
            "snr": float(header["SNRG"]),
            "mjd": int(header["LMJD"]),
            "fiberid": int(header["FIBERID"]),
            "specobjid": str(header["OBSID"]),
            "ra": float(header["RA"]),
            "dec": float(header["DEC"]),
            "target": "SKY" if header["FIBERTYP"].strip() == "Sky" else header["OBJTYPE"].strip(),
        }
    own = (
        f"spec-{labels['mjd']}-{header['PLANID'].strip()}_sp{int(header['SPID']):02d}-{labels['fiberid']:03d}"
    )
    if name != own:
        raise ArchiveFileError(file, f"holds the spectrum of {own}, not the one it is named after")
    flux, ivar = on_grid(file, loglam, flux, ivar)
    return {**COLUMNS, **labels, "library": LIBRARY, "file": file, "gap": gap(ivar)}, flux, ivar


def _unpacked(file, content):
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveFileError(
            file, f"truncated, or not gzipped as its name says ({error}): fetch it again"
        ) from error


def _measured(value):
    return float(value) if value > _UNKNOWN else np.nan
