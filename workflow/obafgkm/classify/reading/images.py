"""A FITS image, together with the extensions that belong to it, as one part."""

import numpy as np

from obafgkm.classify.reading.axes import header_wavelengths, spectral_axis
from obafgkm.classify.reading.columns import Column, Part
from obafgkm.classify.reading.multispec import is_multispec, multispec_wavelengths
from obafgkm.classify.reading.pixels import errors_beside, errors_fit
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import Role, role_of
from obafgkm.classify.reading.units import are_like_wavelengths

__all__ = ["image_part"]

_FEW = 6  # rows at most that may be wavelengths, flux and errors
_POSITIONS = ("SLIT", "ANGLE", "POSITION", "OFFSET", "RA-", "DEC-", "SPATIAL", "ARCSEC", "Y_SLIT")
_ROW_KEYS = ("BANDID", "ARRAY", "ROW", "LABEL", "COL", "PLANE", "CUBE")
_OTHERS = ("error", "ivar", "variance", "mask", "good")


def image_part(hdu, others, header, name, stars=0):
    """Split an image into columns.

    Parameters
    ----------
    hdu : astropy.io.fits image
    others : dict
        Lists of further images, by role.
    header : mapping
    name : str
        Name of the part.
    stars : int, optional
        Number of rows that a table of the file names: an image of as many rows holds one star in each.

    Returns
    -------
    Part

    Raises
    ------
    RefusedError
        If it has no wavelengths.
    """
    data = np.asarray(hdu.data)
    own = hdu.name or "PRIMARY"
    unit = str(hdu.header.get("BUNIT", ""))
    data, axis_number = _turned(data, header)
    n = data.shape[-1]
    _refuse_positions(data, header, axis_number)
    waves = [other for other in others.get("wave", []) if np.shape(other.data)[-1:] == (n,)]
    axis = None
    _refuse_other_shapes(data, others)
    if not waves:
        if (part := _rows_as_columns(data, header, unit, own)) is not None:
            return part
        axis = (
            multispec_wavelengths(header, n)
            if is_multispec(header)
            else header_wavelengths(header, n, axis_number)
        )
    errors = [other for kind in ("error", "ivar", "variance") for other in others.get(kind, [])]
    are_stars = len(data) == stars or any(np.squeeze(other.data).shape == data.shape for other in errors)
    flux, further, left = _by_row(data, hdu.header, unit, are_stars)
    columns = [flux, *further]
    if isinstance(axis, list):
        count = 1 if flux.values.ndim == 1 else len(flux.values)
        if len(axis) != count:
            raise RefusedError(f"{len(axis)} rows of wavelengths in WAT2 for {count} rows of flux")
        axis = axis[0] if flux.values.ndim == 1 else axis
    for wave in waves[:1]:
        columns.append(
            Column(wave.name, np.asarray(wave.data).squeeze(), str(wave.header.get("BUNIT", "")), "extension")
        )
    if not further:
        for kind in _OTHERS:
            for other in others.get(kind, []):
                values = np.asarray(other.data).squeeze()
                if values.shape == flux.values.shape:
                    unit = str(other.header.get("BUNIT", ""))
                    columns.append(Column(other.name, values, unit, "extension", role=Role(kind)))
                else:
                    left.append(f"{other.name} (of another shape)")
    return Part(name, columns, axis, header, left_out=left)


def _refuse_other_shapes(data, others):
    """Refuse masks that have not the pixels of the flux: which of them they mark is not known."""
    for kind in ("mask", "good"):
        for other in others.get(kind, []):
            if (shape := np.squeeze(other.data).shape) != data.squeeze().shape:
                sizes = " for ".join("x".join(map(str, own)) for own in (shape, data.squeeze().shape))
                raise RefusedError(
                    f"the extension {other.name} marks {sizes} pixels of flux; delete it, or make it anew"
                )


def _turned(data, header):
    """The image with wavelength as its last axis and without axes of one pixel; that axis's FITS number."""
    number = spectral_axis(header, data.ndim)
    if data.ndim > 1 and number <= data.ndim:
        data = np.moveaxis(data, data.ndim - number, -1)
    shape = [size for size in data.shape[:-1] if size != 1]
    data = data.reshape(*shape, data.shape[-1])
    if data.ndim == 2 and data.shape[-1] <= _FEW < data.shape[0] and "CRVAL1" not in header:
        data = data.T
    are_bands = number == 1 and ("BANDID1" in header or is_multispec(header))
    if data.ndim > 3 or (data.ndim == 3 and not are_bands and max(data.shape[:2]) > 1):
        count = int(np.prod(data.shape[:-1]))
        raise RefusedError(f"a cube of {count:,} spectra: extract the star's first")
    return data, number


def _refuse_positions(data, header, spectral):
    """Refuse rows that are positions on the sky, such as along a slit: they are not spectra of stars."""
    if data.ndim < 2:
        return
    for axis in (1, 2):
        kind = str(header.get(f"CTYPE{axis}", "")).strip().upper()
        if axis != spectral and kind.startswith(_POSITIONS):
            raise RefusedError(
                f"CTYPE{axis} = {kind!r}: {len(data)} rows along a slit; extract the star first"
            )


