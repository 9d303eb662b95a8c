"""From a stellar library's files to spectra with MK types, with reasons for all rejected ones."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm import mk
from obafgkm.archives import collect, jhc
from obafgkm.archives.libraries import LIBRARIES
from obafgkm.errors import SpectralTypeError

__all__ = ["FROM_SIMBAD", "MAX_GAP", "ingest", "read_library"]

FROM_SIMBAD = "miles"  # Sharma et al. 2020 take its types from SIMBAD (section 2.3)

MAX_GAP = 50.0  # Angstrom inside 3900-6800; CFLIB stars with a wider gap are left out (Sharma et al., 2.2)


def ingest(library, directory, look_up=None):
    """Read a library and its types.

    If the type has no luminosity class but the catalogue's second type has one, that class is adopted,
    leaving the temperature class unchanged (Sharma et al. 2020, section 2.4).

    If SIMBAD is queried, as in the paper, the types of MILES are SIMBAD's, and its stars without one are left
    out (section 2.3); for the other libraries SIMBAD's types supply luminosity classes missing from the
    catalogue, and are kept for comparison.

    Parameters
    ----------
    library : str
        One of `obafgkm.archives.libraries.LIBRARIES`.
    directory : path-like
        Holds the archive's files.
    look_up : callable, optional
        Takes names, returns SIMBAD's data on them: `obafgkm.archives.simbad.cross_identify`.

    Returns
    -------
    Spectra
        Those with a readable type. Further labels: mk_class (0 ... 69), luminosity (0 ... 4, -1 if unknown),
        mk_type (canonical text); if SIMBAD was queried, simbad_type_text ('' where it has none). For MILES,
        catalogue_type_text is then the type in the library's own table.
    rejected : DataFrame
        Columns library, file, name, reason: unreadable files, unreadable types, CFLIB stars with a wide gap,
        and the three JHC stars omitted by the documents.

    Raises
    ------
    ArchiveFileError
        If the archive as a whole cannot be used.
    FetchError
        If SIMBAD does not answer.
    """
    spectra, rejected = read_library(library, directory)
    if look_up is not None:
        spectra.labels = _with_simbad_types(library, spectra.labels, look_up)
    verdicts = [_judge(row) for row in spectra.labels.itertuples()]
    usable = np.array([isinstance(verdict, mk.MKType) for verdict in verdicts], dtype=bool)
    types = [verdict for verdict in verdicts if isinstance(verdict, mk.MKType)]
    reasons = [verdict for verdict in verdicts if isinstance(verdict, str)]
    kept = spectra.select(usable)
    kept.labels["mk_class"] = np.array([mk_type.number for mk_type in types], dtype=int)
    kept.labels["luminosity"] = np.array(
        [-1 if mk_type.luminosity is None else mk_type.luminosity for mk_type in types], dtype=int
    )
    kept.labels["mk_type"] = np.array([str(mk_type) for mk_type in types], dtype=object)
    refused = spectra.labels.loc[~usable, ["library", "file", "name"]].assign(reason=reasons)
    return kept, pd.concat([rejected, refused], ignore_index=True)


def read_library(library, directory):
    """All spectra of a library, typed or not; none if a mirror lacks it (`archives.missing: skip`).

    Parameters and errors are those of `ingest`.

    Returns
    -------
    Spectra
    rejected : DataFrame
    """
    archive = LIBRARIES[library]
    if _holds_nothing(directory):
        return collect(library, archive.WAVE, archive.FWHM, [], None)
    return archive.read(directory)


def _holds_nothing(directory):
    """Whether only the record of a mirror without this library is present."""
    return {path.name for path in Path(directory).iterdir()} <= {"provenance.json", "provenance.json.sha256"}


def _with_simbad_types(library, labels, look_up):
    """Labels with the column simbad_type_text, which is the adopted type for the library `FROM_SIMBAD`."""
    known = look_up(sorted(set(labels["name"]))) if len(labels) else None
    types = {} if known is None else dict(zip(known["name"], known["sp_type"], strict=True))
    labels = labels.assign(simbad_type_text=labels["name"].map(types).fillna("").astype(object))
    if library != FROM_SIMBAD:
        return labels
    return labels.assign(type_text=labels["simbad_type_text"], catalogue_type_text=labels["type_text"])


def _judge(row):
    """The type of one spectrum, or the reason why it is not used."""
    if row.library == "jhc" and row.file in jhc.EXCLUDED:
        return jhc.EXCLUDED[row.file]
    if row.library == "cflib" and row.gap >= MAX_GAP:
        return f"gap of {MAX_GAP:.0f} Angstrom or more inside 3900-6800 Angstrom: {row.gap:.1f}"
    try:
        mk_type = mk.parse(row.type_text)
    except SpectralTypeError as error:
        return f"{error.reason}: {row.type_text!r}"
    simbad = getattr(row, "simbad_type_text", None)
    if row.library == FROM_SIMBAD and simbad is not None:
        return mk_type  # the paper omits stars without a luminosity class in SIMBAD
    for opinion in (row.catalogue_type_text, simbad or ""):
        if mk_type.luminosity is None:
            mk_type = _with_luminosity_of(mk_type, opinion)
    return mk_type


def _with_luminosity_of(mk_type, text):
    try:
        return mk.MKType(mk_type.main, mk_type.subclass, mk.parse(text).luminosity)
    except SpectralTypeError:
        return mk_type
