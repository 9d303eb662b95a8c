"""Spectra by spectral synthesis, and archives made of them in the archives' own formats."""

from obafgkm.errors import require

require("workflow", "scipy")
