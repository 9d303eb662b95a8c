"""The BOSZ grid of synthetic spectra: Mészáros et al. 2024, A&A 688, A197 (MAST).

One gzipped text file per node, ``rorig/m<[M/H]>/bosz2024_*.txt.gz``: wavelength (Angstrom, in air above
2000), flux and continuum, at the resolving power of the computation, 200,000 to 600,000.
"""

import gzip
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.archives import OPTICAL_MODELS
from obafgkm.errors import ArchiveFileError

__all__ = ["FEH", "TEFF", "file_name", "gravities", "read", "write"]

TEFF = np.concatenate([np.arange(2800.0, 4001.0, 100.0), np.arange(4250.0, 12001.0, 250.0)])
FEH = np.arange(-2.5, 0.76, 0.25)

_PLANE_MARCS_FROM = 3.5  # log g; below, the MARCS models are spherical
_ATLAS_ABOVE = 8000.0  # K; from 7500 K up both kinds exist


def gravities(teff):
    """log g of the nodes at one Teff."""
    return np.arange(2.0, 5.01, 0.5) if teff >= 7250 else np.arange(-0.5, 5.51, 0.5)


def file_name(teff, logg, feh):
    """Path of the file of one node below the archive's address; solar alpha and carbon, 2 km/s of turbulence.

    Parameters
    ----------
    teff, logg, feh : float
        K, log cm/s^2, [M/H].
    """
    atmosphere = "ap" if teff > _ATLAS_ABOVE else "mp" if logg >= _PLANE_MARCS_FROM else "ms"
    metallicity = f"m{feh + 0.0:+.2f}"  # no -0.00
    node = f"t{teff:.0f}_g{logg:+.1f}_{metallicity}_a+0.00_c+0.00_v2"
    return f"rorig/{metallicity}/bosz2024_{atmosphere}_{node}_rorig_noresam.txt.gz"


def read(directory, teff, logg, feh):
    """One spectrum within `OPTICAL_MODELS`.

    Parameters
    ----------
    directory : path-like
    teff, logg, feh : float
        A node.

    Returns
    -------
    wave, flux, continuum : arrays (n_pix,)
        Angstrom in air; both fluxes in the same units.

    Raises
    ------
    ArchiveFileError
        If the file is missing, truncated or not from this archive.
    """
    path = Path(directory) / file_name(teff, logg, feh)
    try:
        table = pd.read_csv(path, sep=r"\s+", header=None, dtype=float, compression="gzip")
        wave, flux, continuum = table.to_numpy().T
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ArchiveFileError(
            path, f"missing, truncated or no spectrum of BOSZ ({error}): fetch it again"
        ) from error
    kept = (wave > OPTICAL_MODELS[0]) & (wave < OPTICAL_MODELS[1])
    return wave[kept], flux[kept], continuum[kept]


def write(directory, teff, logg, feh, wave, flux, continuum):
    """Write one spectrum in the format of the archive; see `read`."""
    path = Path(directory) / file_name(teff, logg, feh)
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        np.savetxt(file, np.transpose([wave, flux, continuum]), fmt=["%.5f", "%.6e", "%.6e"])
