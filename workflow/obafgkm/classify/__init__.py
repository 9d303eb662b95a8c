"""Spectral types for your own spectra: the released model and the command ``obafgkm classify``."""

from obafgkm.classify.api import classify, classify_files

__all__ = ["classify", "classify_files"]
