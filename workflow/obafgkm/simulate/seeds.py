"""Random numbers determined by a seed and a name, so that additions do not change existing ones."""

import zlib

import numpy as np

__all__ = ["named_generator"]


def named_generator(seed, *names):
    """Independent random number generator for given names.

    Parameters
    ----------
    seed : int
    *names : str

    Returns
    -------
    numpy.random.Generator
    """
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
