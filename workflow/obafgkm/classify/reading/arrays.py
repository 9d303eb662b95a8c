"""Spectra in memory: arrays, quantities, masked arrays, lists, spectra of specutils."""

import numpy as np

from obafgkm.classify.reading.columns import Column, Part
from obafgkm.classify.reading.gate import settle
from obafgkm.classify.reading.objects import spectra_of_tables
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import Role
from obafgkm.classify.reading.stacked import stacked
from obafgkm.errors import ArchiveFileError, told

__all__ = ["spectra_of_arrays"]


def spectra_of_arrays(wave, flux=None, ivar=None):
    """Spectra of objects in memory.

    Parameters
    ----------
    wave : array or Quantity (n_pix,) or (n_spec, n_pix), or a specutils object
        In Angstrom unless it has a unit. A ``Spectrum``, ``SpectrumList``, ``SpectrumCollection`` or a list
        of spectra takes the place of all three arguments, and so does a table of named columns: of astropy or
        pandas, a structured array or a dictionary.
    flux, ivar : array, masked array or Quantity (n_pix,) or (n_spec, n_pix)
        Flux, per unit wavelength unless it has a unit, and inverse variance; masked pixels are missing.

    Returns
    -------
    list of Spectrum

    Raises
    ------
    ArchiveFileError
        If they are not spectra; the message says why.
    """
    try:
        if flux is None:
            spectra = list(_of_one(wave))
        else:
            spectra = [one for part in _parts(wave, flux, ivar) for one in settle(part, "")]
    except RefusedError as error:
        raise ArchiveFileError("arrays", str(error)) from error
    except (TypeError, ValueError, AttributeError) as error:  # of objects that are no spectra
        raise ArchiveFileError("arrays", f"no spectra that are understood ({told(error)})") from error
    for i, spectrum in enumerate(spectra):
        spectrum.name = spectrum.name.strip() if flux is None and spectrum.name.strip() else str(i + 1)
    return spectra


def _of_one(given):
    """Spectra of a single object that holds wavelengths and flux."""
    if isinstance(given, str | bytes) or hasattr(given, "__fspath__"):
        raise RefusedError(f"{str(given)!r} is text: use classify_files for files")
    if hasattr(given, "spectral_axis") or (_is_list(given) and hasattr(given[0], "spectral_axis")):
        from obafgkm.classify.reading.by_specutils import spectra_of

        return spectra_of(given)
    if (table := _as_table(given)) is not None:
        from obafgkm.classify.reading.tables import part_of_table

        return spectra_of_tables(stacked(part_of_table(table)), "")
    raise RefusedError(f"{type(given).__name__} without flux: give wavelengths and flux")


def _is_list(given):
    """Whether the object is a list or a collection."""
    return hasattr(given, "__getitem__") and hasattr(given, "__len__") and not hasattr(given, "keys") and (
        len(given) > 0
    )  # fmt: skip


def _as_table(given):
    """An astropy table with the named columns of an object; None if it has no names."""
    from astropy.table import Table

    if isinstance(given, Table):
        return Table(given)  # quantities become columns with units
    if hasattr(given, "columns") and hasattr(given, "dtypes"):
        return Table.from_pandas(given)
    if isinstance(given, dict) or getattr(getattr(given, "dtype", None), "names", None):
        return Table(given)
    return None


def _parts(wave, flux, ivar):
    """One part, or one per spectrum if these differ in length or unit."""
    forms = [
        {(np.size(one), str(getattr(one, "unit", ""))) for one in given}
        for given in (wave, flux)
        if isinstance(given, list | tuple)
    ]
    is_several = isinstance(flux, list | tuple) and all(np.ndim(one) == 1 for one in flux)
    if not is_several or max(map(len, forms)) < 2:
        return [_part(wave, flux, ivar)]
    several = [wave if isinstance(wave, list | tuple) and np.ndim(wave[0]) else [wave] * len(flux), flux]
    several.append([None] * len(flux) if ivar is None else ivar)
    if len({len(one) for one in several}) > 1:
        raise RefusedError(f"{len(several[0])} arrays of wavelengths for {len(flux)} of flux")
    return [_part(*one) for one in zip(*several, strict=True)]


def _part(wave, flux, ivar):
    wave, wave_unit, wave_mask = _plain(wave)
    flux, flux_unit, mask = _plain(flux)
    columns = [
        Column("wave", wave, wave_unit or "Angstrom", "", role=Role(_axis(wave_unit))),
        Column("flux", flux, flux_unit or "normalized", "", role=Role("flux")),
    ]
    if wave.ndim == 0 or flux.ndim == 0 or wave.shape[-1] != flux.shape[-1]:
        raise RefusedError(f"{wave.size} wavelengths for {flux.shape[-1] if flux.ndim else 1} fluxes")
    if ivar is not None:
        values, unit, own_mask = _plain(ivar)
        if values.shape[-1:] != flux.shape[-1:]:
            raise RefusedError(f"{values.size} inverse variances for {flux.shape[-1]} fluxes")
        if unit and not _fits(unit, flux_unit):
            raise RefusedError(f"inverse variances in {unit} for a flux in {flux_unit or 'no unit'}")
        columns.append(Column("ivar", np.broadcast_to(values, flux.shape), unit, "", role=Role("ivar")))
        mask = mask | np.broadcast_to(own_mask, flux.shape)
    mask = mask | np.broadcast_to(wave_mask, flux.shape)
    if mask.any():
        columns.append(Column("mask", mask, "", "", role=Role("mask")))
    return Part("", columns)


def _fits(unit, flux_unit):
    """Whether a unit is that of the inverse variance of a flux."""
    from astropy import units

    return units.Unit(unit).is_equivalent(units.Unit(flux_unit) ** -2)


def _axis(unit):
    """Kind of an axis, from its unit."""
    if not unit:
        return "wave"
    from astropy import units

    from obafgkm.classify.reading.by_specutils import _kind

    parsed = units.Unit(unit)
    return "wave" if parsed.is_equivalent(units.AA) else _kind(parsed)


def _plain(values):
    """Numbers, their unit as text, and their mask."""
    unit = str(getattr(values, "unit", "") or "")
    values = getattr(values, "value", values) if unit else values
    values = values.to_numpy() if hasattr(values, "to_numpy") else values
    if isinstance(values, list | tuple) and len(values) and np.ndim(values[0]):
        unit = unit or str(getattr(values[0], "unit", "") or "")
        values = np.ma.stack([np.ma.asarray(one, float) for one in values])
    if getattr(getattr(values, "dtype", None), "kind", "") in ("m", "M"):
        raise RefusedError("times are neither wavelengths nor flux")
    if np.iscomplexobj(values):
        raise RefusedError("complex numbers are neither wavelengths nor flux")
    try:
        numbers = np.ma.asarray(values, float)
    except (TypeError, ValueError) as error:
        raise RefusedError(f"they are not numbers ({error})") from error
    return np.ma.filled(numbers, np.nan), unit, np.ma.getmaskarray(numbers)
