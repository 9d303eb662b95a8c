"""Node grids of high-resolution spectra, and interpolation of tens of thousands of random stars.

A grid is regular in Teff, in [M/H] and in the position of log g between the lowest gravity at a Teff and the
overall highest: hot stars of low gravity, unbound by radiation, have no node. Its spectra are normalised,
without rotation or instrumental broadening, on wavelengths uniform in ln λ, so that rotation and resolving
power become a single multiplication in Fourier space.
"""

import functools
import json
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import scipy.fft
from scipy.interpolate import CubicSpline
from scipy.sparse import csr_matrix
from scipy.special import j1

from obafgkm.errors import ArchiveFileError, ObafgkmError
from obafgkm.simulate.synthesis import OWN_PHYSICS, synthesise

__all__ = ["GridDescription", "SyntheticGrid", "compute_part", "gather_parts"]

_SPEED_OF_LIGHT = 299792.458
_SIGMA_PER_FWHM = 1 / np.sqrt(8 * np.log(2))
_FASTEST = 320.0  # km/s; spectra wrap round at their ends, over this much of padding


@dataclass(frozen=True)
class GridDescription:
    """The definition of a grid of nodes.

    Attributes
    ----------
    teff, feh : tuple of float
        Nodes, increasing: K, [M/H].
    lowest_logg : tuple of (float, float)
        Teff and lowest log g there; linear in between.
    highest_logg : float
    n_logg : int
        Nodes in log g at each Teff.
    wave : (float, float)
        First and last air wavelength in Angstrom.
    step : float
        Pixel in km/s.
    """

    teff: tuple
    feh: tuple
    lowest_logg: tuple
    highest_logg: float
    n_logg: int
    wave: tuple
    step: float

    @classmethod
    def from_dict(cls, settings):
        """Create from a section ``model_grids.grids.<name>`` of the configuration; lists become tuples."""
        return cls(**{key: _frozen(value) for key, value in settings.items()})

    @property
    def pixels(self):
        """Air wavelengths of the stored pixels in Angstrom."""
        first, last = self.wave
        n = int(np.log(last / first) * _SPEED_OF_LIGHT / self.step) + 1
        return first * np.exp(np.arange(n) * self.step / _SPEED_OF_LIGHT)

    def lowest(self, teff):
        """Lowest log g at each Teff."""
        return np.interp(teff, *zip(*self.lowest_logg, strict=True))

    def gravities(self, teff):
        """log g of the nodes at one Teff."""
        return np.linspace(self.lowest(teff), self.highest_logg, self.n_logg)

    def place(self, teff, logg):
        """Position of a star between the lowest (0) and the highest (1) gravity at its Teff."""
        low = self.lowest(teff)
        return (logg - low) / (self.highest_logg - low)

    def check(self, teff, logg, feh, path="labels"):
        """Raise an ObafgkmError that names the first star outside the grid."""
        place = self.place(teff, logg)
        outside = (
            (teff < self.teff[0])
            | (teff > self.teff[-1])
            | (feh < self.feh[0])
            | (feh > self.feh[-1])
            | (place < -1e-9)
            | (place > 1 + 1e-9)
        )
        if outside.any():
            i = np.flatnonzero(outside)[0]
            raise ObafgkmError(
                f"{path}: Teff {teff[i]:g} K, log g {logg[i]:g}, [M/H] {feh[i]:g} is outside the grid of "
                f"{self.teff[0]:g}-{self.teff[-1]:g} K, log g {self.lowest(teff[i]):.2f}-"
                f"{self.highest_logg:g} there, [M/H] {self.feh[0]:g} to {self.feh[-1]:g}"
            )


def _frozen(value):
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


# ------------------------------------------------------------------------------------------------ the nodes


def compute_part(description, part, path, physics=OWN_PHYSICS):
    """Synthesise the nodes of one metallicity, one after another (about a second each).

    The opacity tables take 15 s per metallicity and process, hence this division. Each finished node is a
    file in a directory beside `path`, so that a killed run resumes with the next node.

    Parameters
    ----------
    description : GridDescription
    part : int
        Number of the metallicity.
    path : path
        ``.npz`` file to write: ``flux`` (n_teff, n_logg, n_pix), ``stable`` (n_teff, n_logg), ``source``.
    physics : obafgkm.simulate.synthesis.Physics
    """
    path, wave = Path(path), description.pixels
    finished = path.with_suffix(f".{physics.digest(description.feh[part])}.nodes")
    finished.mkdir(parents=True, exist_ok=True)
    nodes = [
        _node(finished, teff, logg, description.feh[part], wave, physics)
        for teff in description.teff
        for logg in description.gravities(teff)
    ]
    shape = len(description.teff), description.n_logg
    flux, stable = zip(*nodes, strict=True)
    np.savez(
        path, flux=np.reshape(flux, (*shape, -1)), stable=np.reshape(stable, shape), source=physics.source
    )
    for file in finished.iterdir():
        file.unlink()
    finished.rmdir()


