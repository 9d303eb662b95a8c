"""Synthetic spectra, and simulated archives made from them in the archives' own formats."""

from obafgkm.errors import require

require("workflow", "scipy")
