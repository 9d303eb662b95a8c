"""Photometry of SDSS stars with the ELODIE template of each spectrum, as CSV from SkyServer."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.archives.sdss.sql import Query
from obafgkm.errors import ArchiveFileError
from obafgkm.mk import MAIN_CLASSES

__all__ = [
    "COLUMNS",
    "FEATURES",
    "FEATURE_SETS",
    "QUERY",
    "contradicted",
    "features",
    "read",
    "unfitted",
    "write",
]

BANDS = ("u", "g", "r", "i", "z")
OBSERVED = ["u", "g", "r", "i", "z1"]  # SkyServer's z1: the magnitude, as z is the redshift
DEREDDENED = [f"dered_{band}" for band in BANDS]
TEMPLATE = ["elodieBV", "elodieTEff", "elodieLogG", "elodieFeH"]
FEATURES = ["ra", "dec", *OBSERVED, *DEREDDENED, *TEMPLATE]
IDS = ["specObjID", "bestObjID"]  # 19 digits, too many for a float
COLUMNS = [*IDS, *FEATURES, "elodieSpType", "elodieDOF", "z"]
_OF_PHOTOMETRY = {"z1": "p.z"} | {name: f"p.{name}" for name in [*OBSERVED[:-1], *DEREDDENED]}
QUERY = Query(
    {name: _OF_PHOTOMETRY.get(name, f"s.{name}") for name in COLUMNS},
    "SpecObj AS s JOIN PhotoObj AS p ON p.objID = s.bestObjID",
    "s.class = 'STAR' AND s.elodieTEff > 0",
)
FEATURE_SETS = {
    "all": FEATURES,
    "template Teff only": ["elodieTEff"],
    "without template": [name for name in FEATURES if name not in TEMPLATE],
    "photometry": [*OBSERVED, *DEREDDENED],
    "observed magnitudes": OBSERVED,
    "dereddened magnitudes": DEREDDENED,
    "observed colours": [f"{a}-{b}" for a, b in pairwise(OBSERVED)],
    "dereddened colours": [f"{a}-{b}" for a, b in pairwise(DEREDDENED)],
}
_MISSING = -9000.0  # magnitudes at or below this are SkyServer's -9999, "not measured"
_COOLEST_HOT = {"O": 20000.0, "B": 8000.0}  # K; no star of the class is cooler, Pecaut & Mamajek 2013


def write(path, table):
    """Write a table like SkyServer: a first line ``#Table1``, then CSV with `COLUMNS`."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#Table1\n" + table[COLUMNS].to_csv(index=False, float_format="%.8g"))


def read(path):
    """Read SkyServer's answer to `QUERY`.

    Parameters
    ----------
    path : path

    Returns
    -------
    stars : DataFrame
        `COLUMNS`, ids as text, and ``label``: the first letter of the template's type.
    rejected : DataFrame
        Columns ``specObjID, reason``.

    Raises
    ------
    ArchiveFileError
        If it is not such an answer.
    """
    try:
        table = pd.read_csv(path, comment="#", dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise ArchiveFileError(path, f"no CSV that can be read ({error})") from error
    if lacking := [name for name in COLUMNS if name not in table]:
        raise ArchiveFileError(path, f"lacks the columns {', '.join(lacking)}; ask SkyServer with the query")
    if table.empty:
        raise ArchiveFileError(path, "holds no rows")
    numeric = [name for name in COLUMNS if name not in (*IDS, "elodieSpType")]
    stars = table[COLUMNS].assign(
        **{name: pd.to_numeric(table[name], errors="coerce") for name in numeric},
        elodieSpType=table["elodieSpType"].str.strip(),
    )
    stars["label"] = stars["elodieSpType"].str[:1]
    magnitudes = stars[[*OBSERVED, *DEREDDENED]]
    reason = pd.Series("", index=stars.index)
    reason[~stars["label"].isin(list(MAIN_CLASSES))] = "its type has no main class O to M"
    reason[~(stars["elodieTEff"] > 0)] = "no template temperature"
    reason[(magnitudes <= _MISSING).any(axis=1)] = "a magnitude is not measured (-9999)"
    reason[~np.isfinite(stars[numeric]).all(axis=1)] = "a number is missing or cannot be read"
    reason[~table["specObjID"].str.fullmatch(r"\d{1,20}")] = "its specObjID is no whole number"
    reason[table["specObjID"].duplicated()] = "its specObjID stands there already"
    kept = stars[reason == ""].reset_index(drop=True)
    rejected = pd.DataFrame({"specObjID": table["specObjID"], "reason": reason})[reason != ""]
    assert len(table) == len(kept) + len(rejected)
    return kept, rejected


def unfitted(stars):
    """Mask of the rows without an ELODIE fit (no degrees of freedom), whose template is arbitrary."""
    return (stars["elodieDOF"] == 0).to_numpy()


def contradicted(stars):
    """Mask of the rows whose template contradicts itself: a hot type with the temperature of a cool star."""
    return (stars["elodieTEff"] < stars["label"].map(_COOLEST_HOT).fillna(0)).to_numpy()


def features(stars, names):
    """Matrix (n, n_features) of columns; ``a-b`` is the difference of two, a colour."""
    return np.column_stack(
        [
            stars[name] if name in stars else stars[name.split("-")[0]] - stars[name.split("-")[1]]
            for name in names
        ]
    ).astype("f4")
