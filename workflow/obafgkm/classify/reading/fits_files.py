"""Spectra of FITS files: known layouts first, then by what the extensions state."""

import io
import itertools
from pathlib import Path

from astropy.io import fits

from obafgkm.classify.reading.fits_extensions import parts_of_hdus
from obafgkm.classify.reading.fits_headers import calibration, object_name, refuse_damaged
from obafgkm.classify.reading.fits_tables import plain_cells
from obafgkm.classify.reading.gate import settle
from obafgkm.classify.reading.objects import spectra_of_parts
from obafgkm.classify.reading.positions import by_designation, by_header, by_rows
from obafgkm.classify.reading.refusal import RefusedError, UnknownLayoutError
from obafgkm.classify.reading.roles import NAME_COLUMNS
from obafgkm.classify.reading.sdss import coadd_part, is_coadd, quick_coadd
from obafgkm.classify.reading.surveys import cflib_spectrum, library_in_air, survey_image
from obafgkm.classify.reading.unpacking import stem
from obafgkm.errors import ArchiveFileError, MissingPackageError

__all__ = ["read_fits"]

_FEW = 6  # up to so many rows may be flux, errors and sky of one object


def read_fits(path, content=None):
    """Read the spectra of a FITS file.

    Parameters
    ----------
    path : path
    content : bytes, optional
        Its content, if it is not a file on disk itself.

    Yields
    ------
    Spectrum

    Raises
    ------
    ArchiveFileError
        If no spectrum is recognised.
    RefusedError
        If its contents cannot be taken for a spectrum.
    """
    with open(path, "rb") if content is None else io.BytesIO(content) as file:
        quick = quick_coadd(file)
    if quick is not None:
        part, header = quick
        for spectrum in settle(part, object_name(header) or stem(path)):
            spectrum.position = by_header(header)
            yield spectrum
        return
    with fits.open(path if content is None else io.BytesIO(content), memmap=False) as hdus:
        for spectrum in _placed(_as_said(path, content, hdus), hdus):
            if spectrum.medium is None and (library := library_in_air(hdus)):
                spectrum.medium, spectrum.receipt.medium = "air", f"the layout of {library}"
                spectrum.receipt.assumed.clear()
            yield spectrum


def _placed(spectra, hdus):
    """Add positions to spectra: for one spectrum from any header, for several from a table by name."""
    spectra = iter(spectra)
    head = list(itertools.islice(spectra, 2))
    if len(head) == 1:
        spectrum = head[0]
        spectrum.position = spectrum.position or _position(hdus) or by_designation(spectrum.name)
        yield spectrum
        return
    places = by_rows(hdus, NAME_COLUMNS)
    for spectrum in itertools.chain(head, spectra):
        spectrum.position = places.get(spectrum.name) or by_designation(spectrum.name)
        yield spectrum


def _position(hdus):
    first = hdus[0].header
    return by_header(first) or (by_header(hdus[1].header) if not first.get("NAXIS") else None)


def _as_said(path, content, hdus):
    """Spectra of a file by what the file itself states."""
    name = object_name(hdus[0].header) or stem(path)
    if (known := _known(path, content, hdus, name)) is not None:
        yield from known
        return
    if reason := calibration(hdus[0].header):
        raise RefusedError(reason)
    parts, left_out = parts_of_hdus(hdus)
    if any(_is_ambiguous(part) for part in parts) and (spectra := _by_specutils(path, content)):
        yield from spectra
        return
    try:
        spectra = spectra_of_parts(parts, left_out, name)
        first = next(spectra)
    except RefusedError as error:
        if not (spectra := _by_specutils(path, content, needed=isinstance(error, UnknownLayoutError))):
            raise error
    else:
        yield first
    yield from spectra


def _is_ambiguous(part):
    """Whether it is an image of several rows without any statement of what they are."""
    flux = part.columns[0]
    return flux.where == "rows" and part.rows is None and len(flux.values) <= _FEW


def _known(path, content, hdus, name):
    """The spectrum of a known layout, whose other extensions need not be read."""
    if (hdu := hdus[0]).header.get("NAXIS", 0):
        refuse_damaged(hdu)
        spectrum = survey_image(hdu, hdu.header, name)
        return None if spectrum is None else [spectrum]
    try:
        first = hdus[1]
    except IndexError:
        return None
    refuse_damaged(first)
    columns = [first.header.get(f"TTYPE{i}", "") for i in (1, 2, 3)]
    if first.name.upper() == "MERGED" and columns[1] == "spectrum":
        return [cflib_spectrum(path, Path(path).read_bytes() if content is None else content)]
    if is_coadd(columns, hdu.header):
        names = [first.header[f"TTYPE{i + 1}"] for i in range(first.header["TFIELDS"])]
        return settle(coadd_part(first.name, names, plain_cells(first, names)), name)
    return None


def _by_specutils(path, content, needed=False):
    """Spectra of a file that a specutils loader for a specific survey recognises; none if no loader does.

    Raises
    ------
    ArchiveFileError
        If specutils is needed, because nothing else recognises the file, but is not installed.
    """
    from obafgkm.classify.reading.by_specutils import spectra_of_file

    try:
        return list(spectra_of_file(path, content, stem(path)))
    except MissingPackageError as error:
        if needed:
            problem = f"{UnknownLayoutError()}; or a loader of specutils may recognise it: {error}"
            raise ArchiveFileError(path, problem) from error
    except ArchiveFileError:
        pass
    return []
