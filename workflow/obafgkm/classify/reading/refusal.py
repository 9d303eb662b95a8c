"""The error of the gate: a sentence that names what cannot be taken for a spectrum, and why."""

from obafgkm.errors import ObafgkmError

__all__ = ["RefusedError"]


class RefusedError(ObafgkmError):
    """A part of a file says something that rules it out as a spectrum, or that is not understood."""
