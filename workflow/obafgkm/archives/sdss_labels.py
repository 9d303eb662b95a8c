"""What SDSS says about its spectra: label columns, types, repeated observations, and which spectra to use."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from obafgkm.archives import LABELS

__all__ = ["COLUMNS", "mk_part", "object_names", "usable"]

# Label columns, with the value that stands for "not known".
COLUMNS = {
    **LABELS,
    "class": "",  # STAR, GALAXY or QSO
    "subclass_text": "",  # as the archive has it; type_text is its MK part, if the class is STAR
    "z": np.nan,  # redshift; a star's radial velocity / c
    "z_warning": -1,  # bits of the pipeline; 0 is good
    "snr": np.nan,  # median signal-to-noise ratio a pixel
    "plate": -1,
    "mjd": -1,
    "fiber": -1,
    "run2d": "",  # version of the reduction
    "ra": np.nan,  # deg
    "dec": np.nan,  # deg
    "objid": "",  # of the photometry; 19 digits, more than a float holds
    "target": "",  # what the fibre was meant for; SKY is no object
}
_SAME_OBJECT = 2.0  # arcsec, the diameter of a BOSS fibre; on one plate fibres keep 55 arcsec apart


def mk_part(subclass):
    """A star's subclass without the template star's name.

    The name is that of the library star whose spectrum fits best, not of the star observed. Subclasses that
    are no MK types (``WDhotter``, ``Carbon``, ``CV``) stay as they are, for `obafgkm.mk.parse` to refuse.

    Examples
    --------
    >>> mk_part("A4 (G_165-39)"), mk_part("F3/F5V (30743)"), mk_part("OB")
    ('A4', 'F3/F5V', 'OB')
    """
    return subclass.partition("(")[0].strip()


def object_names(labels):
    """Name of each spectrum's object, the same for repeated observations.

    Spectra are of one object if they have the same photometric objid or were taken within 2 arcsec, directly
    or through others. THING_ID is no help: its numbers changed between data releases.

    Parameters
    ----------
    labels : DataFrame (n_spec rows)
        With `COLUMNS`.

    Returns
    -------
    Series of str (n_spec,)
        SDSS and the lowest objid, or the lowest plate-mjd-fiber if none has an objid.
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
    return "SDSS " + best.sort_index()


def _close(labels):
    """Pairs (n_pair, 2) of spectra taken at one place in the sky."""
    known = np.flatnonzero(labels["ra"].notna())
    ra, dec = np.radians(labels.loc[known, ["ra", "dec"]].to_numpy().T)
    sphere = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)
    chord = 2 * np.sin(np.radians(_SAME_OBJECT / 3600) / 2)
    return known[cKDTree(sphere).query_pairs(chord, output_type="ndarray")]


def usable(labels, min_snr=20.0):
    """Which spectra show an object, well classified and well exposed.

    Parameters
    ----------
    labels : DataFrame
        With `COLUMNS`.
    min_snr : float
        Signal-to-noise ratio that has to be exceeded; 20 in Sharma et al. 2020, section 2.

    Returns
    -------
    keep : array of bool (n_spec,)
    rejected : DataFrame
        Columns library, file, name, reason of the others. Any bit of zWarning rejects.
    """
    reasons = np.select(
        [
            labels["target"] == "SKY",
            labels["z_warning"] > 0,
            labels["class"] == "",
            labels["snr"].isna(),
            labels["snr"] <= min_snr,
        ],
        [
            "fibre on the sky",
            "zWarning " + labels["z_warning"].astype(str),
            "no class given",
            "signal-to-noise ratio not known",
            f"signal-to-noise ratio not above {min_snr:g}",
        ],
        default="",
    )
    keep = reasons == ""
    return keep, labels.loc[~keep, ["library", "file", "name"]].assign(reason=reasons[~keep])
