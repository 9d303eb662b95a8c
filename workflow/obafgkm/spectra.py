"""The container of spectra, and its HDF5 file."""

import contextlib
import json
from dataclasses import dataclass, field

import h5py
import numpy as np
import pandas as pd

from obafgkm.errors import DamagedFileError

__all__ = [
    "Spectra",
    "concatenate",
    "read_chunks",
    "read_labels",
    "read_wave",
    "write_chunks",
    "write_parts",
]


@dataclass
class Spectra:
    """Spectra on one wavelength grid, with their labels.

    Attributes
    ----------
    wave : array (n_pix,)
        Wavelength in Angstrom, increasing.
    flux : array of float32 (n_spec, n_pix)
        Flux per unit wavelength, in relative units unless the archive says otherwise.
    ivar : array of float32 (n_spec, n_pix)
        Inverse variance of the flux; 0 masks a pixel, and 1 is used if the archive gives no errors.
    labels : DataFrame (n_spec rows)
        One row per spectrum.
    medium : {'air', 'vacuum'}
        Medium of the wavelengths.
    fwhm : float
        Spectral resolution, full width at half maximum in Angstrom.
    provenance : dict
        Origin of the spectra, passed on with every number derived from them.
    """

    wave: np.ndarray
    flux: np.ndarray
    ivar: np.ndarray
    labels: pd.DataFrame
    medium: str = "air"
    fwhm: float = np.nan
    provenance: dict = field(default_factory=dict)

    def __post_init__(self):
        self.wave = np.asarray(self.wave, float)
        self.flux = np.asarray(self.flux, np.float32).reshape(-1, self.wave.size)
        self.ivar = np.asarray(self.ivar, np.float32).reshape(-1, self.wave.size)
        self.labels = self.labels.reset_index(drop=True)
        if not len(self.flux) == len(self.ivar) == len(self.labels):
            raise ValueError(
                f"{len(self.flux)} fluxes, {len(self.ivar)} inverse variances and {len(self.labels)} labels: "
                "one of each is needed per spectrum"
            )
        if np.any(np.diff(self.wave) <= 0):
            raise ValueError("wavelengths must increase")
        if self.medium not in {"air", "vacuum"}:
            raise ValueError(f"medium {self.medium!r} is neither 'air' nor 'vacuum'")

    def __len__(self):
        return len(self.labels)

    @property
    def source(self):
        """Origin of the spectra in words: ``simulated``, ``mirror, simulated`` ..."""
        return ", ".join(sorted(set(self.labels["source"]))) or "no spectra"

    def select(self, which):
        """The spectra of a boolean mask or an index array, as a new container."""
        which = np.asarray(which)
        return Spectra(
            self.wave,
            self.flux[which],
            self.ivar[which],
            self.labels.iloc[np.flatnonzero(which) if which.dtype == bool else which],
            self.medium,
            self.fwhm,
            dict(self.provenance),
        )

    def write(self, path):
        """Write to HDF5: ``wave``, ``flux``, ``ivar``, one dataset per label column, the rest as attributes.

        Matrices are stored contiguous and uncompressed, so that random batches can be read fast.
        """
        with h5py.File(path, "w") as file:
            file["flux"], file["ivar"] = self.flux, self.ivar
            _write_frame(file, self.wave, self.medium, self.fwhm, self.provenance)
            _write_labels(file, self.labels)

    @classmethod
    def read(cls, path, rows=slice(None)):
        """Read a file of `write`, `write_parts` or `write_chunks`.

        Parameters
        ----------
        path : path
        rows : slice or increasing array of int
            The spectra to read; all by default.

        Raises
        ------
        DamagedFileError
            If the file is truncated, or is no HDF5 file of spectra.
        """
        with _reading(path) as file:
            flux = file["flux"][rows]
            # Spectra of `write_chunks` have no errors; this array of ones takes no memory.
            ivar = file["ivar"][rows] if "ivar" in file else np.broadcast_to(np.float32(1), flux.shape)
            return cls(
                file["wave"][()],
                flux,
                ivar,
                _labels(file, rows),
                file.attrs["medium"],
                float(file.attrs["fwhm"]),
                json.loads(file.attrs["provenance"]),
            )


