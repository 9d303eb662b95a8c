"""A compact grid of synthetic spectra over the whole HR diagram, and smooth interpolation on it.

The grid is regular in three coordinates: the running number of the Teff node, the position of log g between
the lowest and the highest gravity of stars of that Teff, and [M/H]. Interpolation is a product of cubic
splines in the first two and a parabola in the third. Above 14000 K the metal lines change little and a single
metallicity is used.

Below 3800 K and in all M giants the spectra are only qualitative (see `obafgkm.simulate.molecules`), as they
are above 25000 K, where LTE fails. There is no wind, no emission and no chromosphere.
"""

import hashlib
import shutil
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from obafgkm.errors import ArchiveFileError
from obafgkm.spectroscopy.resolution import gaussian_matrix
from obafgkm.workflow.dependencies import modules

__all__ = ["METALLICITIES", "TEFFS", "StellarGrid", "compute_nodes", "gravity_limits", "node_spectrum"]

TEFFS = np.array(
    [
        *(2850, 3100, 3350, 3600, 3850, 4150, 4500, 4900, 5400, 6000, 6600, 7300),
        *(8000, 8800, 9700, 10800, 12500, 15000, 18500, 23000, 29000, 36000, 43000),
    ],
    float,
)
METALLICITIES = np.array([-1.0, 0.0, 0.5])
_PLACES = np.linspace(0, 1, 5)
_ONE_METALLICITY_FROM = 14000.0

# Stored pixels: fine in the range of ELODIE, coarser where only CFLIB extends. FWHM and step in Angstrom.
_STORED = ((3450.0, 3890.0, 1.0, 0.4), (3890.0, 6810.0, 0.57, 0.2), (6810.0, 9500.0, 1.0, 0.4))
_STEP = 1e-4
_JUMPS = (3668.0, 8361.0)
_KNOTS = np.sort(
    np.concatenate([np.arange(3440.0, 9511.0, 30.0)] + [[jump - 0.05, jump + 0.05] for jump in _JUMPS])
)
# Teff and log g: the Eddington limit and the brightest supergiants; the main sequence and its lower edge.
_LOWEST = (
    [2850, 3600, 4500, 5500, 7000, 8500, 10000, 12500, 15000, 20000, 25000, 30000, 36000, 43000],
    [-0.3, 0.0, 0.3, 0.7, 1.0, 1.3, 1.6, 2.0, 2.3, 2.7, 3.0, 3.2, 3.4, 3.7],
)
_HIGHEST = ([2850, 4000, 5500, 7000, 20000, 43000], [5.2, 5.1, 4.8, 4.6, 4.6, 4.4])
_SPEED_OF_LIGHT = 299792.458


def gravity_limits(teff):
    """Lowest and highest log g of stars at ``teff``: the most luminous supergiants and the main sequence.

    Parameters
    ----------
    teff : array-like of float (n,)

    Returns
    -------
    low, high : array of float (n,)
    """
    return tuple(np.interp(np.log10(teff), np.log10(t), logg) for t, logg in (_LOWEST, _HIGHEST))


def _pixels():
    """Wavelengths and FWHM of the stored pixels."""
    parts = [(np.arange(low, high, step), fwhm) for low, high, fwhm, step in _STORED]
    return np.concatenate([w for w, _ in parts]), np.concatenate([np.full(w.size, f) for w, f in parts])


def _synthesis_wavelengths():
    """Steps of 4 km/s, 8 km/s where the stored pixels are coarse."""
    limits = ((3440.0, 3885.0, 8.0), (3885.0, 6815.0, 4.0), (6815.0, 9510.0, 8.0))
    parts = [
        low * np.exp(np.arange(0, np.log(high / low), step / _SPEED_OF_LIGHT)) for low, high, step in limits
    ]
    return np.concatenate(parts)


def node_spectrum(teff, logg, metallicity):
    """One spectrum directly from the synthesis, as stored in the grid (a few seconds).

    Returns
    -------
    normalised : array of float32 (n_pix,)
        On the grid's own pixels, at their resolution.
    log_continuum : array of float32 (n_knots,)
        Natural logarithm of the surface flux of the continuum, erg/s/cm^2/Angstrom.
    """
    from obafgkm.simulate.synthesis import synthesise

    fine = _synthesis_wavelengths()
    normalised, continuum, _ = synthesise(teff, logg, metallicity, fine)
    pixels, fwhm = _pixels()
    degraded = gaussian_matrix(fine, pixels, fwhm) @ normalised
    return degraded.astype("f4"), np.interp(_KNOTS, fine, np.log(continuum)).astype("f4")


