"""What was concluded about a spectrum when it was read, and from where."""

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
        Where wavelengths, flux and errors come from, and their units.
    medium : str
        What says that the wavelengths are in air or in vacuum.
    masked : float
        Share of the pixels of the file that are not used.
    joined, left_out : str
        Orders or arms that were joined, and what of the file was not read as this spectrum.
    mask : str
        Which masks were heard, and which of them mark valid pixels instead of bad ones.
    assumed : set of str
        Flags of what the file does not say and was guessed: ``medium_assumed``, ``unit_assumed``,
        ``flux_assumed``.
    """

    part: str = ""
    wave: str = ""
    flux: str = ""
    error: str = ""
    medium: str = ""
    masked: float = 0.0
    joined: str = ""
    left_out: str = ""
    mask: str = ""
    assumed: set = field(default_factory=set)

    def leave_out(self, *reasons):
        """Add to what was left out."""
        self.left_out = "; ".join(dict.fromkeys(filter(None, [*self.left_out.split("; "), *reasons])))
