"""SDSS, the Sloan Digital Sky Survey: York et al. 2000, AJ 120, 1579; BOSS: Smee et al. 2013, AJ 146, 32.

Files: ``spec-PPPP-MMMMM-FFFF.fits`` (plate, MJD, fibre), lite or full, of the SDSS spectrographs (3800-9200
Angstrom, table SPECOBJ) and of BOSS (3600-10400 Angstrom, table SPALL), with the spectrum in the extension
COADD; ``spSpec-MMMMM-PPPP-FFF.fit`` of data release 7; ``skyserver_csv/<objid>.csv``, without errors and
labels. Pixels are at log10 wavelength = 1e-4 i, in vacuum, heliocentric. Each file begins and ends at its own
i; the common grid covers them all, and pixels that a file lacks are masked.

Flux is in 1e-17 erg/s/cm2/Angstrom, and ``ivar`` is its inverse variance. Only ``ivar`` masks pixels: the
pipeline sets it to 0 where no exposure has a good pixel. The and-mask is not applied: most of its bits flag a
whole fibre or bright sky, and BRIGHTSKY, set on Na I D in many spectra, would mask the stellar line along
with the sky.
"""

import functools
import io
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from astropy.io import fits

from obafgkm.archives import OPTICAL, open_fits
from obafgkm.archives.sdss.labels import BANDS, COLUMNS, mk_part, object_names, spectrum_id, subclass_name
from obafgkm.errors import ArchiveFileError
from obafgkm.spectra import Spectra

__all__ = [
    "FWHM",
    "LIBRARY",
    "MEDIUM",
    "WAVE",
    "gap",
    "label_table",
    "on_grid",
    "read",
    "read_lines",
    "read_spectrum",
    "spectrum_files",
    "write",
]

LIBRARY = "sdss"
# R = 2000 near 5550 Angstrom. The files' column wdisp gives (median) 2.6 there and 3.2 at 6800 Angstrom for
# the SDSS spectrographs, 2.7 and 4.0 for BOSS; single fibres differ by up to a third.
FWHM = 2.76
MEDIUM = "vacuum"
_FIRST = 35500
WAVE = 10 ** (1e-4 * (_FIRST + np.arange(4701)))  # 3548 to 10471 Angstrom

_DTYPES = {"A": "S{}", "J": "{}>i4", "E": "{}>f4", "D": "{}>f8"}  # of the formats of FITS columns
_FULLREJECT = 1 << 18  # mask bit: no exposure has a good pixel
# Columns of the table SPZLINE, by their names here.
_LINE_COLUMNS = {
    "name": "LINENAME",
    "wave": "LINEWAVE",
    "z": "LINEZ",
    "sigma": "LINESIGMA",
    "sigma_err": "LINESIGMA_ERR",
    "area": "LINEAREA",
    "area_err": "LINEAREA_ERR",
    "ew": "LINEEW",
    "ew_err": "LINEEW_ERR",
    "continuum": "LINECONTLEVEL",
}

_PATTERNS = ("**/spec-*.fits", "**/spSpec-*.fit", "skyserver_csv/*.csv")
_DR7_CLASSES = {1: "STAR", 2: "GALAXY", 3: "QSO", 4: "QSO", 6: "STAR"}  # 0 is unknown, 5 is sky


def read(directory):
    """Read all spectra: stars, galaxies, quasars and sky; `sdss_labels.usable` says which to use.

    Parameters
    ----------
    directory : path-like
        Holds spec and spSpec files in any folders, and ``skyserver_csv/*.csv``.

    Returns
    -------
    Spectra
        (n_spec, 4701) on `WAVE`, sorted by file type and path; masked pixels (``ivar`` 0) hold interpolated
        flux. Labels are `COLUMNS`; ``file`` is the path below `directory`, ``name`` is plate-mjd-fiber;
        ``star``, also in ``aliases``, is identical for repeated observations, see `sdss_labels.object_names`.
    rejected : DataFrame
        Columns library, file, name, reason: files that cannot be read.

    Raises
    ------
    ArchiveFileError
        If there are no such files.
    """
    directory = Path(directory)
    paths = spectrum_files(directory)
    flux, ivar = (np.empty((len(paths), WAVE.size), np.float32) for _ in range(2))
    rows, rejected = [], []
    for path in paths:
        file = path.relative_to(directory).as_posix()
        try:
            row, flux[len(rows)], ivar[len(rows)] = read_spectrum(file, path.read_bytes())
            rows.append(row)
        except ArchiveFileError as error:
            rejected.append(("sdss", file, path.stem, error.problem))
    if len(rows) + len(rejected) != len(paths):
        raise AssertionError(f"{len(paths)} files in, {len(rows)} read and {len(rejected)} rejected")
    labels = label_table(rows)
    labels["star"] = labels["aliases"] = object_names(labels)
    spectra = Spectra(WAVE, flux[: len(rows)], ivar[: len(rows)], labels, MEDIUM, FWHM, {"library": "sdss"})
    return spectra, pd.DataFrame(rejected, columns=["library", "file", "name", "reason"])