def write_parts(path, parts, relabel=None):
    """Write spectra to one HDF5 file part by part, so that they need not fit into memory together.

    Matrices are stored in chunks of a few spectra; `Spectra.read` reads all or some of them.

    Parameters
    ----------
    path : path
    parts : iterable of Spectra
        On one grid; at least one, which may be empty.
    relabel : callable, optional
        Takes the labels of all spectra (DataFrame) once they are known, returns the labels to write.
    """
    labels = []
    with h5py.File(path, "w") as file:
        for part in parts:
            if not labels:
                shape, chunks = (None, part.wave.size), (32, part.wave.size)
                for name in ("flux", "ivar"):
                    file.create_dataset(name, (0, shape[1]), "f4", maxshape=shape, chunks=chunks)
                _write_frame(file, part.wave, part.medium, part.fwhm, part.provenance)
            labels.append(part.labels)
            for name in ("flux", "ivar"):
                first = len(file[name])
                file[name].resize(first + len(part), axis=0)
                file[name][first:] = getattr(part, name)
        labels = pd.concat(labels, ignore_index=True)
        _write_labels(file, relabel(labels) if relabel else labels)


def write_chunks(path, wave, chunks, labels, fwhm=np.nan, provenance=None):
    """Write spectra without errors that do not fit into memory; `Spectra.read` reads them.

    Parameters
    ----------
    path : path
    wave : array (n_pix,)
        Air wavelengths in Angstrom.
    chunks : iterable of arrays (n, n_pix)
        The flux of part of the spectra at a time, in the order of the labels.
    labels : DataFrame
    fwhm, provenance
        See `Spectra`.

    Raises
    ------
    ValueError
        If the numbers of spectra and labels differ.
    """
    with h5py.File(path, "w") as file:
        flux, done = file.create_dataset("flux", (len(labels), wave.size), "f4"), 0
        for chunk in chunks:
            flux[done : done + len(chunk)] = chunk
            done += len(chunk)
        if done != len(labels):
            raise ValueError(f"{done} spectra came for {len(labels)} labels")
        _write_frame(file, wave, "air", fwhm, provenance or {})
        _write_labels(file, labels)


def read_chunks(path, first, last, chunk=200):
    """Fluxes of the spectra from number `first` up to (excluding) `last`, a few at a time.

    Yields
    ------
    array of float32 (at most `chunk`, n_pix)

    Raises
    ------
    DamagedFileError
        If the file is truncated, or is no HDF5 file of spectra.
    """
    with _reading(path) as file:
        for start in range(first, last, chunk):
            yield file["flux"][start : min(start + chunk, last)]


def _write_frame(file, wave, medium, fwhm, provenance):
    """Write the common data of all spectra of a file."""
    file["wave"] = wave
    file["wave"].attrs["unit"] = "Angstrom"
    file.attrs["medium"] = medium
    file.attrs["fwhm"] = fwhm
    file.attrs["provenance"] = json.dumps(provenance)


def _write_labels(file, labels):
    # Columns keep their order. Without the time of writing, the same spectra give the same bytes; only the
    # low-level interface of h5py can leave it out.
    kept = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    kept.set_link_creation_order(h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
    kept.set_obj_track_times(False)
    group = h5py.Group(h5py.h5g.create(file.id, b"labels", gcpl=kept))
    for column, values in labels.items():
        if values.dtype.kind in "biuf":
            group[column] = values.to_numpy()
        else:
            group.create_dataset(column, data=values.astype(str).to_list(), dtype=h5py.string_dtype())


def read_labels(path):
    """The labels of a file of spectra, without the spectra.

    Raises
    ------
    DamagedFileError
        If the file is truncated, or is no HDF5 file of spectra.
    """
    with _reading(path) as file:
        return _labels(file)


def read_wave(path):
    """The wavelengths of a file of spectra, without the spectra."""
    with _reading(path) as file:
        return file["wave"][()]


@contextlib.contextmanager
def _reading(path):
    """An open file of spectra; any error becomes a DamagedFileError."""
    try:
        with h5py.File(path) as file:
            yield file
    except (OSError, KeyError) as error:
        raise DamagedFileError(path, f"not a readable file of spectra ({error})") from error


def _labels(file, rows=slice(None)):
    """The labels of an open file, or of some of its spectra."""
    columns = {
        name: (column.asstr() if h5py.check_string_dtype(column.dtype) else column)[rows]
        for name, column in file["labels"].items()
    }
    return pd.DataFrame(columns, index=np.arange(len(file["flux"]))[rows])


def concatenate(parts):
    """Join spectra on the same grid; labels get every column of any part.

    Raises
    ------
    ValueError
        If the grids or the media differ.
    """
    first = parts[0]
    for part in parts[1:]:
        if part.medium != first.medium or not np.array_equal(part.wave, first.wave):
            raise ValueError("spectra on different grids, or in air and in vacuum, cannot be joined")
    return Spectra(
        first.wave,
        np.concatenate([part.flux for part in parts]),
        np.concatenate([part.ivar for part in parts]),
        pd.concat([part.labels for part in parts], ignore_index=True),
        first.medium,
        max(part.fwhm for part in parts),
        {"parts": [part.provenance for part in parts]},
    )
