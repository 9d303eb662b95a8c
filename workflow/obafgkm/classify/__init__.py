"""Types for anybody's spectra: the released model, and the command ``obafgkm classify`` around it."""

from obafgkm.classify.api import classify, classify_files

__all__ = ["classify", "classify_files"]
