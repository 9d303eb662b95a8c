"""Spectral types for your own spectra: the released model and the command ``obafgkm classify``."""

import importlib

__all__ = ["classify", "classify_files"]


def __getattr__(name):
    """The functions of `obafgkm.classify.api`, imported on first use: training needs none of the readers.

    As the name is a string, `obafgkm.workflow.dependencies` does not count them as what a training rests on.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("obafgkm.classify.api"), name)
