"""CFLIB, the Indo-US library of coudé feed stellar spectra: Valdes et al. 2004, ApJS 152, 251.

Files: ``BINTABLE.tgz`` of ``<name>.fits`` (extension 1, one row: vectors wavelength and spectrum; the
exposures behind it follow in further extensions) and ``TEXT/<name>.txt`` (lines ``#K KEYWORD value``, then
two columns); either or both. The name is the HD number, without prefix, or BD+01_2916, G_101-29 and the like.
Common grid 3465 to 9469 Angstrom in air, in steps of 0.4; relative flux, shaped after the continuum of the
Pickles type. Missing stretches are filled with 1.0e-4 and listed by the keywords COVERAGE and GAPS. There are
two types: PICKTYPE, which Sharma et al. 2020, section 2.2, adopt, and SPTYPE from the literature. -2147483647
means undefined. ``cflib_header_types.csv`` lists the library's 1,273 files with their SPTYPE; ``wu2011.csv``,
if present, has the parameters of Wu et al. 2011, A&A 525, A71, which then replace those of the headers,
collected from the literature.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd
from astropy.io import fits

from obafgkm.archives import (
    collect,
    complete_labels,
    fits_bytes,
    folder_files,
    open_fits,
    read_table,
    tar_files,
    write_tar,
)
from obafgkm.archives.names import star_key
from obafgkm.errors import ArchiveFileError
from obafgkm.spectroscopy.runs import runs

__all__ = ["FWHM", "REFERENCE", "TITLE", "WAVE", "read", "read_spectrum", "star_names", "write"]

TITLE, REFERENCE = "CFLIB", "Valdes et al. (2004)"
FWHM = 1.0
WAVE = np.round(3465.0 + 0.4 * np.arange(15011), 1)

_CATALOGUES = ("HD", "BD", "HIP", "SAO")
_FILL = 1.0e-4
_TABLE = "cflib_header_types.csv"
_PARAMETERS = "wu2011.csv"
_UNDEFINED = -2147483647


def read(directory):
    """Read the library; for a star in both ``BINTABLE.tgz`` and ``TEXT``, the binary table is read.

    Parameters
    ----------
    directory : path-like
        Holds ``BINTABLE.tgz``, ``TEXT/*.txt`` or both.

    Returns
    -------
    Spectra
        (n_spec, 15011), in the order of the tar archive, then of the text files; label ``type_text`` is
        PICKTYPE if there is one and SPTYPE otherwise, ``catalogue_type_text`` is SPTYPE if it is a second
        type.
    rejected : DataFrame

    Raises
    ------
    ArchiveFileError
        If there is neither, or the tar archive is truncated.
    """
    spectra, rejected = collect("cflib", WAVE, FWHM, _files(Path(directory)), read_spectrum)
    if (path := Path(directory) / _PARAMETERS).is_file():
        spectra.labels = _with_parameters(spectra.labels, path)
    return spectra, rejected


def _with_parameters(labels, path):
    """Labels with the parameters of Wu et al. for the stars in their table."""
    columns = ["teff", "logg", "feh"]
    table = read_table(path, ["name", *columns])
    table[columns] = table[columns].apply(pd.to_numeric, errors="coerce")
    table.index = [star_key(name) for name in table["name"]]
    known = table.loc[~table.index.duplicated(), columns].reindex(labels["star"]).set_index(labels.index)
    return labels.assign(**known.combine_first(labels[columns]))


def star_names(directory):
    """Names of all stars of the library, with or without a spectrum in this directory.

    Returns
    -------
    list of str
        As the files are named: ``'100006'``, ``'G_101-29'``.

    Raises
    ------
    ArchiveFileError
        If neither the table of the library's files nor a spectrum is found.
    """
    directory = Path(directory)
    if (directory / _TABLE).is_file():
        return sorted(read_table(directory / _TABLE, ["identifier"])["identifier"])
    return sorted(Path(file).stem for file, _ in _files(directory))


def _files(directory):
    archive, folder = directory / "BINTABLE.tgz", directory / "TEXT"
    if not archive.is_file() and not any(folder.glob("*.txt")):
        raise ArchiveFileError(archive, "missing, and so are the files TEXT/*.txt: fetch one of them again")
    stems = set()
    if archive.is_file():
        for file, content in tar_files(archive):
            stems.add(Path(file).stem)
            yield file, content
    for file, content in folder_files(folder, "*.txt"):
        if Path(file).stem not in stems:
            yield file, content


def read_spectrum(file, content):
    """Read one spectrum.

    Parameters
    ----------
    file : str
        Its name, ``<name>.fits`` or ``<name>.txt``.
    content : bytes

    Returns
    -------
    labels : dict
        Some of `obafgkm.archives.LABELS`.
    flux : array (15011,)
        On `WAVE`, NaN where not observed.

    Raises
    ------
    ArchiveFileError
        If there is no spectrum in it.
    """
    keywords, wave, flux = (
        _parse_text(file, content) if file.endswith(".txt") else _parse_table(file, content)
    )
    if wave.shape != WAVE.shape or not np.allclose(wave, WAVE, atol=0.05):
        raise ArchiveFileError(file, "not on the library's grid, 3465 to 9469 Angstrom in steps of 0.4")
    picktype, sptype = (str(keywords.get(key, "")).strip() for key in ("PICKTYPE", "SPTYPE"))
    aliases = (str(keywords.get(f"{catalogue}NAME", "")).strip() for catalogue in _CATALOGUES)
    labels = {
        "name": Path(file).stem,
        "aliases": ";".join(alias for alias in aliases if alias),
        "type_text": picktype or sptype,
        "catalogue_type_text": sptype if picktype else "",
        "teff": _number(keywords.get("TEFF")),
        "logg": _number(keywords.get("LOGG")),
        "feh": _number(keywords.get("FEH")),
    }
    return labels, np.where(_missing(keywords, flux), np.nan, flux)


def _parse_table(file, content):
    with open_fits(file, content) as hdus:
        keywords = {**hdus[0].header, **hdus[1].header}
        row = hdus[1].data[0]
        return keywords, np.array(row["wavelength"], float), np.array(row["spectrum"], float)


def _parse_text(file, content):
    text = content.decode("latin-1")
    keywords = dict(re.findall(r"^#K (\S+) +'?([^'\n]*)", text, re.M))
    try:
        numbers = np.array(re.sub(r"#.*", "", text).split(), float).reshape(-1, 2)
    except ValueError as error:
        raise ArchiveFileError(
            file, f"truncated or no spectrum in text form ({error}): fetch it again"
        ) from error
    return keywords, numbers[:, 0], numbers[:, 1]


def _number(value):
    """First word of a keyword's value, which may be followed by a reference; NaN where undefined."""
    match = re.match(r"[-+.\deE]+", str(value).strip())
    number = float(match[0]) if match else np.nan
    return np.nan if number == _UNDEFINED else number


def _missing(keywords, flux):
    """Pixels (n_pix,) that were not observed.

    They are given by the keywords, or by the fill value where these are absent. Real flux can be as small,
    but is not constant: three consecutive pixels within one per cent of the fill value count as filled.
    """
    missing = ~np.isfinite(flux)
    for first, last in _ranges(keywords.get("GAPS", "")):
        start, stop = np.searchsorted(WAVE, [first - 0.1, last + 0.1])
        missing[start:stop] = True
    for first, last in _ranges(keywords.get("COVERAGE", "")):
        start, stop = np.searchsorted(WAVE, [first - 0.1, last + 0.1])
        missing[:start] = missing[stop:] = True
    for first, end in runs(np.abs(flux - _FILL) < 0.01 * _FILL):
        if end - first > 2:
            missing[first:end] = True
    return missing


def _ranges(text):
    return [(float(a), float(b)) for a, b in re.findall(r"(\d+\.?\d*)-(\d+\.?\d*)", str(text))]


def write(directory, spectra):
    """Write spectra on the grid `WAVE` in the library's format.

    Label columns file (``<name>.fits`` goes into BINTABLE.tgz, ``<name>.txt`` into TEXT), name, aliases,
    type_text (as PICKTYPE), catalogue_type_text (as SPTYPE), teff, logg, feh. Masked pixels are filled.
    """
    directory = Path(directory)
    (directory / "TEXT").mkdir(parents=True, exist_ok=True)
    labels = complete_labels(spectra.labels)
    pd.DataFrame(
        {
            "file": [f"{Path(file).stem}.fits" for file in labels["file"]],
            "identifier": [Path(file).stem for file in labels["file"]],
            "sptype": labels["catalogue_type_text"],
        }
    ).to_csv(directory / _TABLE, index=False)
    records = list(zip(labels.itertuples(), spectra.flux, spectra.ivar > 0, strict=True))
    write_tar(
        directory / "BINTABLE.tgz",
        (
            (f"BINTABLE/{row.file}", _table_bytes(_keywords(row, good), np.where(good, flux, _FILL)))
            for row, flux, good in records
            if row.file.endswith(".fits")
        ),
    )
    for row, flux, good in records:
        if row.file.endswith(".txt"):
            text = _text(_keywords(row, good), np.where(good, flux, _FILL))
            (directory / "TEXT" / row.file).write_text(text)


def _keywords(row, good):
    """Keywords of one spectrum, omitting those without a value."""
    first, last = WAVE[np.flatnonzero(good)[[0, -1]]]
    gaps = [f"{a:.1f}-{b:.1f}" for a, b in WAVE[runs(~good) - [0, 1]] if first < a and b < last]
    keywords = {"OBJECT": row.name, "SPTYPE": row.catalogue_type_text, "PICKTYPE": row.type_text}
    aliases = row.aliases.split(";")
    keywords |= {
        f"{catalogue}NAME": alias
        for catalogue in _CATALOGUES
        for alias in aliases
        if alias.startswith(catalogue)
    }
    parameters = {"TEFF": row.teff, "LOGG": row.logg, "FEH": row.feh}
    keywords |= {key: _UNDEFINED if np.isnan(value) else value for key, value in parameters.items()}
    keywords |= {"COVERAGE": f"{first:.1f}-{last:.1f}", "GAPS": ",".join(gaps) or "0"}
    return {key: value for key, value in keywords.items() if value != ""}


def _table_bytes(keywords, flux):
    header = fits.Header([("EXTNAME", "merged"), *keywords.items()])
    vector = f"{WAVE.size}E"
    table = fits.BinTableHDU.from_columns(
        [
            fits.Column("wavelength", vector, array=WAVE[np.newaxis].astype(np.float32)),
            fits.Column("spectrum", vector, array=flux[np.newaxis].astype(np.float32)),
        ],
        header=header,
    )
    return fits_bytes(fits.PrimaryHDU(), table)


def _text(keywords, flux):
    lines = [f"#K {key:<8} {value}" for key, value in keywords.items()]
    lines += ["", "#      wavelength        spectrum", "#       angstroms                ", ""]
    lines += [f"{wave:17.6g}{value:16.7g}" for wave, value in zip(WAVE.tolist(), flux.tolist(), strict=True)]
    return "\n".join(lines) + "\n"
