"""The error of the gate: a sentence that names what cannot be taken for a spectrum, and why."""

from obafgkm.errors import ObafgkmError

__all__ = ["RefusedError", "UnknownLayoutError"]


class RefusedError(ObafgkmError):
    """A part of a file says something that rules it out as a spectrum, or that is not understood."""


class UnknownLayoutError(RefusedError):
    """A file holds nothing that is like a spectrum."""

    def __init__(self):
        super().__init__(
            "no spectrum recognised: a table needs columns such as wavelength and flux, an image needs "
            "wavelengths in its header or beside it"
        )
