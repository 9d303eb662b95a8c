"""The classifier on a survey: its spectra in chunks, each chunk by itself, and what all of them say."""

from obafgkm.errors import require

require("workflow", "pyarrow", "requests")
