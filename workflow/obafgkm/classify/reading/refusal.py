"""Data that cannot be taken for a spectrum: the message names them and the reason."""

from obafgkm.classify.spectrum import Spectrum
from obafgkm.errors import ArchiveFileError, ObafgkmError

__all__ = ["RefusedError", "RefusedSpectrum", "UnknownLayoutError"]


class RefusedError(ObafgkmError):
    """Part of a file is not a spectrum by its own description, or the description is not understood."""


class UnknownLayoutError(RefusedError):
    """A file contains nothing that resembles a spectrum."""

    def __init__(self):
        super().__init__(
            "no spectrum recognised: a table needs columns such as wavelength and flux, an image needs "
            "wavelengths in its header or beside it"
        )


class RefusedSpectrum(Spectrum):
    """One of several spectra of a file, which is refused while others are read; it has no pixel.

    Parameters
    ----------
    name : str
    problem : str
        Why it is refused.
    """

    def __init__(self, name, problem):
        super().__init__(name, [], [])
        self.problem = problem

    def cleaned(self):
        raise ArchiveFileError(self.name, self.problem)
