"""Random numbers that follow from a seed and from a name, so that what is added beside it shifts nothing."""

import zlib

import numpy as np

__all__ = ["named_generator"]


def named_generator(seed, *names):
    """Generator of random numbers of its own for whatever bears these names.

    Parameters
    ----------
    seed : int
    *names : str

    Returns
    -------
    numpy.random.Generator
    """
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
