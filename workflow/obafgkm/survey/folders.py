"""Folders below a folder, links to folders followed."""

import os

__all__ = ["each_folder"]


def each_folder(folder, onerror=None):
    """Each folder once, in order, however many links lead to it.

    Parameters
    ----------
    folder : path
    onerror : callable, optional
        Called with the OSError of a folder that cannot be read.

    Yields
    ------
    str
        Path of the folder.
    list of str
        Sorted names of what it holds except folders.
    """
    seen = set()
    for own, folders, names in os.walk(folder, followlinks=True, onerror=onerror):
        state = os.stat(own)
        if (state.st_dev, state.st_ino) in seen:
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        folders.sort()
        yield own, sorted(names)
