"""The extensions of a FITS file: each gets a role, and those that belong together become one part."""

import math
from collections import ChainMap

import numpy as np
from astropy.io import fits

from obafgkm.classify.reading.fits_headers import calibration, object_name, refuse_damaged
from obafgkm.classify.reading.fits_tables import table_part
from obafgkm.classify.reading.images import image_part
from obafgkm.classify.reading.pixels import errors_beside
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import NO_LIGHT, NO_STAR, role_of
from obafgkm.classify.reading.stacked import stacked
from obafgkm.classify.reading.unpacking import limit

__all__ = ["parts_of_hdus"]

_NAMING = {"name", "velocity", "time", "pixel", "axis"}  # words that can be part of a star's name
_TRIED = 9  # rows of an unnamed image that show whether it holds errors
_MAIN = {"", "primary", "compressed_image"}


def parts_of_hdus(hdus):
    """The parts of a file that may be spectra, and the names of its other contents."""
    parts, images, left_out, main = [], {}, [], hdus[0].header
    for hdu in hdus:
        if hdu.header.get("NAXIS", 0) == 0 or not hdu.header.get("NAXIS1", 1):
            continue
        refuse_damaged(hdu)
        _refuse_expanding(hdu, hdus)
        header, own = ChainMap(hdu.header, main), str(hdu.name)
        if hdu is not hdus[0] and (reason := calibration(hdu.header)):
            left_out.append(f"{own}: {reason}")
            continue
        # A comment in brackets does not describe the extension: its role follows from the plain name.
        role = role_of(own)
        if isinstance(hdu, fits.BinTableHDU | fits.TableHDU) and not isinstance(hdu, fits.CompImageHDU):
            if role.kind in NO_LIGHT:
                left_out.append(f"{own} ({role.kind})")
                continue
            try:
                part = table_part(hdu, header)
            except RefusedError as error:
                left_out.append(f"{own or 'table'}: {error}")
                continue
            if part is not None:
                parts += stacked(part)
            else:
                left_out.append(own)
        elif own.lower() in _MAIN or str(hdu.header.get("IMAGE", "")).upper() == "SPECTRUM":
            images.setdefault("", {}).setdefault("flux", []).append(hdu)
        elif role.kind and role.kind not in _NAMING:
            images.setdefault(_tag(role, hdu), {}).setdefault(role.kind, []).append(hdu)
        else:
            images.setdefault(own, {}).setdefault("flux", []).append(hdu)
    left_out += _find_errors(images.get("", {}))
    several = any(
        hdu.header.get("NAXIS", 0) > 1 for by_role in images.values() for hdu in by_role.get("flux", [])
    )
    image_parts, others = _of_images(images, main, _row_names(hdus) if several else None)
    return [*parts, *image_parts], [*left_out, *others]


def _refuse_expanding(hdu, hdus):
    """Refuse a compressed image that expands by more than spectra do."""
    if not isinstance(hdu, fits.CompImageHDU):
        return
    size = math.prod(hdu.shape) * abs(hdu.header["BITPIX"]) // 8
    packed = hdus.fileinfo(0)["file"].size
    if size > limit(packed):
        raise RefusedError(f"{packed:,} bytes, {hdu.name} unpacks to {size:,}: not a file of spectra")


def _find_errors(by_role):
    """Of unnamed images of one shape, recognise the second as errors of the first by its size.

    The others then are no further stars either, as in the spPlate files of SDSS; their names are returned.
    """
    fluxes = by_role.get("flux", [])
    is_named = any(str(hdu.name).lower() not in _MAIN for hdu in fluxes[1:])
    if len(fluxes) < 2 or is_named or any(kind in by_role for kind in ("error", "ivar", "variance")):
        return []
    flux, other = (np.asarray(hdu.data, float).squeeze() for hdu in fluxes[:2])
    if flux.ndim > 2 or flux.shape != other.shape:
        return []
    try:
        rows = [(flux, other)] if flux.ndim == 1 else zip(flux[:_TRIED], other[:_TRIED], strict=True)
        kinds = [errors_beside(values, row) for row, values in rows]
    except RefusedError as problem:
        way = "give it an EXTNAME such as 'VARIANCE' or 'SNR', or save each star in a file of its own"
        raise RefusedError(f"the second image {problem}: {way}") from None
    kind = max(kinds, key=kinds.count)
    if not kind:
        return []
    by_role["flux"], by_role[kind] = fluxes[:1], [fluxes[1]]
    return [f"image {i + 1} without a name" for i in range(2, len(fluxes))]


