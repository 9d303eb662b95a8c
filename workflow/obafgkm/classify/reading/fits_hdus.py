"""Spectra of FITS files: every extension gets a role, and those that belong together become one part."""

import io
import itertools
import re
from collections import ChainMap
from dataclasses import replace
from pathlib import Path, PurePath

import numpy as np
from astropy.io import fits

from obafgkm.classify.reading.axes import header_wavelengths
from obafgkm.classify.reading.columns import Column, Part
from obafgkm.classify.reading.gate import settle
from obafgkm.classify.reading.images import image_part
from obafgkm.classify.reading.joining import are_orders, joined
from obafgkm.classify.reading.pixels import errors_fit, has_own_noise
from obafgkm.classify.reading.positions import by_designation, by_header, by_rows
from obafgkm.classify.reading.refusal import RefusedError
from obafgkm.classify.reading.roles import SPECTRAL, role_of, roles_of, tokens
from obafgkm.classify.reading.sdss import coadd_part, is_coadd, quick_coadd
from obafgkm.classify.reading.surveys import cflib_spectrum, library_in_air, survey_image
from obafgkm.errors import ArchiveFileError, MissingPackageError

__all__ = ["read_fits"]

_NUMBERS = {"I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}  # of the formats of FITS columns
_PLAIN = re.compile(r"(\d*)([IJKED])")
_OBJECT = ("OBJECT", "TARGETID", "DESIG", "TARGNAME", "OBJNAME", "TARGET")
_NAMES = (
    "name",
    "object",
    "star",
    "designation",
    "obsid",
    "mangaid",
    "specobjid",
    "targetid",
    "id",
    "target",
)
_TYPE_KEYS = ("IMAGETYP", "OBSTYPE", "IMTYPE", "EXPTYPE", "OBJTYPE", "CLASS", "ESO DPR TYPE", "ESO DPR CATG")
_CALIBRATIONS = {"arc", "bias", "blank", "calib", "calibration", "calibrations", "comp", "comparison", "dark"}
_CALIBRATIONS |= {
    "dome",
    "flat",
    "flatfield",
    "domeflat",
    "skyflat",
    "halogen",
    "lamp",
    "lamps",
    "quartz",
    "sky",
}
_CALIBRATIONS |= {"thar", "tungsten", "twilight", "wave", "zero", "henear", "hene", "near", "cuar", "cune"}
_CALIBRATIONS |= {"fear", "hgcd", "argon", "neon", "helium", "krypton", "xenon", "mercury"}
_ELEMENTS = {"he", "ne", "ar", "kr", "xe", "hg", "cd", "zn", "cu", "fe", "th", "u", "cs", "na"}  # in a lamp
_SCIENCE = {"object", "science", "star", "stars", "target", "std", "standard", "flux", "survey"}
_NO_SPECTRA = {"sky", "model", "template", "continuum", "telluric", "calibration", "lamp", "resolution"}
_NO_SPECTRA |= {"polarisation", "another quantity"}
_NO_SPECTRA |= {"error", "ivar", "variance", "mask", "good", "flags", "wave", "signal-to-noise ratio"}
_NO_WAVES = {"velocity", "pixel", "time", "axis"}
_NAMING = {"name", "velocity", "time", "pixel", "axis"}  # words that may belong to the name of a star
_UNKNOWN = (
    "no spectrum recognised: a table needs columns such as wavelength and flux, an image needs wavelengths "
    "in its header or beside it"
)
_FEW = 6  # rows that may be flux, errors, sky
_MAIN = {"", "primary", "compressed_image"}
_ARMS = {"uvb", "vis", "nir", "blue", "red", "green", "order", "ord", "arm", "chip", "ccd", "beam", "det"}
_ARMS |= {"detector", "segment", "seg", "spectrograph", "channel", "grating", "setting", "part"}


def read_fits(path, content=None):
    """Read the spectra of a FITS file.

    Parameters
    ----------
    path : path
    content : bytes, optional
        Its content, where it does not lie on the disk itself.

    Yields
    ------
    Spectrum

    Raises
    ------
    ArchiveFileError
        If there is none that can be recognised.
    RefusedError
        If what it holds cannot be taken for a spectrum.
    """
    with open(path, "rb") if content is None else io.BytesIO(content) as file:
        quick = quick_coadd(file)
    if quick is not None:
        part, header = quick
        for spectrum in settle(part, _object(header) or _stem(path)):
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
    """Spectra with their positions: of one spectrum by any header, of several by a table of their names."""
    spectra = iter(spectra)
    head = list(itertools.islice(spectra, 2))
    if len(head) == 1:
        spectrum = head[0]
        spectrum.position = spectrum.position or _position(hdus) or by_designation(spectrum.name)
        yield spectrum
        return
    places = by_rows(hdus, _NAMES)
    for spectrum in itertools.chain(head, spectra):
        spectrum.position = places.get(spectrum.name) or by_designation(spectrum.name)
        yield spectrum


def _position(hdus):
    first = hdus[0].header
    return by_header(first) or (by_header(hdus[1].header) if not first.get("NAXIS") else None)


def _as_said(path, content, hdus):
    """Spectra of a file with what it says of them itself."""
    name = _object(hdus[0].header) or _stem(path)
    if (known := _known(path, content, hdus, name)) is not None:
        yield from known
        return
    if reason := _calibration(hdus[0].header):
        raise RefusedError(reason)
    parts, left_out = _parts(hdus)
    if any(_is_ambiguous(part) for part in parts) and (spectra := _by_specutils(path, content)):
        yield from spectra
        return
    try:
        spectra = _spectra(parts, left_out, name)
        first = next(spectra)
    except RefusedError as error:
        if not (spectra := _by_specutils(path, content, needed=str(error) == _UNKNOWN)):
            raise error
    else:
        yield first
    yield from spectra


def _is_ambiguous(part):
    """Whether it is an image of several rows of which nothing says what they are."""
    flux = part.columns[0]
    return flux.where == "rows" and part.rows is None and len(flux.values) <= _FEW


def _stem(path):
    name = PurePath(path).name
    for ending in (".gz", ".fz", ".bz2", ".xz", ".Z"):
        name = name.removesuffix(ending)
    return PurePath(name).stem


def _object(header):
    """Name of the object by a header; '' where it gives none."""
    return next((name for key in _OBJECT if (name := str(header.get(key, "")).strip())), "")


def _calibration(header):
    """Why a header is of no star; '' where it does not say so."""
    for key in (*_TYPE_KEYS, "OBJECT"):
        words = {word for word in tokens(str(header.get(key, ""))) if not word.isdigit()}
        if key == "OBJECT":  # a name, in which such a word may stand for something else
            known = _CALIBRATIONS | _ELEMENTS
            is_other = words and words <= known and (words & _CALIBRATIONS or len(words) > 1)
        else:
            is_other = words & _CALIBRATIONS and not words & _SCIENCE
        if is_other:
            return f"{key} = {header[key]!r}: no spectrum of a star"
    return ""


def _known(path, content, hdus, name):
    """The spectrum of a layout that is known as a whole, whose other extensions need not be looked at."""
    if (hdu := hdus[0]).header.get("NAXIS", 0):
        spectrum = survey_image(hdu, hdu.header, name)
        return None if spectrum is None else [spectrum]
    try:
        first = hdus[1]
    except IndexError:
        return None
    columns = [first.header.get(f"TTYPE{i}", "") for i in (1, 2, 3)]
    if first.name.upper() == "MERGED" and columns[1] == "spectrum":
        return [cflib_spectrum(path, Path(path).read_bytes() if content is None else content)]
    if is_coadd(columns, hdu.header):
        names = [first.header[f"TTYPE{i + 1}"] for i in range(first.header["TFIELDS"])]
        return settle(coadd_part(first.name, names, _data(first, names)), name)
    return None


def _parts(hdus):
    """The parts of a file that may be spectra, and what else it holds, by name."""
    parts, images, left_out, main = [], {}, [], hdus[0].header
    for hdu in hdus:
        if hdu.header.get("NAXIS", 0) == 0 or not hdu.header.get("NAXIS1", 1):
            continue
        header, own = ChainMap(hdu.header, main), str(hdu.name)
        if hdu is not hdus[0] and (reason := _calibration(hdu.header)):
            left_out.append(f"{own}: {reason}")
            continue
        # A comment in brackets says nothing of an extension, so the role is that of its plain name.
        role = role_of(own)
        if isinstance(hdu, fits.BinTableHDU | fits.TableHDU) and not isinstance(hdu, fits.CompImageHDU):
            if role.kind in _NO_SPECTRA:
                left_out.append(f"{own} ({role.kind})")
                continue
            try:
                part = _table(hdu, header)
            except RefusedError as error:
                left_out.append(f"{own or 'table'}: {error}")
                continue
            if part is not None:
                parts.append(part)
            else:
                left_out.append(own)
        elif own.lower() in _MAIN or str(hdu.header.get("IMAGE", "")).upper() == "SPECTRUM":
            images.setdefault("", {}).setdefault("flux", []).append(hdu)
        elif role.kind and role.kind not in _NAMING:
            images.setdefault(_tag(role, hdu), {}).setdefault(role.kind, []).append(hdu)
        else:
            images.setdefault(own, {}).setdefault("flux", []).append(hdu)
    _find_errors(images.get("", {}))
    several = any(
        hdu.header.get("NAXIS", 0) > 1 for by_role in images.values() for hdu in by_role.get("flux", [])
    )
    image_parts, others = _of_images(images, main, _row_names(hdus) if several else None)
    return [*parts, *image_parts], [*left_out, *others]


def _find_errors(by_role):
    """Of two images without names the second may be the errors of the first: as large as its scatter."""
    fluxes = by_role.get("flux", [])
    if len(fluxes) != 2 or any(kind in by_role for kind in ("error", "ivar", "variance")):
        return
    flux, other = (np.asarray(hdu.data, float) for hdu in fluxes)
    if flux.ndim != 1 or flux.shape != other.shape or has_own_noise(other, flux):
        return
    if kind := errors_fit(other, flux):
        by_role[kind] = [fluxes.pop()]


def _tag(role, hdu):
    version = hdu.header.get("EXTVER", 1)
    return role.tag if version in (1, "") else f"{role.tag}_{version}".strip("_")


def _row_names(hdus):
    """Names of the rows of images, by a table that has one row for each: names, and which are the sky."""
    for hdu in hdus:
        if isinstance(hdu, fits.BinTableHDU) and not isinstance(hdu, fits.CompImageHDU):
            columns = [str(hdu.header.get(f"TTYPE{i + 1}", "")) for i in range(hdu.header["TFIELDS"])]
            names = {name.lower(): name for name in columns}
            found = next(
                (names[key] for key in ("targetid", "name", "object", "target") if key in names), None
            )
            if found and hdu.data is not None and hdu.data[found].ndim == 1:
                kinds = hdu.data[names["objtype"]] if "objtype" in names else [""] * len(hdu.data)
                return hdu.data[found], [str(kind).strip().upper() for kind in kinds]
    return None


def _table(hdu, header):
    """The part of a table; None where its columns are none of a spectrum."""
    keys = hdu.header
    names = [str(keys.get(f"TTYPE{i + 1}", "")) for i in range(keys["TFIELDS"])]
    said = [_described(keys, i + 1) for i in range(len(names))]
    roles = roles_of(names, said, [str(keys.get(f"TUNIT{i + 1}", "")) for i in range(len(names))])
    kinds = {role.kind for role in roles}
    has_axis = kinds & (SPECTRAL | _NO_WAVES) or "COEFF0" in keys or "CRVAL1" in keys
    if not has_axis or not keys["NAXIS2"] or not kinds & {"flux", "magnitude", *_NO_SPECTRA}:
        return None
    if not kinds & {"flux", "magnitude"}:
        others = sorted(kinds & _NO_SPECTRA - {"wave"})
        raise RefusedError(f"holds {', '.join(others)}, no flux of a star")
    data = _data(hdu, names)
    columns = [
        Column(
            name,
            _cells(data[name], keys.get(f"TNULL{i + 1}")),
            str(keys.get(f"TUNIT{i + 1}", "")),
            "column",
            said[i],
            roles[i],
        )
        for i, name in enumerate(names)
        if name and roles[i].kind not in ("name", "") and _is_numeric(data[name])
    ]
    fluxes = [column for column in columns if column.role.kind in ("flux", "magnitude")]
    if not fluxes:
        return None
    length = next((c.values.shape for c in fluxes), ())
    columns = [
        c for c in columns if c.values.ndim <= 2 and (c.values.ndim == len(length) or c.role.kind in SPECTRAL)
    ]
    axis = None
    if not kinds & (SPECTRAL | _NO_WAVES):
        axis = header_wavelengths(header, length[-1])
    part = Part(hdu.name, columns, axis, header, _object(hdu.header))
    lower = {name.lower() for name in names}
    if {"flux", "loglam", "ivar", "and_mask"} <= lower:
        part.medium = ("vacuum", "the layout of SDSS")
    if lower & {"wave_grid_mid", "opt_wave", "box_wave"}:  # PypeIt, whose masks mark what is valid
        for column in columns:
            column.role = replace(column.role, kind="good") if column.role.kind == "mask" else column.role
    if len(length) > 1 or fluxes[0].values.dtype == object:
        own = next((name for key in _NAMES for name in names if name.lower() == key), None)
        if own is not None and np.ndim(hdu.data[own]) == 1 and length[0] > 1:
            part.rows = [str(value).strip() for value in hdu.data[own]]
    return part


def _described(keys, i):
    """UCD, utype and comment of a column."""
    texts = [str(keys.get(f"{key}{i}", "")) for key in ("TUCD", "TUTYP", "TCOMM", "TDESC")]
    comments = [keys.comments[f"{key}{i}"] for key in ("TTYPE", "TUNIT") if f"{key}{i}" in keys]
    texts += [comment for comment in comments if not re.match("label for|physical unit", comment)]
    return " ".join(filter(None, texts))


def _is_numeric(values):
    return values.dtype == object or np.issubdtype(values.dtype, np.number) or values.dtype == bool


def _cells(values, null):
    """Cells of a column, not numbers where they are null."""
    if null is None or values.dtype == object or not np.issubdtype(values.dtype, np.integer):
        return values
    return np.where(values == null, np.nan, values.astype(float))


def _data(hdu, names):
    """The cells of a table, by the names of the columns.

    Tables of plain numbers, as those of SDSS are, are read from the file as they are: what astropy does for
    the others takes as long as all the rest that is done to a spectrum.
    """
    header, columns = hdu.header, []
    for i, name in enumerate(names, start=1):
        plain = _PLAIN.fullmatch(header[f"TFORM{i}"].strip())
        if not plain or any(f"{key}{i}" in header for key in ("TSCAL", "TZERO", "TDIM")) or not name:
            return hdu.data
        count = int(plain[1] or 1)
        columns.append((name, _NUMBERS[plain[2]], *([count] if count != 1 else [])))
    place = hdu.fileinfo()
    if len(set(names)) < len(names) or place is None:
        return hdu.data
    dtype = np.dtype(columns)
    if dtype.itemsize != header["NAXIS1"]:
        return hdu.data
    place["file"].seek(place["datLoc"])
    content = place["file"].read(dtype.itemsize * header["NAXIS2"])
    if len(content) < dtype.itemsize * header["NAXIS2"]:
        raise OSError("truncated")
    return np.frombuffer(content, dtype)


def _of_images(images, main, rows):
    """Parts of images by their roles; those without a tag serve the others, such as common wavelengths."""
    parts, left_out = [], []
    common = images.get("", {})
    for tag, by_role in images.items():
        for kind, hdus in by_role.items():
            if kind in _NO_SPECTRA - {"error", "ivar", "variance", "mask", "good", "wave"}:
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
                part = image_part(hdu, others, ChainMap(hdu.header, main), (len(fluxes) > 1 and "") or tag)
            except RefusedError as error:
                left_out.append(f"{hdu.name or 'PRIMARY'}: {error}")
                continue
            part.object = _object(hdu.header)
            _name_rows(part, rows)
            parts.append(part)
    return parts, left_out


def _name_rows(part, rows):
    """Give the rows of an image the names of a table; those of the sky are left out."""
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


def _spectra(parts, left_out, name):
    """The spectra of parts: of one object where they are its arms, else of several."""
    coadded = [part for part in parts if "coadd" in tokens(part.name)]
    if coadded and len(coadded) < len(parts):
        left_out = [*left_out, *(f"{part.name} (single exposure)" for part in parts if part not in coadded)]
        parts = coadded
    settled, problems = [], list(left_out)
    first = None
    for part in parts:
        own = part.object or name
        try:
            if len(parts) == 1:
                spectra = settle(part, own)
                head = next(spectra)
                for spectrum in _chained(head, spectra):
                    spectrum.receipt.leave_out(*problems)
                    yield spectrum
                return
            settled.append((part, list(settle(part, own))))
        except RefusedError as error:
            first = first or error
            problems.append(f"{part.name or 'PRIMARY'}: {error}")
    if not settled:
        reasons = [problem for problem in problems if ": " in problem]
        if not reasons and (others := [problem for problem in problems if problem.endswith(")")]):
            reasons = [f"no flux of a star, only {', '.join(others)}"]
        raise first or RefusedError("; ".join(reasons) or _UNKNOWN)
    for spectrum in _arranged(settled, name):
        spectrum.receipt.leave_out(*problems)
        yield spectrum


def _chained(head, rest):
    yield head
    yield from rest


def _arranged(settled, name):
    """Spectra of several parts: arms of one object are joined, others keep the name of their part."""
    counts = {len(spectra) for _, spectra in settled}
    tags = [part.name for part, _ in settled]
    if len(settled) > 1 and len(counts) == 1 and (_are_arms(tags) or counts != {1}):
        groups = list(zip(*(spectra for _, spectra in settled), strict=True))
        if all(are_orders([_range(spectrum) for spectrum in group]) for group in groups):
            for group in groups:
                yield joined(list(group), group[0].name, "arms")
            return
    objects = [part.object for part, _ in settled]
    for part, spectra in settled:
        for spectrum in spectra:
            if len(settled) > 1 and not (part.object and objects.count(part.object) == 1):
                own = part.name or "PRIMARY"
                spectrum.name = (
                    own if len(spectra) == 1 else f"{own} {spectrum.name.removeprefix(name).strip()}"
                )
            yield spectrum


def _are_arms(names):
    """Whether names are those of arms, orders or detectors: letters or numbers beside common words."""
    words = [[word for word in tokens(name) if not word.isdigit()] for name in names]
    common = set.intersection(*map(set, words))
    return all(len(word) == 1 or word in _ARMS or word in common for own in words for word in own)


def _range(spectrum):
    wave = spectrum.wave[np.isfinite(spectrum.wave) & (spectrum.wave > 0)]
    return (wave.min(), wave.max()) if wave.size else (np.nan, np.nan)


def _by_specutils(path, content, needed=False):
    """Spectra of a file that a loader of specutils for one survey recognises; none where none does.

    Raises
    ------
    ArchiveFileError
        If specutils is needed, as nothing else knows the file, and not installed.
    """
    from obafgkm.classify.reading.by_specutils import spectra_of_file

    try:
        return list(spectra_of_file(path, content, _stem(path)))
    except MissingPackageError as error:
        if needed:
            problem = f"{_UNKNOWN}; or one of the loaders of specutils may know it: {error}"
            raise ArchiveFileError(path, problem) from error
    except ArchiveFileError:
        pass
    return []
