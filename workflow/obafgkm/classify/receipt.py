"""Record of how a spectrum was interpreted when it was read, and on what grounds."""

import math
from dataclasses import dataclass, field

__all__ = ["Receipt"]


@dataclass
class Receipt:
    """How one spectrum was read.

    Attributes
    ----------
    part : str
        The extension, table or rows of the file.
    wave, flux, error : str
        Sources of wavelengths, flux and errors, and their units.
    medium : str
        Source of the medium, air or vacuum.
    masked : float
        Fraction of the pixels that are not valid, by default that of `Spectrum.valid`.
    joined, left_out : str
        Orders or arms that were joined, and parts of the file that do not belong to this spectrum.
    mask : str
        Masks that were applied, and which of them mark valid pixels instead of bad ones.
    assumed : set of str
        Flags of properties that the file does not state: ``medium_assumed``, ``unit_assumed``,
        ``flux_assumed``.
    """

    part: str = ""
    wave: str = ""
    flux: str = ""
    error: str = ""
    medium: str = ""
    masked: float = math.nan
    joined: str = ""
    left_out: str = ""
    mask: str = ""
    assumed: set = field(default_factory=set)

    def leave_out(self, *reasons):
        """Add to what was left out."""
        self.left_out = "; ".join(dict.fromkeys(filter(None, [*self.left_out.split("; "), *reasons])))