def _node(directory, teff, logg, feh, wave, physics):
    """Flux and stability of one node, from its file if there is one for these wavelengths."""
    path = directory / f"t{teff:.0f}_g{logg:.4f}_m{feh:+.2f}_{wave[0]:.2f}_{wave.size}.npz"
    if not path.exists():
        flux, _, stable = synthesise(teff, logg, feh, wave, physics)
        partial = path.with_suffix(".part.npz")
        np.savez(partial, flux=flux.astype("f4"), stable=stable)
        partial.rename(path)
    with np.load(path) as node:
        return node["flux"], node["stable"]


def gather_parts(description, parts, path, leave_out=1e-4, n_components=200):
    """Store the nodes of all metallicities as principal components of their line depths.

    Components are scaled by their contribution to a spectrum and rounded to integers in units of a step,
    which adds an error of half the residual of the components: faint ones become small integers, which
    compress well.

    Parameters
    ----------
    description : GridDescription
    parts : list of path
        Files of `compute_part`, in the order of the metallicities.
    path : path
        The grid's ``.npz`` file.
    leave_out : float
        Largest rms residual of normalised flux; with `n_components` it sets the number of components kept.

    Returns
    -------
    float
        Rms of the difference between the stored and the synthesised spectra.
    """
    flux, stable, sources = zip(*map(_read_part, parts), strict=True)
    source = ", ".join(sorted(set(sources)))
    return store_nodes(
        description, np.stack(flux, 2), np.stack(stable, 2), path, leave_out, n_components, source
    )


def _read_part(path):
    with np.load(path) as part:
        return part["flux"], part["stable"], str(part["source"])


def store_nodes(description, flux, stable, path, leave_out=1e-4, n_components=200, source=OWN_PHYSICS.source):
    """Store a grid; `flux` is (n_teff, n_logg, n_feh, n_pix), normalised. See `gather_parts`."""
    depth = (1 - flux).reshape(-1, flux.shape[-1]).astype(float)
    mean = depth.mean(axis=0)
    values, vectors = np.linalg.eigh((depth - mean) @ (depth - mean).T)
    values, vectors = values[::-1].clip(0), vectors[:, ::-1]
    lost = np.sqrt((values.sum() - values.cumsum()).clip(0) / depth.size)
    kept = min(int(np.argmax(lost < leave_out)) + 1, n_components)
    coefficients = vectors[:, :kept] * np.sqrt(len(depth))
    components = coefficients.T @ (depth - mean) / len(depth)
    step = max(lost[kept - 1] / np.sqrt(kept / 3), np.abs([mean, *components]).max() / 32767)
    mean, components = np.round(mean / step).astype("i2"), np.round(components / step).astype("i2")
    rms = float(np.sqrt(np.mean((depth - step * (mean + coefficients @ components)) ** 2)))
    with open(path, "wb") as file:
        np.savez_compressed(
            file,
            description=json.dumps(asdict(description)),
            step=step,
            mean=mean,
            components=components,
            coefficients=coefficients.reshape(*flux.shape[:3], -1).astype("f4"),
            stable=stable,
            residual_rms=rms,
            source=source,
        )
    return rms


# --------------------------------------------------------------------------------------- between the nodes