def spectrum_files(directory):
    """Paths of the files below a directory that hold spectra, sorted by kind and path.

    Raises
    ------
    ArchiveFileError
        If there are none.
    """
    paths = [path for pattern in _PATTERNS for path in sorted(Path(directory).glob(pattern))]
    if not paths:
        raise ArchiveFileError(directory, f"no spectra {' or '.join(_PATTERNS)} here: fetch them")
    return paths


def label_table(rows):
    """Labels (dicts from `read_spectrum`) as a table of `COLUMNS` with their data types."""
    labels = pd.DataFrame(rows, columns=list(COLUMNS))
    return labels.astype({column: _dtype(default) for column, default in COLUMNS.items()})


def _dtype(default):
    return object if isinstance(default, str) else type(default)


def read_spectrum(file, content):
    """Read one spectrum.

    Parameters
    ----------
    file : str
        Its path; the name tells which of the three formats it has.
    content : bytes

    Returns
    -------
    labels : dict
        `COLUMNS`; star and aliases are left empty, as they depend on the other spectra.
    flux, ivar : array (4701,)
        On `WAVE`.

    Raises
    ------
    ArchiveFileError
        If it holds no spectrum, or that of a plate, MJD and fibre other than its name says.
    """
    name = PurePosixPath(file).name
    if name.endswith(".csv"):
        reader = _read_skyserver
    elif name.startswith("spSpec-"):
        reader = _read_dr7
    else:
        reader = _read_spec
    labels, loglam, flux, ivar = reader(file, content)
    flux, ivar = on_grid(file, loglam, flux, ivar)
    labels = {**COLUMNS, **labels, "library": LIBRARY, "file": file, "gap": gap(ivar)}
    return labels, flux, ivar


def _read_spec(file, content):
    with open_fits(file, content) as hdus:
        if "COADD" not in hdus:
            raise ArchiveFileError(file, "has no extension COADD; truncated or no spec file: fetch it again")
        coadd, names = hdus["COADD"].data, hdus[2].columns.names
        row = hdus[2].data[0]
        target, objid = ("SOURCETYPE", "BESTOBJID") if "SOURCETYPE" in names else ("OBJTYPE", "OBJID")
        labels = {
            **_observation(row["PLATE"], row["MJD"], row["FIBERID"]),
            **_classification(row["CLASS"], row["SUBCLASS"]),
            "z": float(row["Z"]),
            "zerr": float(row["Z_ERR"]),
            "zwarning": int(row["ZWARNING"]),
            "snr": float(row["SN_MEDIAN_ALL"]),
            "run2d": row["RUN2D"].strip(),
            "specobjid": spectrum_id(row["PLATE"], row["MJD"], row["FIBERID"], row["RUN2D"].strip()),
            "ra": float(row["PLUG_RA"]),
            "dec": float(row["PLUG_DEC"]),
            "objid": row[objid].strip(),
            "target": row[target].strip(),
            **(_photometry(row) if "PETROMAG" in names else {}),
        }
        loglam, flux, ivar = (np.array(coadd[column], float) for column in ("loglam", "flux", "ivar"))
    _check_name(file, f"spec-{labels['name']}")
    return labels, loglam, flux, ivar


