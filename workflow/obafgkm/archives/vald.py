"""Line lists of VALD3: Ryabchikova et al. 2015, Physica Scripta 90, 054005.

VALD answers registered users by mail and forbids redistribution: lists cannot be downloaded from an address,
so users request one and configure its path. PySME reads all its formats.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.errors import ArchiveFileError
from obafgkm.spectroscopy.wavelengths import vactoair

__all__ = ["read", "write"]

_COLUMNS = ["species", "wlcent", "excit", "gflog", "gamrad", "gamqst", "gamvw"]


def read(path, low, high):
    """The lines of an extraction.

    Parameters
    ----------
    path : path-like
        The result of 'extract stellar', 'extract all' or 'extract element', long or short.
    low, high : float
        Air wavelengths in Angstrom that the list must span, to within 20 Angstrom.

    Returns
    -------
    DataFrame
        As `obafgkm.simulate.lines.atomic_lines`.

    Raises
    ------
    ArchiveFileError
        If there is no such file, it is not from VALD, or it does not span the wavelengths.
    """
    from pysme.linelist.vald import ValdFile

    if not Path(path).is_file():
        raise ArchiveFileError(
            path,
            "is not here, and VALD sends line lists to registered users only: register at "
            f"https://vald.astro.uu.se, ask 'extract stellar' for {low:.0f}-{high:.0f} Å and unzip the "
            "answer to that path; or set model_grids.lines to 'own'",
        )
    try:
        extraction = ValdFile(str(path))
        lines = pd.DataFrame({name: extraction[name] for name in _COLUMNS})
    except (OSError, ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise ArchiveFileError(path, f"truncated or no line list of VALD ({error})") from error
    if extraction.medium == "vac":
        lines["wlcent"] = vactoair(lines["wlcent"])
    first, last = lines["wlcent"].min(), lines["wlcent"].max()
    if not (first < low + 20 and last > high - 20):
        raise ArchiveFileError(
            path, f"has lines from {first:.0f} to {last:.0f} Å; {low:.0f} to {high:.0f} Å are needed"
        )
    return lines


def write(path, lines):
    """Write lines as 'extract stellar' does, in the short format; see `read`."""
    from pysme.abund import Abund

    abundances = Abund(0, "asplund2009").get_pattern(type="sme")
    named = [f"'{name:2s}:{np.nan_to_num(value, nan=-20):6.2f}'," for name, value in abundances.items()]
    first, last, n = lines["wlcent"].min(), lines["wlcent"].max(), len(lines)
    rows = [
        f"'{row.species}', {row.wlcent:15.4f}, {row.excit:8.4f}, 2.0, {row.gflog:7.3f}, {row.gamrad:6.3f},"
        f"{row.gamqst:6.3f},{row.gamvw:8.3f}, 99.000, 0.500, '  1 gf:SIM  1 SIM '"
        for row in lines.itertuples()
    ]
    text = [
        f"{first:.4f}, {last:.4f}, {n}, {n}, 2.0, Wavelength region, lines selected, lines processed, Vmicro",
        " " * 49 + "Damping parameters   Lande  Central",
        "Spec Ion       WL_air(A)  Excit(eV) Vmic log gf*  Rad.  Stark    Waals   factor   depth  Reference",
        *rows,
        " 'simulated',",
        *("".join(named[i : i + 6]) for i in range(0, len(named), 6)),
        "'END'",
        "References:",
    ]
    Path(path).write_text("\n".join(text) + "\n")
