"""Which names belong to the same star: canonical keys, and stars shared between libraries."""

import re
from itertools import chain

import numpy as np
import pandas as pd

__all__ = ["identify", "overlap", "star_key"]

_DURCHMUSTERUNG = re.compile(
    r"(?P<survey>BD|CD|CPD|SD)\s?(?P<zone>[+-]\d\d)\s?0*(?P<number>\d+)(?P<letter>[A-D]?)"
)
_GICLAS = re.compile(r"G\s?0*(?P<field>\d+)-0*(?P<number>\d+)(?P<letter>[A-D]?)")
_CATALOGUE = re.compile(r"(?P<catalogue>[A-Z]*)\s?0*(?P<number>\d+)\s?(?P<letter>[A-DN]?)")
_CLUSTER = re.compile(r"(?P<cluster>(?:M|NGC|MEL)\s?\d+) (?P<member>[^(]+)")
_SAME_CATALOGUE = {"": "HD", "HDE": "HD", "GL": "GJ", "GLIESE": "GJ"}
_PREFERRED = ("HD ", "HIP ", "BD", "CD", "SAO ", "GJ ", "G ")


def star_key(name):
    """Canonical name of a star from any spelling that the archives use.

    A bare number is an HD number, as in CFLIB's file names. Component A, or N for north, shares the key of
    the bare name, because a name without a letter means the brightest component; B, C and D are separate
    stars.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
        Empty for an empty name.

    Examples
    --------
    >>> star_key("HD000245"), star_key("245"), star_key("BD+191947"), star_key("G004-036")
    ('HD 245', 'HD 245', 'BD+19 1947', 'G 4-36')
    """
    name = re.sub(r"[\s_,]+", " ", name).strip().upper()
    if match := _DURCHMUSTERUNG.fullmatch(name):
        return f"{match['survey']}{match['zone']} {match['number']}{_component(match)}"
    if match := _GICLAS.fullmatch(name):
        return f"G {match['field']}-{match['number']}{_component(match)}"
    if match := _CATALOGUE.fullmatch(name):
        catalogue = _SAME_CATALOGUE.get(match["catalogue"], match["catalogue"])
        return f"{catalogue} {match['number']}{_component(match)}"
    if match := _CLUSTER.fullmatch(name.partition("(")[0].strip()):
        cluster = re.sub(r"(?<=[A-Z])(?=\d)", " ", match["cluster"])
        return f"{cluster} {match['member'].lstrip('0')}"
    return name


def _component(match):
    return match["letter"].strip("AN")


def identify(labels_by_library):
    """Assign every spectrum to its star, consistently in all libraries.

    Names are joined through aliases: where a CFLIB header says that HD 100006 is BD+19 2459, a MILES star
    called BD+192459 becomes HD 100006. Names from all libraries are used.

    Parameters
    ----------
    labels_by_library : dict of DataFrame
        Each with columns ``name`` and ``aliases`` (other names, joined by ';').

    Returns
    -------
    dict of DataFrame
        Copies with a column ``star``: the group's HD name if it has one, otherwise that of the next best
        known catalogue; '' where a spectrum has no name.
    """
    parent = {}

    def root(key):
        while parent.setdefault(key, key) != key:
            parent[key] = key = parent[parent[key]]
        return key

    keys = {
        library: [
            _keys(name, aliases) for name, aliases in zip(labels["name"], labels["aliases"], strict=True)
        ]
        for library, labels in labels_by_library.items()
    }
    for names in chain.from_iterable(keys.values()):
        for other in names[1:]:
            first, second = sorted((root(names[0]), root(other)), key=_preference)
            parent[second] = first
    return {
        library: labels.assign(star=[root(names[0]) if names else "" for names in keys[library]])
        for library, labels in labels_by_library.items()
    }


def _keys(name, aliases):
    return [key for key in map(star_key, [name, *aliases.split(";")]) if key]


def _preference(key):
    """Sort key: best known catalogue first, so that a group's name does not depend on reading order."""
    rank = next((i for i, catalogue in enumerate(_PREFERRED) if key.startswith(catalogue)), len(_PREFERRED))
    return rank, key


def overlap(labels_by_library):
    """Number of stars shared by each pair of libraries.

    Parameters
    ----------
    labels_by_library : dict of DataFrame
        Each with a column ``star``, from `identify`.

    Returns
    -------
    DataFrame of int (n_library, n_library)
        Symmetric; the diagonal counts each library's own stars.
    """
    stars = {library: set(labels["star"]) - {""} for library, labels in labels_by_library.items()}
    shared = [[len(one & other) for other in stars.values()] for one in stars.values()]
    return pd.DataFrame(np.reshape(shared, (len(stars), len(stars))), index=list(stars), columns=list(stars))
