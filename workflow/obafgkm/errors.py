"""Exceptions that a user can act on: each names the file or value that is wrong, and a remedy."""

from importlib.util import find_spec

__all__ = [
    "AbsentFileError",
    "ArchiveFileError",
    "ClaimError",
    "DamagedFileError",
    "DivergenceError",
    "FetchError",
    "MissingDatasetError",
    "MissingPackageError",
    "ObafgkmError",
    "PaperError",
    "ProgramError",
    "SpectralTypeError",
    "require",
    "told",
]


class ObafgkmError(Exception):
    """Base of every error that this package raises on purpose."""


class ArchiveFileError(ObafgkmError):
    """A file of an archive cannot be used.

    Parameters
    ----------
    path : path-like
        The file.
    problem : str
        What is wrong with it, and the remedy if there is one.
    """

    def __init__(self, path, problem):
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem

    def __reduce__(self):
        return type(self), (self.path, self.problem)  # makes it picklable


class DamagedFileError(ArchiveFileError):
    """A file written by this package cannot be read."""


class ClaimError(ObafgkmError):
    """The ledger of claims cannot be written; the message names the claim and its product."""


class DivergenceError(ObafgkmError):
    """A training whose loss is no longer finite."""


class FetchError(ObafgkmError):
    """A download failed from every address; the message lists each address with its reason."""


class AbsentFileError(FetchError):
    """Every address reports that it has no such file."""


class MissingDatasetError(ObafgkmError):
    """A dataset that the configuration requires is not where it should be.

    Parameters
    ----------
    dataset : str
        Its id in ``config/datasets.csv``.
    place : str
        Where it was searched for.
    """

    def __init__(self, dataset, place):
        super().__init__(
            f"dataset '{dataset}' was not found in {place}. Put its files there, set "
            f"datasets.{dataset}.source to 'remote' to download them, or set it to 'simulated'."
        )
        self.dataset = dataset


class MissingPackageError(ObafgkmError, ImportError):
    """A package that belongs to an optional extra is not installed; see `require`."""


class PaperError(ObafgkmError):
    """The paper cannot be typeset; the message names the number or the exhibit."""


class ProgramError(ObafgkmError):
    """An external classifier is absent, or fails on every spectrum."""


class SpectralTypeError(ObafgkmError, ValueError):
    """A spectral type that cannot be read as an MK type; carries the text and the reason."""

    def __init__(self, text, reason):
        super().__init__(f"spectral type {text!r}: {reason}")
        self.text = text
        self.reason = reason


def require(extra, *packages):
    """Check that packages are installed before they are needed.

    Parameters
    ----------
    extra : {'spectra', 'plots', 'workflow'}
        The extra that installs them, see ``pyproject.toml``.
    packages : str
        Names as in ``import``.

    Raises
    ------
    MissingPackageError
        If one is not installed; the message names it and the extra.
    """
    if absent := [name for name in packages if find_spec(name) is None]:
        raise MissingPackageError(
            f"this needs obafgkm[{extra}], which brings {', '.join(absent)}: pip install 'obafgkm[{extra}]'"
        )


def told(error):
    """Any exception in one line: its kind, and what it says."""
    return " ".join(f"{type(error).__name__}: {error}".split())