class SyntheticGrid:
    """Normalised spectra of any stars within a grid, with rotation, at any resolving power.

    The coefficients of the principal components are interpolated by a product of cubic splines in Teff, the
    position of log g, and [M/H].

    Parameters
    ----------
    description : GridDescription
    mean : array (n_pix,)
        Mean depth below the continuum.
    components : array (n_components, n_pix)
        In units of depth.
    coefficients : array (n_teff, n_logg, n_feh, n_components)
    stable : array of bool (n_teff, n_logg, n_feh)
        Whether gravity holds the node's atmosphere against radiation at every depth.
    residual_rms : float
        Rms residual of the components at the nodes.
    source : str
        The models behind its spectra.
    limb_darkening : float
        Linear coefficient.
    """

    def __init__(
        self,
        description,
        mean,
        components,
        coefficients,
        stable,
        residual_rms,
        source=OWN_PHYSICS.source,
        limb_darkening=0.6,
    ):
        self.description, self.stable, self.residual_rms = description, stable, float(residual_rms)
        self.source = source
        self.wave, self._limb_darkening = description.pixels, limb_darkening
        axes = description.teff, np.linspace(0, 1, description.n_logg), description.feh
        self._splines = [CubicSpline(axis, np.eye(len(axis))) for axis in axes]
        self._coefficients = np.asarray(coefficients, "f4").reshape(-1, coefficients.shape[-1])
        self._depths = np.concatenate([mean[np.newaxis], components]).astype("f4")

    @classmethod
    def load(cls, grid, expected=None):
        """Read a grid of `gather_parts`.

        Parameters
        ----------
        grid : str or path
            Name of a grid kept in the package (``a_stars``, ``fgk_stars``, ``saldic``), or a file.
        expected : GridDescription, optional
            The required definition.

        Raises
        ------
        ArchiveFileError
            If the file is not a grid, or not the expected one.
        """
        kept = files(__package__).joinpath("grids", f"{grid}.npz")
        path = kept if kept.is_file() else Path(grid)
        try:
            with path.open("rb") as file, np.load(file) as stored:
                description = GridDescription.from_dict(json.loads(str(stored["description"])))
                mean, components = (
                    stored[name] * np.float32(stored["step"]) for name in ("mean", "components")
                )
                rest = [stored[name] for name in ("coefficients", "stable", "residual_rms")]
                if "source" in stored.files:  # the grids in the package use its own physics
                    rest.append(str(stored["source"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArchiveFileError(path, f"not a readable grid of synthetic spectra ({error})") from error
        if expected not in (None, description):
            raise ArchiveFileError(
                path,
                "has other nodes, wavelengths or pixels than model_grids.grids of the configuration: set its "
                "source in model_grids.sources to 'synthesised', or take the default grids",
            )
        return cls(description, mean, components, *rest)

    def left_out_errors(self):
        """Interpolation errors at left-out nodes, one inner node of one axis at a time.

        Neighbouring nodes are then twice as far apart as in use, so that these errors are upper limits.

        Returns
        -------
        dict of str to array
            Rms over the pixels, for each node left out along ``teff``, ``logg``, ``feh``.
        """
        power = np.mean(self._depths[1:] ** 2, axis=1)  # components are orthogonal
        errors = {}
        for number, name in enumerate(("teff", "logg", "feh")):
            nodes = np.moveaxis(self._coefficients.reshape(*self.stable.shape, -1), number, 0)
            axis = self._splines[number].x
            wrong = []
            for i in range(1, len(axis) - 1):
                others = np.arange(len(axis)) != i
                difference = CubicSpline(axis[others], nodes[others])(axis[i]) - nodes[i]
                wrong.append(np.sqrt(difference**2 @ power).ravel())
            errors[name] = np.concatenate(wrong)
        return errors

    def _combine(self, teff, logg, feh):
        """Coefficients of the mean and of each component for every star: (n, 1 + n_components)."""
        self.description.check(teff, logg, feh)
        place = self.description.place(teff, logg)
        weights = [spline(x) for spline, x in zip(self._splines, (teff, place, feh), strict=True)]
        nodes = np.einsum("ni,nj,nk->nijk", *weights).reshape(len(teff), -1).astype("f4")
        return np.concatenate([np.ones((len(teff), 1), "f4"), nodes @ self._coefficients], axis=1)

    def spectra(self, teff, logg, feh):
        """Spectra on the grid's own pixels, without rotation: (n, n_pix)."""
        return 1 - self._combine(*map(np.atleast_1d, (teff, logg, feh))) @ self._depths

    @functools.cached_property
    def _transformed(self):
        """Fourier transforms of mean and components, padded with a taper that connects the two ends.

        They are stored as pairs of real numbers, as a real product takes half the work of a complex one.
        """
        n, pad = self.wave.size, int(_FASTEST / self.description.step)
        length = scipy.fft.next_fast_len(n + 2 * pad, real=True)
        padded = np.zeros((len(self._depths), length), "f4")
        padded[:, :n] = self._depths
        fall = np.linspace(0, 1, length - n, dtype="f4")
        padded[:, n:] = self._depths[:, -1:] * (1 - fall) + self._depths[:, :1] * fall
        return length, scipy.fft.rfft(padded, axis=1).astype("c8").view("f4")

    def sample(self, labels, wave, resolving_power=None, chunk=100):
        """Spectra of many stars, in chunks.

        Parameters
        ----------
        labels : DataFrame
            ``teff`` (K), ``logg``, ``feh`` ([M/H]), ``vsini`` (km/s).
        wave : array (n_pix,)
            Air wavelengths in Angstrom, inside the grid's range by v sin i at either end.
        resolving_power : float or None
            λ / FWHM of a Gaussian profile; None for no broadening.
        chunk : int
            Stars per chunk.

        Yields
        ------
        array of float32 (at most `chunk`, n_pix)
            Flux over continuum, in the order of the labels.

        Raises
        ------
        ObafgkmError
            If a star or a wavelength is outside the grid.
        """
        step, (length, transformed) = self.description.step, self._transformed
        resampling = self._resampling(wave, labels["vsini"].max(), length)
        frequency = (2 * np.pi / (length * step) * np.arange(length // 2 + 1)).astype("f4")
        sigma = _SPEED_OF_LIGHT / resolving_power * _SIGMA_PER_FWHM if resolving_power else 0.0
        instrument = np.exp(-0.5 * (sigma * frequency) ** 2).astype("f4")
        table = _rotation_table(float(frequency[-1]) * _FASTEST, self._limb_darkening)
        for first in range(0, len(labels), chunk):
            stars = labels[first : first + chunk]
            teff, logg, feh, vsini = (
                stars[name].to_numpy(float) for name in ("teff", "logg", "feh", "vsini")
            )
            spectra = (self._combine(teff, logg, feh) @ transformed).view("c8")
            for spectrum, speed in zip(spectra, vsini.astype("f4"), strict=True):  # fits into the cache
                spectrum *= _look_up(table, speed * frequency) * instrument
            depths = scipy.fft.irfft(spectra, n=length, axis=1, overwrite_x=True)
            yield 1 - np.stack([resampling @ depth for depth in depths])

    def _resampling(self, wave, fastest, length):
        """Matrix of cubic Lagrange interpolation from the grid's pixels to `wave`."""
        wave, margin = np.asarray(wave, float), 1 + fastest / _SPEED_OF_LIGHT
        position = np.log(wave / self.wave[0]) * _SPEED_OF_LIGHT / self.description.step
        if fastest > _FASTEST or wave[0] / margin < self.wave[1] or wave[-1] * margin > self.wave[-3]:
            raise ObafgkmError(
                f"wavelengths {wave[0]:.1f}-{wave[-1]:.1f} Å at v sin i up to {fastest:g} km/s reach beyond "
                f"the grid's {self.wave[0]:.1f}-{self.wave[-1]:.1f} Å and {_FASTEST:g} km/s"
            )
        left = np.floor(position).astype(int)
        u = position - left
        weights = np.stack(
            [
                -u * (u - 1) * (u - 2) / 6,
                (u + 1) * (u - 1) * (u - 2) / 2,
                -(u + 1) * u * (u - 2) / 2,
                (u + 1) * u * (u - 1) / 6,
            ],
            axis=1,
        )
        columns = left[:, np.newaxis] + np.arange(-1, 3)
        rows = np.arange(0, 4 * wave.size + 1, 4)
        return csr_matrix((weights.ravel().astype("f4"), columns.ravel(), rows), shape=(wave.size, length))


def rotation_transform(x, limb_darkening):
    """Fourier transform of the profile of a rotating sphere (Gray 2005, eq. 18.14), 1 at frequency 0.

    Parameters
    ----------
    x : array
        Angular frequency times v sin i.
    limb_darkening : float
        Linear coefficient.
    """
    x = np.maximum(x, 1e-2)  # below which the transform is 1 to within 1e-5
    flat = 2 * (1 - limb_darkening) * np.pi * j1(x) / x
    dark = 2 * np.pi * limb_darkening * (np.sin(x) - x * np.cos(x)) / x**3
    return (flat + dark) / (np.pi * (1 - limb_darkening / 3))


@functools.lru_cache(maxsize=4)
def _rotation_table(highest, limb_darkening):
    """Table of `rotation_transform` up to `highest`: values, increments, and step.

    Value and increment form one complex number, so that one look-up fetches both.
    """
    x, step = np.linspace(0, highest, 400001, retstep=True)
    values = rotation_transform(x, limb_darkening)
    return (values + 1j * np.diff(values, append=values[-1])).astype("c8"), np.float32(step)


def _look_up(table, x):
    """Linear interpolation in a table that starts at zero."""
    pairs, step = table
    x = x / step
    found = pairs[x.astype(np.intp)]
    x -= np.floor(x)
    x *= found.imag
    x += found.real
    return x
