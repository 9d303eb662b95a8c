"""Spectra of HDF5 files: those of this package, and others whose datasets have the names of columns."""

from pathlib import Path

from obafgkm.classify.reading.gate import settle
from obafgkm.classify.reading.refusal import RefusedError, RefusedSpectrum
from obafgkm.classify.reading.roles import SPECTRAL
from obafgkm.classify.reading.stacked import stacked
from obafgkm.classify.reading.tables import part_of_table
from obafgkm.classify.receipt import Receipt
from obafgkm.classify.spectrum import Spectrum

__all__ = ["read_hdf5"]

_ROWS = 256  # spectra in memory at a time
_MOST_DIMENSIONS = 2
_HOLLOW = 100  # bytes of a dataset per byte of the file above which the file cannot really contain them


def read_hdf5(path):
    """Read the spectra of an HDF5 file.

    Parameters
    ----------
    path : path

    Yields
    ------
    Spectrum
        Or, for a group of several whose datasets are not understood, a `RefusedSpectrum`.

    Raises
    ------
    RefusedError
        If it was not written by this package, and no group in it has datasets of wavelengths and flux.
    """
    import h5py

    with h5py.File(path) as file:
        _refuse_hollow(file, Path(path).stat().st_size)
        is_own = {"wave", "flux", "ivar", "labels"} <= {name for name in file if _is_held(file, name)}
        parts = [] if is_own else _parts(file)
    if is_own:
        yield from _of_this_package(path)
        return
    if not parts:
        raise RefusedError(
            "an HDF5 file in which no group has datasets of wavelengths and flux: save them as FITS or text"
        )
    for part in parts:
        name = part.name or Path(path).stem
        try:
            yield from settle(part, name)
        except RefusedError as error:
            if len(parts) == 1:
                raise
            yield RefusedSpectrum(name, str(error))


def _is_held(group, name):
    """Whether an item is in this file: links may lead to other files."""
    import h5py

    return isinstance(group.get(name, getlink=True), h5py.HardLink)


def _refuse_hollow(file, size):
    """Refuse a file whose data are elsewhere, or more than it can contain: what is absent reads as zeros."""
    import h5py

    def refuse(name, item):
        if isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
            raise RefusedError(f"the numbers of {name} are in other files: save them in this one")
        if isinstance(item, h5py.Dataset) and item.size * item.dtype.itemsize > _HOLLOW * max(size, 1):
            raise RefusedError(f"declares {item.shape} values of {name} in {size:,} bytes")

    file.visititems(refuse)


def _of_this_package(path):
    from obafgkm.spectra import Spectra, read_labels

    for first in range(0, len(read_labels(path)), _ROWS):
        part = Spectra.read(path, slice(first, first + _ROWS))
        rows = zip(part.flux, part.ivar, part.labels.to_dict("records"), strict=True)
        for number, (flux, ivar, label) in enumerate(rows, first + 1):
            name = label.get("name") or f"{Path(path).stem} {number}"
            receipt = Receipt("", "wave (Angstrom)", "flux (relative)", "ivar", "the file")
            yield Spectrum(name, part.wave, flux, ivar, part.medium, receipt)


def _parts(file):
    """One part per group that has datasets of wavelengths and flux."""
    import h5py

    groups, axes = [file], {}
    file.visititems(lambda _, item: groups.append(item) if isinstance(item, h5py.Group) else None)
    parts = []
    for group in groups:
        part = part_of_table(_table(group))
        part.name = group.name.strip("/")
        kinds = {column.settled_role().kind for column in part.columns}
        axes[group.name] = [c for c in part.columns if c.settled_role().kind in SPECTRAL] or axes.get(
            group.parent.name, []
        )
        if kinds & {"flux", "magnitude"} and (len(kinds) > 1 or axes[group.name]):
            part.columns += [] if kinds & SPECTRAL else axes[group.name]  # those of the group above
            parts += stacked(part)
    return parts


def _table(group):
    """The datasets of a group, and the columns of its compound datasets, as a table."""
    import h5py
    from astropy.table import Column

    columns = {}
    for name in filter(lambda name: _is_held(group, name), group):
        item = group[name]
        if not isinstance(item, h5py.Dataset) or not 0 < item.ndim <= _MOST_DIMENSIONS:
            continue
        said = {key.lower(): _text(value) for key, value in item.attrs.items()}
        unit, medium = said.get("unit", said.get("units", "")), said.get("medium", "")
        own = item[()]
        for key in own.dtype.names or [None]:
            values = own if key is None else own[key]
            columns[key or name] = Column(values, unit=unit or None, description=medium or None)
    attributes = {key: value for key, value in group.attrs.items() if isinstance(value, str)}
    return _Datasets(columns, attributes)


def _text(value):
    """An attribute as text, also if it is of bytes or an array of one."""
    value = value.flat[0] if getattr(value, "size", 0) == 1 and getattr(value, "ndim", 0) else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


class _Datasets:
    """Columns of possibly different lengths, with the interface of a table that `part_of_table` needs."""

    def __init__(self, columns, meta):
        self.columns, self.meta, self.colnames = columns, meta, list(columns)

    def __getitem__(self, key):
        return self.columns[key]