def read_lines(file, content):
    """Read the pipeline's measurements of emission lines from a spec file, table SPZLINE.

    Parameters
    ----------
    file : str
    content : bytes

    Returns
    -------
    DataFrame
        One row per fitted line: ``name``, ``wave`` (vacuum, Angstrom; the key, as older files misname
        two lines), ``z``, ``sigma`` (km/s), ``area`` (1e-17 erg/s/cm2), ``ew`` (Angstrom, observed frame,
        positive in emission), ``continuum`` and errors ``sigma_err, area_err, ew_err``.

    Raises
    ------
    ArchiveFileError
        If there is no such table.
    """
    with open_fits(file, content) as hdus:
        table = hdus["SPZLINE"].data
        columns = {name: table[column] for name, column in _LINE_COLUMNS.items()}
        names = [name.strip() for name in columns.pop("name")]
        lines = pd.DataFrame({name: np.asarray(values, float) for name, values in columns.items()})
    lines.insert(0, "name", names)
    return lines[lines["area_err"] > 0].reset_index(drop=True)


def _photometry(row):
    """Petrosian magnitudes, which only the table SPALL has; -9999 means none."""
    columns = {"petromag": row["PETROMAG"], "petromagerr": row["PETROMAGERR"]}
    return {
        f"{name}_{band}": float(value) if value > 0 else np.nan
        for name, values in columns.items()
        for band, value in zip(BANDS, values, strict=True)
    }


def _read_dr7(file, content):
    with open_fits(file, content) as hdus:
        header = hdus[0].header
        flux, _, error = np.array(hdus[0].data[:3], float)
        loglam = header["COEFF0"] + header["COEFF1"] * np.arange(flux.size)
        ivar = np.divide(1.0, error**2, out=np.zeros_like(error), where=error > 0)
        labels = {
            **_observation(header["PLATEID"], header["MJD"], header["FIBERID"]),
            **_classification(_DR7_CLASSES.get(header["SPEC_CLN"], ""), ""),
            "z": float(header["Z"]),
            "zwarning": int(header["Z_WARNIN"]),
            "snr": float(np.nanmedian((flux * np.sqrt(ivar))[ivar > 0])),
            "ra": float(header["RAOBJ"]),
            "dec": float(header["DECOBJ"]),
            "target": header["OBJTYPE"].strip(),
        }
    _check_name(file, f"spSpec-{labels['mjd']}-{labels['plate']:04d}-{labels['fiberid']:03d}")
    return labels, loglam, flux, ivar


def _read_skyserver(file, content):
    try:
        table = pd.read_csv(io.BytesIO(content), usecols=["Wavelength", "Flux"], dtype=float)
    except ValueError as error:
        raise ArchiveFileError(
            file, f"truncated or no spectrum with columns Wavelength and Flux ({error}): fetch it again"
        ) from error
    objid = PurePosixPath(file).stem
    labels = {"name": f"SDSS {objid}", "objid": objid}
    return labels, np.log10(table["Wavelength"]), table["Flux"], np.ones(len(table))


def _observation(plate, mjd, fiber):
    plate, mjd, fiber = int(plate), int(mjd), int(fiber)
    return {"plate": plate, "mjd": mjd, "fiberid": fiber, "name": f"{plate:04d}-{mjd}-{fiber:04d}"}


def _classification(object_class, subclass):
    object_class = object_class.strip()
    type_text = mk_part(subclass) if object_class == "STAR" else ""
    return {
        "class": object_class,
        "subclass": subclass_name(object_class, subclass.strip()),
        "subclass_text": subclass.strip(),
        "type_text": type_text,
    }


def _check_name(file, stem):
    if PurePosixPath(file).stem != stem:
        raise ArchiveFileError(file, f"holds the spectrum of {stem}, not the one it is named after")


