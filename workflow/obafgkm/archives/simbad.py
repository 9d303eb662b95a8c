"""SIMBAD: other names and published types of stars, in one query (Wenger et al. 2000, A&AS 143, 9)."""

import time

import pandas as pd
from astropy.table import Table
from astroquery.simbad import Simbad
from pyvo.dal.exceptions import DALAccessError
from requests import RequestException

from obafgkm.archives.names import star_key
from obafgkm.errors import FetchError

__all__ = ["QUERY", "cross_identify"]

# SIMBAD normalises case and spaces of names when comparing them with ident.id.
QUERY = """
SELECT stars.name, basic.main_id, basic.sp_type, ids.ids, mesSpT.sptype AS published_type, mesSpT.mespos
FROM TAP_UPLOAD.stars AS stars
JOIN ident ON ident.id = stars.name
JOIN basic ON basic.oid = ident.oidref
JOIN ids ON ids.oidref = basic.oid
LEFT JOIN mesSpT ON mesSpT.oidref = basic.oid
ORDER BY mespos
"""


def cross_identify(names, simbad=Simbad, pauses=(10, 60)):
    """Look stars up in SIMBAD.

    Parameters
    ----------
    names : list of str
        As any archive writes them; they are sent in canonical form, see `obafgkm.archives.names.star_key`.
    simbad : astroquery.simbad.SimbadClass
        The service to ask.
    pauses : tuple of float
        Seconds to wait before asking again after each failure.

    Returns
    -------
    DataFrame
        One row per star that SIMBAD knows: name (as given), main_id, aliases (all names, joined by ';'),
        sp_type, published_types (those of individual papers, joined by ';').

    Raises
    ------
    FetchError
        If every attempt fails or is refused.
    """
    sent = pd.DataFrame({"name": list(names), "star": [star_key(name) for name in names]})
    stars = sorted(set(sent["star"]) - {""})
    for pause in (*pauses, None):
        try:
            answer = simbad.query_tap(QUERY, maxrec=simbad.hardlimit, stars=Table({"name": stars}))
            break
        except (RequestException, DALAccessError) as error:
            if pause is None:
                raise FetchError(
                    f"SIMBAD did not name {len(stars)} stars ({error}): run again later, or set "
                    "archives.simbad to false, which names them by headers and catalogues alone"
                ) from error
            time.sleep(pause)
    answer = answer.to_pandas().fillna("").astype(str)
    found = answer.groupby("name", as_index=False).agg(
        main_id=("main_id", "first"),
        aliases=("ids", lambda ids: ids.iloc[0].replace("|", ";")),
        sp_type=("sp_type", "first"),
        published_types=("published_type", lambda types: ";".join(dict.fromkeys(filter(None, types)))),
    )
    return sent.merge(found.rename(columns={"name": "star"}), on="star").drop(columns="star")