def _compute_part(path, teff, metallicity):
    """All gravities of one Teff and metallicity; existing parts are kept."""
    if path.exists():
        return
    low, high = gravity_limits(teff)
    spectra = [node_spectrum(teff, logg, metallicity) for logg in low + _PLACES * (high - low)]
    flux, log_continuum = (np.stack(x) for x in zip(*spectra, strict=True))
    unfinished = path.with_suffix(".tmp.npz")
    np.savez(unfinished, flux=flux, log_continuum=log_continuum)
    unfinished.rename(path)


def compute_nodes(path, workers=1, n_components=150):
    """Synthesise every node and store the grid (about half an hour of one core).

    Finished parts are kept in a directory beside ``path``, so that a second run resumes where the first was
    stopped.

    Parameters
    ----------
    path : path-like
        The ``.npz`` file to write.
    workers : int
        Processes.
    n_components : int
        Principal components kept.

    Returns
    -------
    float
        Rms of the difference between the stored and the synthesised normalised fluxes; also in the file.
    """
    path = Path(path)
    parts = path.with_suffix(f".{_physics()}.parts")
    parts.mkdir(parents=True, exist_ok=True)
    jobs = [(parts / f"m{m:+.1f}_t{t:.0f}.npz", t, m) for m in METALLICITIES for t in TEFFS]
    wanted = [job for job in jobs if job[2] == 0 or job[1] < _ONE_METALLICITY_FROM]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(_compute_part, *zip(*wanted, strict=True), chunksize=-(-len(wanted) // workers // 4)))
    names = [job[0] if job in wanted else parts / f"m{0:+.1f}_t{job[1]:.0f}.npz" for job in jobs]
    shape = (METALLICITIES.size, TEFFS.size, _PLACES.size, -1)
    flux, log_continuum = (
        np.stack(spectra).reshape(shape).transpose(1, 2, 0, 3)
        for spectra in zip(*map(_read_part, names), strict=True)
    )
    rms = _store(path, flux, log_continuum, n_components)
    shutil.rmtree(parts)
    return rms


def _physics():
    """Checksum of everything that determines the node spectra: this module, its imports, the line list."""
    here = Path(__file__)
    files = [here, *modules(here), here.with_name("line_list.txt")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _read_part(path):
    with np.load(path) as part:
        return part["flux"], part["log_continuum"]


def _store(path, flux, log_continuum, n_components):
    """Principal components of the line depths.

    Each is scaled by its contribution to a spectrum and rounded to `_STEP`: faint components become small
    integers, which compress well, and all have the same absolute precision.
    """
    shape, depth = flux.shape[:3], 1 - flux.reshape(-1, flux.shape[-1])
    mean = depth.mean(0)
    u, s, vt = np.linalg.svd(depth - mean, full_matrices=False)
    components = s[:n_components, np.newaxis] / np.sqrt(len(depth)) * vt[:n_components]
    components = np.round(components / _STEP).astype("i2")
    coefficients = u[:, :n_components] * np.sqrt(len(depth))
    residual = depth - mean - coefficients @ (components * np.float32(_STEP))
    rms = float(np.sqrt(np.mean(residual**2)))
    np.savez_compressed(
        path,
        mean=mean.astype("f2"),
        components=components,
        coefficients=coefficients.reshape(*shape, -1).astype("f4"),
        log_continuum=log_continuum.astype("f4"),
        residual_rms=rms,
    )
    return rms


class StellarGrid:
    """Normalised flux and continuum of any star, by interpolation between the nodes.

    Parameters
    ----------
    mean : array (n_pix,)
        Mean depth below the continuum.
    components : array of int (n_components, n_pix)
        In units of 1e-4.
    coefficients : array (n_teff, n_gravity, n_metallicity, n_components)
    log_continuum : array (n_teff, n_gravity, n_metallicity, n_knots)
    residual_rms : float
        Rms residual of the principal components.

    Attributes
    ----------
    wave : array (n_pix,)
        Air wavelengths in Angstrom, 3450-9500; the step changes at 3890 and 6810.
    fwhm : array (n_pix,)
        Resolution in Angstrom at each of them.
    """

    def __init__(self, mean, components, coefficients, log_continuum, residual_rms):
        self.wave, self.fwhm = _pixels()
        self.mean = np.asarray(mean, "f4")
        self.components = np.asarray(components, "f4") * np.float32(_STEP)
        self.residual_rms = float(residual_rms)
        self._n_components = len(self.components)
        self._table = np.concatenate([coefficients, log_continuum], axis=-1).astype(float)

    @classmethod
    def load(cls, path=None):
        """Read a grid of `compute_nodes`; by default the one in the package.

        Raises
        ------
        ArchiveFileError
            If the file is not a grid of this version.
        """
        path = files(__package__).joinpath("stellar_nodes.npz") if path is None else Path(path)
        try:
            with path.open("rb") as file, np.load(file) as stored:
                grid = cls(**stored)
        except (OSError, ValueError, TypeError) as error:
            raise ArchiveFileError(path, f"not a readable grid of stellar spectra ({error})") from error
        if grid.mean.size != grid.wave.size:
            raise ArchiveFileError(path, "made with other pixels than this version's; compute it again")
        return grid

    def clip(self, teff, logg, feh):
        """Labels moved to the nearest point of the grid: Teff first, then log g at that Teff, then [M/H]."""
        teff = np.clip(np.asarray(teff, float), TEFFS[0], TEFFS[-1])
        low, high = gravity_limits(teff)
        return teff, np.clip(logg, low, high), np.clip(feh, METALLICITIES[0], METALLICITIES[-1])

    def _interpolate(self, teff, logg, feh):
        """Component coefficients (n, n_components) and continua (n, n_knots), both float32."""
        teff, logg, feh = self.clip(*np.broadcast_arrays(np.atleast_1d(teff), logg, feh))
        low, high = gravity_limits(teff)
        weights = (
            _TEFF_SPLINE(np.log(teff)),
            _PLACE_SPLINE((logg - low) / (high - low)),
            _lagrange(METALLICITIES, feh),
        )
        values = np.empty((teff.size, self._table.shape[-1]))
        flat = self._table.reshape(-1, self._table.shape[-1])
        for i in range(0, teff.size, 1000):
            part = [w[i : i + 1000] for w in weights]
            values[i : i + 1000] = np.einsum("ni,nj,nk->nijk", *part).reshape(len(part[0]), -1) @ flat
        return np.split(values.astype("f4"), [self._n_components], axis=1)

    def __call__(self, teff, logg, feh):
        """Spectra on the grid's own pixels.

        Parameters
        ----------
        teff, logg, feh : array-like (n,)
            K, log cm/s^2, [M/H]; clipped to the grid.

        Returns
        -------
        normalised, continuum : array of float32 (n, n_pix)
            Flux over continuum, and the continuum's surface flux in erg/s/cm^2/Angstrom.
        """
        coefficients, log_continuum = self._interpolate(teff, logg, feh)
        normalised = 1 - self.mean - coefficients @ self.components
        return normalised.clip(0), np.exp(_at_pixels(self.wave, log_continuum))

    def continuum(self, teff, logg, feh):
        """Only the continuum, as from `__call__`."""
        return np.exp(_at_pixels(self.wave, self._interpolate(teff, logg, feh)[1]))


def _at_pixels(wave, values):
    """Values at the knots (n, n_knots) interpolated linearly to wavelengths."""
    i = np.clip(np.searchsorted(_KNOTS, wave) - 1, 0, _KNOTS.size - 2)
    u = ((wave - _KNOTS[i]) / (_KNOTS[i + 1] - _KNOTS[i])).astype("f4")
    return values[:, i] * (1 - u) + values[:, i + 1] * u


def _lagrange(nodes, x):
    """Weights (n, n_nodes) of the polynomial through all nodes."""
    weights = np.ones((x.size, nodes.size))
    for i, node in enumerate(nodes):
        for other in np.delete(nodes, i):
            weights[:, i] *= (x - other) / (node - other)
    return weights


_TEFF_SPLINE = CubicSpline(np.log(TEFFS), np.eye(TEFFS.size))
_PLACE_SPLINE = CubicSpline(_PLACES, np.eye(_PLACES.size))
