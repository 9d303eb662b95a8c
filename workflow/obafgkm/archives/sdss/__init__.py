"""SDSS and SEGUE: their spectra, labels, photometry, queries and addresses."""

from obafgkm.errors import require

require("workflow", "scipy")
