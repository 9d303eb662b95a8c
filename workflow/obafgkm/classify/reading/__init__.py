"""The one gate of the classifier: whatever holds spectra comes out as spectra, each with its receipt.

Each source (a file, or arrays in memory) is taken apart into columns (`columns`), whose roles
(`roles`), units (`units`, `axes`), medium (`medium`) and valid pixels (`pixels`) are settled in one
place, `gate`. What is said but not understood is refused by name; what is not said is guessed, with a
flag.
"""

from obafgkm.classify.reading.files import read_file

__all__ = ["read_file"]