def on_grid(file, loglam, flux, ivar):
    """Put a spectrum on the common grid, which LAMOST shares.

    Parameters
    ----------
    file : str
        For messages.
    loglam, flux, ivar : array (n_pix,)
        Decimal logarithm of the wavelength in Angstrom, a section of the grid; flux; its inverse variance.

    Returns
    -------
    flux, ivar : array (4701,)
        On `WAVE`; masked (``ivar`` 0) or uncovered pixels hold interpolated flux.

    Raises
    ------
    ArchiveFileError
        If the pixels are not those of the grid, or none is valid.
    """
    pixel = np.asarray(loglam, float) * 1e4 - _FIRST
    if not pixel.size or not (np.abs(pixel - pixel[0].round() - np.arange(pixel.size)) < 0.05).all():
        raise ArchiveFileError(file, "not on the common grid, log10 wavelength in steps of 1e-4")
    first = int(pixel[0].round())
    if first < 0 or first + pixel.size > WAVE.size:
        raise ArchiveFileError(file, f"goes beyond {WAVE[0]:.0f}-{WAVE[-1]:.0f} Angstrom")
    flux, ivar = np.asarray(flux, float), np.asarray(ivar, float)
    good = np.isfinite(flux) & np.isfinite(ivar) & (ivar > 0)
    if not good.any():
        raise ArchiveFileError(file, "no valid pixel")
    here = slice(first, first + pixel.size)
    on_grid = np.zeros(WAVE.size)
    on_grid[here] = np.where(good, ivar, 0.0)
    return np.interp(WAVE, WAVE[here][good], flux[good]), on_grid


def gap(ivar):
    """Width of the masked pixels inside `obafgkm.archives.OPTICAL` of a spectrum on `WAVE`, Angstrom."""
    masked = (ivar == 0) & (np.clip(WAVE, *OPTICAL) == WAVE)
    return round(np.gradient(WAVE)[masked].sum(), 2)


def write(directory, spectra, lines=None):
    """Write spectra on the grid `WAVE` as ``spectra/lite/PPPP/spec-PPPP-MMMMM-FFFF.fits``.

    Reductions ``v...`` get the table SPALL, others SPECOBJ, with the columns that `COLUMNS` can fill. Sky and
    model are zero; pixels without inverse variance have the bit FULLREJECT in both masks. Masked pixels at
    the ends are omitted.

    Parameters
    ----------
    directory : path-like
    spectra : Spectra
    lines : sequence of DataFrame or None, optional
        Line measurements of each spectrum, as from `read_lines`; without them, the table SPZLINE has no rows.

    Raises
    ------
    ValueError
        If the spectra are on another grid, one lacks plate, MJD or fibre, or a string is too long for its
        column.
    """
    if not np.array_equal(spectra.wave, WAVE):
        raise ValueError("spectra on another grid than that of SDSS")
    rows = spectra.labels.to_dict("records")
    lines = [None] * len(rows) if lines is None else lines
    for row, flux, ivar, table in zip(rows, spectra.flux, spectra.ivar, lines, strict=True):
        if min(row["plate"], row["mjd"], row["fiberid"]) < 0:
            raise ValueError(f"{row['name']!r} has no plate, MJD and fibre to name its file after")
        folder = Path(directory) / "spectra" / "lite" / f"{row['plate']:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"spec-{row['plate']:04d}-{row['mjd']}-{row['fiberid']:04d}.fits"
        (folder / name).write_bytes(_spec_bytes(row, flux, ivar, spectra.fwhm, table))


def _spec_bytes(row, flux, ivar, fwhm, lines):
    covered = np.flatnonzero(ivar > 0)
    here = slice(covered[0], covered[-1] + 1)
    coadd = _coadd(WAVE[here], flux[here], ivar[here], fwhm)
    primary = fits.PrimaryHDU(header=_primary_header(row, _FIRST + int(covered[0]))).header
    primary["EXTEND"] = True
    return primary.tostring().encode() + coadd + _object_table(row) + _line_table(row, lines)


def _primary_header(row, first):
    header = fits.Header(
        [
            ("TELESCOP", "SDSS 2.5-M"),
            ("FLAVOR", "science"),
            ("MJD", row["mjd"]),
            ("PLATEID", row["plate"]),
            ("VACUUM", True),
            ("NWORDER", 2),
            ("WFITTYPE", "LOG-LINEAR"),
            ("COEFF0", first / 1e4),
            ("COEFF1", 1e-4),
            ("BUNIT", "1E-17 erg/cm^2/s/Ang"),
            ("PLUG_RA", row["ra"]),
            ("PLUG_DEC", row["dec"]),
            ("FIBERID", row["fiberid"]),
        ]
    )
    if _is_boss(row):
        header.insert("VACUUM", ("RUN2D", row["run2d"]))
    return header


def _is_boss(row):
    return row["run2d"].startswith("v")


