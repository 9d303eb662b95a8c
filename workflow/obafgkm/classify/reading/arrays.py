"""Spectra in memory: arrays, quantities, masked arrays, lists, spectra of specutils."""

import numpy as np

from obafgkm.classify.reading.columns import Column, Part
from obafgkm.classify.reading.gate import settle
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import Role
from obafgkm.errors import ArchiveFileError

__all__ = ["spectra_of_arrays"]


def spectra_of_arrays(wave, flux=None, ivar=None):
    """Spectra of what a program has.

    Parameters
    ----------
    wave : array or Quantity (n_pix,) or (n_spec, n_pix), or a specutils object
        Angstrom where it has no unit. A ``Spectrum``, ``SpectrumList``, ``SpectrumCollection`` or a list of
        spectra stands for all three.
    flux, ivar : array, masked array or Quantity (n_pix,) or (n_spec, n_pix)
        Flux per unit wavelength where it has no unit; masked pixels are missing.

    Returns
    -------
    list of Spectrum

    Raises
    ------
    ArchiveFileError
        If they are no spectra; the message says why.
    """
    try:
        if flux is None:
            from obafgkm.classify.reading.by_specutils import spectra_of

            spectra = list(spectra_of(wave))
        else:
            spectra = list(settle(_part(wave, flux, ivar), ""))
    except RefusedError as error:
        raise ArchiveFileError("arrays", str(error)) from error
    for i, spectrum in enumerate(spectra):
        spectrum.name = spectrum.name.strip() if flux is None and spectrum.name.strip() else str(i + 1)
    return spectra


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
        columns.append(Column("ivar", np.broadcast_to(values, flux.shape), unit, "", role=Role("ivar")))
        mask = mask | np.broadcast_to(own_mask, flux.shape)
    mask = mask | np.broadcast_to(wave_mask, flux.shape)
    if mask.any():
        columns.append(Column("mask", mask, "", "", role=Role("mask")))
    return Part("", columns)


def _axis(unit):
    """Kind of an axis by its unit."""
    if not unit:
        return "wave"
    from astropy import units

    from obafgkm.classify.reading.by_specutils import _kind

    parsed = units.Unit(unit)
    return "wave" if parsed.is_equivalent(units.AA) else _kind(parsed)


def _plain(values):
    """Numbers, their unit as text, and which are masked."""
    unit = str(getattr(values, "unit", "") or "")
    values = getattr(values, "value", values) if unit else values
    values = values.to_numpy() if hasattr(values, "to_numpy") else values
    if isinstance(values, list | tuple):
        values = np.ma.stack([np.ma.asarray(one, float) for one in values]) if np.ndim(values[0]) else values
    numbers = np.ma.asarray(values, float)
    return np.ma.filled(numbers, np.nan), unit, np.ma.getmaskarray(numbers)