def _tag(role, hdu):
    version = hdu.header.get("EXTVER", 1)
    return role.tag if version in (1, "") else f"{role.tag}_{version}".strip("_")


def _row_names(hdus):
    """Names of the rows of images, and the kinds of their objects, from a table with one row for each."""
    for hdu in hdus:
        if not isinstance(hdu, fits.BinTableHDU) or isinstance(hdu, fits.CompImageHDU) or hdu.data is None:
            continue
        columns = [str(hdu.header.get(f"TTYPE{i + 1}", "")) for i in range(hdu.header["TFIELDS"])]
        own = {name.lower(): hdu.data[name] for name in columns if hdu.data[name].ndim == 1}
        keys = [key for key in ("targetid", "name", "object", "target") if key in own]
        if keys or "objtype" in own:
            names = own[keys[0]] if keys else np.arange(1, len(hdu.data) + 1)
            kinds = own.get("objtype", [""] * len(hdu.data))
            return names, [str(kind).strip().upper() for kind in kinds]
    return None


def _of_images(images, main, rows):
    """Parts of images by role; untagged images, such as common wavelengths, are shared by all parts."""
    parts, left_out = [], []
    common = images.get("", {})
    for tag, by_role in images.items():
        for kind, hdus in by_role.items():
            if kind in NO_STAR | {"flags"}:
                left_out += [f"{hdu.name} ({kind})" for hdu in hdus]
        fluxes = [*by_role.get("flux", []), *by_role.get("magnitude", [])]
        ranks = [role_of(str(hdu.name)).rank for hdu in fluxes]
        left_out += [
            f"{hdu.name} (another form)" for hdu, rank in zip(fluxes, ranks, strict=True) if rank > min(ranks)
        ]
        fluxes = [hdu for hdu, rank in zip(fluxes, ranks, strict=True) if rank == min(ranks)]
        for hdu in fluxes:
            others = {kind: list(found) for kind, found in {**common, **by_role}.items() if kind != "flux"}
            try:
                name = (len(fluxes) > 1 and "") or tag
                part = image_part(hdu, others, ChainMap(hdu.header, main), name, len(rows[0]) if rows else 0)
            except RefusedError as error:
                left_out.append(f"{hdu.name or 'PRIMARY'}: {error}")
                continue
            part.object = object_name(hdu.header)
            _name_rows(part, rows)
            parts.append(part)
    return parts, left_out


def _name_rows(part, rows):
    """Name the rows of an image after a table and leave out the sky."""
    flux = part.columns[0]
    if rows is None or part.rows is not None or flux.values.ndim != 2 or len(rows[0]) != len(flux.values):
        return
    part.rows = [str(name).strip() for name in rows[0]]
    star = np.array([kind not in ("SKY", "BAD") for kind in rows[1]])
    if not star.all():
        part.left_out.append(f"{np.count_nonzero(~star)} rows of sky")
        count = len(flux.values)
        part.rows = [name for name, is_star in zip(part.rows, star, strict=True) if is_star]
        for column in part.columns:
            if column.values.ndim == 2 and len(column.values) == count:
                column.values = column.values[star]
    if any(str(column.name).upper().endswith("_WAVELENGTH") for column in part.columns):
        part.medium = ("vacuum", "the layout of DESI")
