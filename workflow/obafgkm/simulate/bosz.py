"""The BOSZ grid of Mészáros et al. 2024 (MAST): where its spectra are, how they are read and written.

A published grid becomes one like our own through `store_nodes`, nodes and all.
"""

import gzip
from urllib.parse import quote

import numpy as np

from obafgkm.errors import ArchiveFileError
from obafgkm.simulate.grids import store_nodes

__all__ = ["file_name", "read_bosz", "store_bosz", "url", "write_bosz"]

_ARCHIVE = "https://archive.stsci.edu/hlsps/bosz/bosz2024"
_PLANE_MARCS_FROM = 3.5  # log g; below, the MARCS models are spherical
_ATLAS_ABOVE = 8000.0  # K; both kinds exist from 7500 K


def file_name(teff, logg, feh, microturbulence=2, resolution="rorig"):
    """Name of the file of one node, at solar alpha and carbon abundances.

    Parameters
    ----------
    teff, logg, feh : float
        K, log cm/s^2, [M/H]; a node of BOSZ.
    microturbulence : int
        km/s: 0, 1, 2 or 4.
    resolution : str
        ``rorig``: as computed.
    """
    atmosphere = "ap" if teff > _ATLAS_ABOVE else "mp" if logg >= _PLANE_MARCS_FROM else "ms"
    return (
        f"bosz2024_{atmosphere}_t{teff:.0f}_g{logg:+.1f}_m{_signed(feh)}_a+0.00_c+0.00_v{microturbulence}_"
        f"{resolution}_noresam.txt.gz"
    )


def _signed(feh):
    return f"{feh + 0.0:+.2f}"  # no -0.00


def url(teff, logg, feh, **settings):
    """Address of the file of one node; see `file_name`."""
    resolution = settings.get("resolution", "rorig")
    name = file_name(teff, logg, feh, **settings)
    return f"{_ARCHIVE}/{resolution}/{quote(f'm{_signed(feh)}')}/{quote(name)}"


def read_bosz(path, wave):
    """Normalised flux of one file at air wavelengths within its range.

    Parameters
    ----------
    path : path
        Columns wavelength (Angstrom, in air above 2000), flux and continuum; gzipped.
    wave : array (n_pix,)

    Returns
    -------
    array (n_pix,)

    Raises
    ------
    ArchiveFileError
        If the file cannot be read or does not cover the wavelengths.
    """
    try:
        own, flux, continuum = np.loadtxt(path, unpack=True, ndmin=2)
    except (OSError, EOFError, ValueError) as error:
        raise ArchiveFileError(path, f"not a readable spectrum of BOSZ ({error})") from error
    if own[0] > wave[0] or own[-1] < wave[-1]:
        raise ArchiveFileError(
            path, f"covers {own[0]:.0f}-{own[-1]:.0f} Å, not {wave[0]:.0f}-{wave[-1]:.0f} Å"
        )
    return np.interp(wave, own, flux / continuum)


def write_bosz(path, wave, flux, continuum):
    """Write one file as the archive does."""
    with gzip.open(path, "wt") as file:
        np.savetxt(file, np.transpose([wave, flux, continuum]), fmt=["%.5f", "%.6e", "%.6e"])


def store_bosz(description, directory, path):
    """Make a grid of ours, that `SyntheticGrid` reads, of the files of a directory.

    Parameters
    ----------
    description : GridDescription
        Its nodes must be nodes of BOSZ.
    directory : pathlib.Path
        One file a node, as `file_name` calls it.
    path : path
        ``.npz`` to write.

    Returns
    -------
    float
        See `store_nodes`.
    """
    flux = [
        [
            [read_bosz(directory / file_name(teff, logg, feh), description.pixels) for feh in description.feh]
            for logg in description.gravities(teff)
        ]
        for teff in description.teff
    ]
    return store_nodes(description, np.array(flux), np.ones(np.shape(flux)[:3], bool), path)