def _rows_as_columns(data, header, unit, name):
    """The part of an image whose rows are wavelengths, flux and possibly errors; None for other images."""
    has_axis = any(f"{key}1" in header for key in ("CRVAL", "CDELT", "CD1_")) or "COEFF0" in header
    if (
        data.ndim != 2
        or not 2 <= len(data) <= _FEW
        or (has_axis and header.get("CRVAL1") not in (0, 1, None))
    ):
        return None
    rising = [i for i, row in enumerate(data) if are_like_wavelengths(row)]
    if len(rising) != 1:
        return None
    units = [str(header.get(key, "")) for key in ("XUNITS", "YUNITS")]
    roles, labels = _row_roles(header, len(data))
    wave = Column(str(rising[0] + 1), data[rising[0]], units[0], "row", role=Role("wave"))
    rest = [i for i in range(len(data)) if i != rising[0]]
    star = next((i for i in rest if roles[i] and roles[i].kind == "flux"), rest[0])
    columns = [wave, Column(str(star + 1), data[star], unit or units[1], "row", role=Role("flux"))]
    left = []
    for i in rest:
        if i == star:
            continue
        kind = roles[i].kind if roles[i] else errors_fit(data[i], data[star])
        if kind in _OTHERS:
            columns.append(Column(str(i + 1), data[i], units[1], "row", role=Role(kind)))
        else:
            left.append(f"row {i + 1}{labels[i]}")
    return Part("", columns, None, header, left_out=left)


def _row_roles(header, count):
    """Roles of the rows from keywords such as BANDID1, None if they give none, and labels from the same."""
    for key in _ROW_KEYS:
        said = [str(header.get(f"{key}{i + 1}", "")) for i in range(count)]
        roles = [_band_role(text) for text in said]
        if all(said) and any(role.kind == "flux" for role in roles):
            return roles, [f" ({text.split(' - ')[0].split(',')[0]})" for text in said]
    return [None] * count, [""] * count


def _band_role(text):
    """Role of an IRAF band from its BANDID: the word before the dash."""
    head = text.split(" - ")[0].lower()
    if head.startswith("raw"):
        return Role("flux", rank=2)
    return role_of(head)


def _by_row(data, header, unit, are_stars):
    """Flux, errors and left-out rows of an image whose rows or bands have roles; otherwise all is flux."""
    if data.ndim == 1:
        return (
            Column(header.get("EXTNAME", "PRIMARY"), data, unit, "extension", role=_flux_role(header)),
            [],
            [],
        )
    roles, labels = _row_roles(header, len(data))
    what = "band" if data.ndim == 3 or any(f"BANDID{i + 1}" in header for i in range(len(data))) else "row"
    if roles[0] is None:
        roles = None if are_stars and data.ndim == 2 else _roles_by_numbers(data)
        labels = (
            ["", *[f" ({role.kind})" if role and role.kind else "" for role in roles[1:]]]
            if roles
            else labels
        )
    if roles is None:  # as many stars
        if data.ndim == 3:
            raise RefusedError(f"{len(data)} bands whose meaning is not stated (BANDID1 ...)")
        return Column("", data, unit, "rows", role=_flux_role(header)), [], []
    kinds = [role.kind if role else "" for role in roles]
    star = min(
        (i for i, role in enumerate(roles) if role and role.kind == "flux"), key=lambda i: roles[i].rank
    )
    further, left = [], []
    for i, kind in enumerate(kinds):
        if kind in _OTHERS and not any(column.role.kind == kind for column in further):
            further.append(Column(f"{i + 1}{labels[i]}", data[i], "", what, role=Role(kind)))
        elif i != star:
            left.append(f"{what} {i + 1}{labels[i] or ' (nothing says what it is)'}")
    return Column(f"{star + 1}{labels[star]}", data[star], unit, what, role=Role("flux")), further, left


def _flux_role(header):
    """Flux, or magnitudes if the name of the extension says so."""
    role = role_of(str(header.get("EXTNAME", "")))
    return role if role.kind == "magnitude" else Role("flux", unit=role.unit if role.kind == "flux" else "")


def _roles_by_numbers(data):
    """Roles of a few rows without any description; None if they are as many stars.

    A row that is never negative and as large as the scatter of the first row (or its square, or the inverse
    of that) holds its errors: the file is then of one object, and its other rows are left out.
    """
    flux = data[0] if data.ndim == 2 else data[0, 0]
    if not 2 <= len(data) <= _FEW:
        return None
    rows = [row if data.ndim == 2 else row[0] for row in data[1:]]
    kinds = ["flux"]
    for number, row in enumerate(rows, 2):  # the first match
        try:
            is_other = any(kinds[1:]) or are_like_wavelengths(row)
            kinds.append("" if is_other else errors_beside(row, flux))
        except RefusedError as problem:
            way = f"name it in BANDID{number}, as 'variance' or 'snr', or save each star in a file of its own"
            raise RefusedError(f"row {number} {problem}: {way}") from None
    if not any(kinds[1:]):
        return [Role("flux"), *[None] * (len(data) - 1)] if data.ndim == 3 else None
    return [Role(kind) if kind else None for kind in kinds]
