"""Exceptions for data that cannot be taken for a spectrum; the message names them and the reason."""

from obafgkm.errors import ObafgkmError

__all__ = ["RefusedError", "UnknownLayoutError"]


class RefusedError(ObafgkmError):
    """Part of a file is not a spectrum by its own description, or the description is not understood."""


class UnknownLayoutError(RefusedError):
    """A file contains nothing that resembles a spectrum."""

    def __init__(self):
        super().__init__(
            "no spectrum recognised: a table needs columns such as wavelength and flux, an image needs "
            "wavelengths in its header or beside it"
        )
