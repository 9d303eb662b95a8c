"""Spectra of specutils, and of files for which it has a loader."""

import io

import numpy as np

from obafgkm.classify.reading import medium as media
from obafgkm.classify.reading.axes import Wavelengths
from obafgkm.classify.reading.columns import Column, Part
from obafgkm.classify.reading.gate import settle
from obafgkm.classify.reading.roles import Role
from obafgkm.errors import ArchiveFileError, require

__all__ = ["spectra_of", "spectra_of_file"]

_GENERIC = ("wcs1d", "tabular", "iraf", "ascii", "ecsv", "generic", "ipac")


def spectra_of_file(path, content, name):
    """Spectra of a file that a specutils loader for a specific survey or instrument recognises.

    The generic loaders are not used: they take an axis without a unit for wavelengths.

    Raises
    ------
    ArchiveFileError
        If none recognises it.
    MissingPackageError
        If specutils is not installed.
    """
    require("spectra", "specutils")
    from astropy.io import registry
    from specutils import SpectrumList  # slow to import

    source = str(path) if content is None else io.BytesIO(content)
    own = registry.identify_format("read", SpectrumList, source if content is None else None,
                                   None if content is None else source, [source], {})  # fmt: skip
    for form in (form for form in own if not form.lower().startswith(_GENERIC)):
        try:
            spectra = SpectrumList.read(source, format=form)
        except Exception:  # each loader raises errors of its own
            continue
        for i, spectrum in enumerate(spectra):
            yield from spectra_of(spectrum, name if len(spectra) == 1 else f"{name} {i + 1}")
        return
    raise ArchiveFileError(path, "no loader of specutils for a survey or an instrument recognises it")


def spectra_of(spectrum, name=""):
    """Spectra of a ``specutils.Spectrum``, which may contain several, or of a list or collection of these.

    Yields
    ------
    Spectrum
    """
    if not hasattr(spectrum, "spectral_axis") or isinstance(spectrum, list | tuple):
        for i, one in enumerate(spectrum):
            yield from spectra_of(one, f"{name} {i + 1}".strip())
        return
    from astropy import units

    shape = np.shape(spectrum.flux)
    axis = np.broadcast_to(spectrum.spectral_axis.value, shape) if np.ndim(spectrum.spectral_axis) > 1 else (
        spectrum.spectral_axis.value
    )  # fmt: skip
    unit = spectrum.spectral_axis.unit
    kind = "wave" if unit.is_equivalent(units.AA) else _kind(unit)
    header = spectrum.meta.get("header", {}) if isinstance(getattr(spectrum, "meta", None), dict) else {}
    header = header or {}
    columns = [
        Column("spectral_axis", np.asarray(axis), str(unit), "", role=Role(kind)),
        Column("flux", np.asarray(spectrum.flux.value), str(spectrum.flux.unit), "", role=Role("flux")),
        *_errors(spectrum),
    ]
    if spectrum.mask is not None:
        columns.append(Column("mask", np.broadcast_to(spectrum.mask, shape), "", "", role=Role("mask")))
    for column in columns:
        if column.values.ndim > 2:
            column.values = column.values.reshape(-1, shape[-1])
    medium = media.by_ctype(header.get("CTYPE1", "")) if kind == "wave" else None
    known = Wavelengths(np.empty(0), "", medium, f"CTYPE1 = {header.get('CTYPE1')!r}") if medium else None
    part = Part("", columns, known, header)
    yield from settle(part, str(header.get("OBJECT", "")).strip() or name)


def _kind(unit):
    from astropy import units

    for kind, own in (("frequency", units.Hz), ("energy", units.eV), ("wavenumber", 1 / units.cm)):
        if unit.is_equivalent(own):
            return kind
    return "velocity" if unit.is_equivalent(units.km / units.s) else "pixel"


def _errors(spectrum):
    from astropy.nddata import InverseVariance

    given = getattr(spectrum, "uncertainty", None)
    if given is None:
        return []
    ivar = np.broadcast_to(given.represent_as(InverseVariance).array, np.shape(spectrum.flux))
    return [Column("uncertainty", ivar, "", "", role=Role("ivar"))]
