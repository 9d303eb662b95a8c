"""Runs of pixels that have something in common."""

import numpy as np

__all__ = ["runs"]


def runs(mask):
    """First pixel of each run of True, and the one after its last.

    Parameters
    ----------
    mask : array of bool (n_pix,)

    Returns
    -------
    array of int (n_run, 2)
    """
    return np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))).reshape(-1, 2)