def _coadd(wave, flux, ivar, fwhm):
    nothing, mask = np.zeros(wave.size), np.where(ivar > 0, 0, _FULLREJECT)
    sigma = fwhm / np.sqrt(8 * np.log(2))
    columns = [
        ("flux", "E", flux),
        ("loglam", "E", np.log10(wave)),
        ("ivar", "E", ivar),
        ("and_mask", "J", mask),
        ("or_mask", "J", mask),
        ("wdisp", "E", sigma / (wave * np.log(10) * 1e-4)),
        ("sky", "E", nothing),
        ("model", "E", nothing),
    ]
    return _table("COADD", columns)


def _object_table(row):
    observation = [("PLATE", "J", "plate"), ("MJD", "J", "mjd"), ("FIBERID", "J", "fiberid")]
    place = [("PLUG_RA", "D", "ra"), ("PLUG_DEC", "D", "dec")]
    result = [("CLASS", "6A", "class"), ("SUBCLASS", "21A", "subclass_text")]
    result += [("Z", "E", "z"), ("Z_ERR", "E", "zerr")]
    result += [("ZWARNING", "J", "zwarning"), ("SN_MEDIAN_ALL", "E", "snr")]
    row = {**row, "petromag": [], "petromagerr": []}
    for band in BANDS:
        row["petromag"].append(row[f"petromag_{band}"])
        row["petromagerr"].append(row[f"petromagerr_{band}"])
    if _is_boss(row):
        name = "SPALL"
        run = [("RUN2D", "7A", "run2d"), ("OBJTYPE", "16A", "target")]
        photometry = [("OBJID", "19A", "objid"), ("PETROMAG", "5E", "petromag")]
        photometry += [("PETROMAGERR", "5E", "petromagerr")]
        columns = [*observation, *run, *place, *result, *photometry]
    else:
        name = "SPECOBJ"
        run = [("BESTOBJID", "19A", "objid"), ("RUN2D", "3A", "run2d"), ("SOURCETYPE", "19A", "target")]
        columns = [*run, *observation, *place, *result]
    for column, form, label in columns:
        if form.endswith("A") and len(row[label]) > int(form[:-1]):
            raise ValueError(f"{label} {row[label]!r} of {row['name']} is too long for the column {column}")
    return _table(name, [(column, form, [row[label]]) for column, form, label in columns])


def _line_table(row, lines):
    lines = pd.DataFrame(columns=_LINE_COLUMNS) if lines is None else lines
    place = [("PLATE", "J", "plate"), ("MJD", "J", "mjd"), ("FIBERID", "J", "fiberid")]
    columns = [(column, form, [row[label]] * len(lines)) for column, form, label in place]
    columns += [("LINENAME", "13A", lines["name"].to_list()), ("LINEWAVE", "D", lines["wave"].astype(float))]
    nothing = np.zeros(len(lines))
    for name in ("z", "sigma", "area", "ew", "continuum"):
        column = _LINE_COLUMNS[name]
        columns.append((column, "E", lines[name].astype(float)))
        error = lines[f"{name}_err"].astype(float) if f"{name}_err" in lines else nothing
        columns.append((f"{column}_ERR", "E", error))
    columns += [("LINENPIXLEFT", "J", nothing), ("LINENPIXRIGHT", "J", nothing)]
    columns += [("LINEDOF", "E", nothing), ("LINECHI2", "E", nothing)]
    return _table("SPZLINE", columns)


def _table(name, columns):
    """Bytes of a binary table of (column, format, values)."""
    dtype = tuple((column, _DTYPES[form[-1]].format(form[:-1])) for column, form, _ in columns)
    table = np.empty(len(columns[0][2]), list(dtype))
    for column, _, values in columns:
        table[column] = values
    header = _table_header(name, dtype).copy()
    header["NAXIS2"] = table.size
    return header.tostring().encode() + _block(table.tobytes())


@functools.cache
def _table_header(name, dtype):
    """Header of an empty table; making it for each of thousands of files would dominate the run time."""
    return fits.BinTableHDU(np.empty(0, list(dtype)), name=name).header


def _block(data):
    """Data padded to whole FITS blocks."""
    return data.ljust(-(-len(data) // 2880) * 2880, b"\0")
