"""The PHOENIX grid of synthetic spectra: Husser et al. 2013, A&A 553, A6 (Göttingen), high resolution.

One FITS file per node, ``PHOENIX-ACES-AGSS-COND-2011/Z<[M/H]>/lte*-HiRes.fits``, whose primary image is the
flux in erg/s/cm^2/cm; the common wavelengths, in vacuum, are the image of a further file. The resolving power
is 500,000 in the optical. There is no continuum.
"""

from pathlib import Path

import numpy as np
from astropy.io import fits

from obafgkm.archives import OPTICAL_MODELS, fits_bytes, open_fits
from obafgkm.errors import ArchiveFileError
from obafgkm.spectroscopy.wavelengths import airtovac, vactoair

__all__ = ["FEH", "TEFF", "WAVE_FILE", "file_name", "gravities", "read", "write"]

TEFF = np.concatenate([np.arange(2300.0, 7001.0, 100.0), np.arange(7200.0, 12001.0, 200.0)])
FEH = np.array([-4.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0])
WAVE_FILE = "WAVE_PHOENIX-ACES-AGSS-COND-2011.fits"

_SET = "PHOENIX-ACES-AGSS-COND-2011"
_PER_CM = 1e8  # Angstrom per centimetre


def gravities(teff):
    """log g of the nodes; a few of the hottest stars of low gravity have no file."""
    return np.arange(0.0, 6.01, 0.5)


def file_name(teff, logg, feh):
    """Path of the file of one node below the archive's address, at solar alpha abundance.

    Parameters
    ----------
    teff, logg, feh : float
        K, log cm/s^2, [M/H].
    """
    metallicity = f"{feh:+.1f}" if feh else "-0.0"
    return f"{_SET}/Z{metallicity}/lte{teff:05.0f}-{logg:.2f}{metallicity}.{_SET}-HiRes.fits"


def read(directory, teff, logg, feh):
    """One spectrum within `OPTICAL_MODELS`.

    Parameters
    ----------
    directory : path-like
    teff, logg, feh : float
        A node.

    Returns
    -------
    wave, flux : arrays (n_pix,)
        Angstrom in air; erg/s/cm^2/Angstrom.
    continuum : None

    Raises
    ------
    ArchiveFileError
        If a file is missing, truncated or not from this archive.
    """
    path = Path(directory) / file_name(teff, logg, feh)
    vacuum, flux = _image(Path(directory) / WAVE_FILE), _image(path)
    if vacuum.size != flux.size:
        raise ArchiveFileError(
            path, f"has {flux.size} pixels where {WAVE_FILE} has {vacuum.size}: fetch both again"
        )
    kept = (vacuum > OPTICAL_MODELS[0]) & (vacuum < OPTICAL_MODELS[1])
    return vactoair(vacuum[kept]), flux[kept] / _PER_CM, None


def _image(path):
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ArchiveFileError(path, "missing: fetch it again") from error
    with open_fits(path, content) as hdus:
        return np.array(hdus[0].data, float).ravel()


def write(directory, teff, logg, feh, wave, flux, continuum=None):
    """Write one spectrum and the common wavelengths in the format of the archive; see `read`."""
    flux_hdu = fits.PrimaryHDU(np.asarray(flux * _PER_CM, "f4"))
    for key, value in {"PHXTEFF": teff, "PHXLOGG": logg, "PHXM_H": feh, "BUNIT": "erg/s/cm^2/cm"}.items():
        flux_hdu.header[key] = value
    for name, hdu in (
        (file_name(teff, logg, feh), flux_hdu),
        (WAVE_FILE, fits.PrimaryHDU(airtovac(wave))),
    ):
        path = Path(directory) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fits_bytes(hdu))
