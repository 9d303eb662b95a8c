"""Input of the classifier: every supported source becomes spectra, each with a receipt of how it was read.

Each source (a file, or arrays in memory) is split into columns (`columns`), whose roles (`roles`), units
(`units`, `axes`), medium (`medium`) and valid pixels (`pixels`) are all determined in `gate`. A statement
that is not understood is refused and quoted; what is not stated is assumed, with a flag.
"""

from obafgkm.classify.reading.files import read_file

__all__ = ["read_file"]
