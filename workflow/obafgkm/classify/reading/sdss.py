"""The layout of SDSS since data release 8; of these millions of files only the needed part is read."""

from obafgkm.archives import cards
from obafgkm.classify.reading.columns import Column, Part

__all__ = ["coadd_part", "is_coadd", "quick_coadd"]

_UNITS = ("1e-17 erg/s/cm2/Angstrom", "", "")  # of flux, log wavelength, inverse variance


def is_coadd(names, primary):
    """Whether columns of these names, in a file with this primary header, are an SDSS coadd."""
    return [name.lower() for name in names[:3]] == ["flux", "loglam", "ivar"] and "PLATEID" in primary


def coadd_part(extension, names, cells):
    """The part of such a table.

    Parameters
    ----------
    extension : str
        Its name.
    names : list of str
        Names of all its columns.
    cells : mapping of str to array (n_pix,)
        At least the first three columns.
    """
    columns = [Column(name, cells[name], unit) for name, unit in zip(names, _UNITS, strict=False)]
    left_out = [*names[3:], "the extensions after it"]
    return Part(extension, columns, medium=("vacuum", "the layout of SDSS"), left_out=left_out)


def quick_coadd(file):
    """The coadded spectrum of a file, from two headers and one table, read without astropy.

    Parameters
    ----------
    file : binary file

    Returns
    -------
    tuple of Part and obafgkm.archives.cards.Header, or None
        The spectrum and the primary header; None if the file has another layout or is damaged.
    """
    found = cards.hdus(file)
    primary = next(found, None)
    if primary is None or primary.header.get("NAXIS") != 0 or "PLATEID" not in primary.header:
        return None
    if b"CONTINUE" in primary.header.cards or (hdu := next(found, None)) is None:
        return None
    if "DATASUM" in hdu.header:  # astropy verifies it
        return None
    names = cards.column_names(hdu.header)
    if not is_coadd(names, primary.header):
        return None
    if (cells := cards.table(file, hdu, names[:3])) is None or any(v.ndim > 1 for v in cells.values()):
        return None
    extension = str(hdu.header.get("EXTNAME", "")).upper()
    return coadd_part(extension, names, cells), primary.header
