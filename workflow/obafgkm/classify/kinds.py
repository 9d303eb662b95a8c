"""Kinds of objects that the classifier recognises."""

import numpy as np

__all__ = ["KINDS", "is_other"]

KINDS = (
    "star",
    "white dwarf",
    "hot subdwarf",
    "carbon star",
    "L or T dwarf",
    "cataclysmic variable",
    "galaxy",
    "quasar",
    "featureless",  # lamps, black bodies: nothing that could be recognised
)


def is_other(kinds):
    """Whether kinds, indices of `KINDS`, are those of recognised objects other than stars of types O to M."""
    kinds = np.asarray(kinds)
    return (kinds != KINDS.index("star")) & (kinds != KINDS.index("featureless"))
