"""Pages of single spectra of a survey."""

import tarfile
import tempfile
from pathlib import Path

from obafgkm.classify.streaming import stream

__all__ = ["draw_pages"]

_TAR = ".tar/"


def draw_pages(files, folder, standards=None):
    """Draw the page of each spectrum, see `obafgkm.classify.page`.

    Parameters
    ----------
    files : sequence of str
        As in the column ``file`` of a survey's table: the path of a tar archive is followed by that of the
        member.
    folder : path
    standards : path, optional
        See `obafgkm.classify.standards.load_standards`.

    Returns
    -------
    int
        Number of pages drawn.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="obafgkm_") as unpacked:
        paths = [_path(file, Path(unpacked, str(i))) for i, file in enumerate(files)]
        rows = list(stream(paths, plot=folder, standards=standards))
    return sum(not row["problem"] for row in rows)


def _path(file, folder):
    """The file itself, or a member of a tar archive, unpacked into the folder."""
    archive, found, member = file.partition(_TAR)
    if not found or Path(file).exists():
        return file
    folder.mkdir()
    path = folder / Path(member).name
    with tarfile.open(f"{archive}.tar", "r:") as tar:
        path.write_bytes(tar.extractfile(member).read())
    return str(path)
