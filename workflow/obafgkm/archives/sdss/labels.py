"""Labels of SDSS spectra: columns, types, repeated observations, and which spectra to use."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from obafgkm import mk
from obafgkm.archives import LABELS
from obafgkm.errors import SpectralTypeError

__all__ = [
    "BANDS",
    "COLUMNS",
    "mk_part",
    "object_names",
    "spectrum_id",
    "star_family",
    "subclass_name",
    "usable",
]

BANDS = "ugriz"
# Label columns, with the value that means "not known".
COLUMNS = {
    **LABELS,
    "class": "",  # STAR, GALAXY or QSO
    "subclass": "",  # in one vocabulary for all reductions, see `subclass_name`
    "subclass_text": "",  # as the archive has it; type_text is its MK part, if the class is STAR
    "z": np.nan,  # redshift; a star's radial velocity / c
    "zerr": np.nan,  # its error
    "zwarning": -1,  # the pipeline's warning bits; 0 is good
    "snr": np.nan,  # median signal-to-noise ratio per pixel
    "plate": -1,
    "mjd": -1,
    "fiberid": -1,
    "run2d": "",  # version of the reduction
    "ra": np.nan,  # deg
    "dec": np.nan,  # deg
    "objid": "",  # of the photometry; 19 digits, too many for a float
    "specobjid": "",  # of the spectrum; up to 20 digits, see `spectrum_id`
    "target": "",  # the target of the fibre; SKY is not an object
    **{f"petromag_{band}": np.nan for band in BANDS},  # Petrosian magnitudes
    **{f"petromagerr_{band}": np.nan for band in BANDS},
}
_SAME_OBJECT = 2.0  # arcsec, the diameter of a BOSS fibre; on one plate fibres keep 55 arcsec apart


def mk_part(subclass):
    """A star's subclass without the template star's name.

    That name belongs to the library star whose spectrum fits best, not to the star observed. Subclasses that
    are not MK types (``WDhotter``, ``Carbon``, ``CV``) are unchanged, for `obafgkm.mk.parse` to refuse.

    Examples
    --------
    >>> mk_part("A4 (G_165-39)"), mk_part("F3/F5V (30743)"), mk_part("OB")
    ('A4', 'F3/F5V', 'OB')
    """
    return subclass.partition("(")[0].strip()


# Templates that are not MK types keep their names, except for:
_ALIASES = {"Ldwarf": "L"}


def subclass_name(object_class, text):
    """Subclass in a common vocabulary for the SDSS spectrographs and BOSS.

    MK types lose the template's name and their peculiarities (``A0p``, ``K0IIIa``); a range (``F3/F5V``) is
    replaced by its first member; subdwarfs keep their prefix; double spaces are removed for galaxies and
    quasars.

    Examples
    --------
    >>> [subclass_name("STAR", text) for text in ("F3/F5V (30743)", "sd:F0 (G_84-29)", "Ldwarf", "WDhotter")]
    ['F3V', 'sdF0', 'L', 'WDhotter']
    """
    if object_class != "STAR":
        return " ".join(text.split())
    text = mk_part(text)
    try:
        prefix = "sd" if text.startswith("sd") else ""
        return prefix + str(mk.parse(text))
    except SpectralTypeError:
        return _ALIASES.get(text, text)


def star_family(subclass):
    """Family of a star's normalised subclass: O B A F G K M, L, T, WD, Carbon or CV; '' where there is none.

    ``OB`` counts as B and ``Am`` as A; carbon and calcium white dwarfs count as white dwarfs.

    Examples
    --------
    >>> [star_family(name) for name in ("F3V", "sdF0", "OB", "CarbonWD", "Carbon", "L5.5")]
    ['F', 'F', 'B', 'WD', 'Carbon', 'L']
    """
    if "WD" in subclass:
        return "WD"
    if subclass.startswith("Carbon"):
        return "Carbon"
    if subclass == "CV":
        return "CV"
    if subclass == "OB":
        return "B"
    return subclass.removeprefix("sd")[:1]


def spectrum_id(plate, mjd, fiberid, run2d):
    """SpecObjID, the identification of a spectrum packed into 64 bits.

    14 bits of plate, 12 of fibre, 14 of MJD - 50000, 14 of run2d (``vN_M_P`` is 10000 (N - 5) + 100 M + P)
    and 10 zeros.

    Returns
    -------
    str
        Its decimal digits, as plates from 8192 on overflow a signed integer and all exceed a float's
        precision.

    Examples
    --------
    >>> spectrum_id(266, 51602, 31, "26"), spectrum_id(4055, 55359, 1, "v5_10_0")
    ('299497923312379904', '4565524487034871808')
    """
    run = [int(part) for part in str(run2d).removeprefix("v").split("_")]
    number = run[0] if len(run) == 1 else 10000 * (run[0] - 5) + 100 * run[1] + run[2]
    return str((int(plate) << 50) + (int(fiberid) << 38) + ((int(mjd) - 50000) << 24) + (number << 10))


def object_names(labels, survey="SDSS"):
    """Name of each spectrum's object, identical for repeated observations.

    Spectra belong to the same object if they share a photometric objid or lie within 2 arcsec of each other,
    directly or through others. THING_ID is no help: its numbers changed between data releases.

    Parameters
    ----------
    labels : DataFrame (n_spec rows)
        With `COLUMNS`.
    survey : str
        Prefix of the names.

    Returns
    -------
    Series of str (n_spec,)
        `survey` and the lowest objid, or the lowest plate-mjd-fiber if none has an objid.
    """
    objid, name = labels["objid"], labels["name"]
    _, first, objects = np.unique(
        objid.mask(objid == "", labels["file"]), return_index=True, return_inverse=True
    )
    pairs = np.concatenate([np.stack([np.arange(len(labels)), first[objects]], axis=1), _close(labels)])
    graph = csr_matrix((np.ones(len(pairs)), pairs.T), shape=(len(labels),) * 2)
    groups = connected_components(graph, directed=False)[1]
    best = pd.DataFrame({"nameless": objid == "", "best": objid.mask(objid == "", name), "group": groups})
    best = best.sort_values(["nameless", "best"]).groupby("group")["best"].transform("first")
    return f"{survey} " + best.sort_index()


def _close(labels):
    """Pairs (n_pair, 2) of spectra taken at the same position on the sky."""
    known = np.flatnonzero(labels["ra"].notna())
    ra, dec = np.radians(labels.loc[known, ["ra", "dec"]].to_numpy().T)
    sphere = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)
    chord = 2 * np.sin(np.radians(_SAME_OBJECT / 3600) / 2)
    return known[cKDTree(sphere).query_pairs(chord, output_type="ndarray")]


def usable(labels, min_snr=20.0):
    """Which spectra show an object, reliably classified and well exposed.

    Parameters
    ----------
    labels : DataFrame
        With `COLUMNS`.
    min_snr : float
        Signal-to-noise ratio that must be exceeded; 20 in Sharma et al. 2020, section 2.

    Returns
    -------
    keep : array of bool (n_spec,)
    rejected : DataFrame
        The others, with columns library, file, name, reason. Any bit of zWarning rejects a spectrum.
    """
    reasons = np.select(
        [
            labels["target"] == "SKY",
            labels["zwarning"] > 0,
            labels["class"] == "",
            labels["snr"].isna(),
            labels["snr"] <= min_snr,
        ],
        [
            "fibre on the sky",
            "zWarning " + labels["zwarning"].astype(str),
            "no class given",
            "signal-to-noise ratio not known",
            f"signal-to-noise ratio not above {min_snr:g}",
        ],
        default="",
    )
    keep = reasons == ""
    return keep, labels.loc[~keep, ["library", "file", "name"]].assign(reason=reasons[~keep])
