"""The ATLAS9 model atmospheres with the new opacities: Castelli & Kurucz 2003, IAU Symp. 210, A20 (Trieste).

One text file per metallicity, ``gridp00k2odfnew/ap00k2odfnew.dat``, holds the models of all Teff and log g
one after another: headers, and 72 layers in columns of fixed width. Microturbulence 2 km/s.
"""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from obafgkm.errors import ArchiveFileError

__all__ = ["COLUMNS", "FEH", "file_name", "read", "write"]

FEH = np.array([-2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.2, 0.5])
COLUMNS = ("column", "temperature", "pressure", "electrons")  # g/cm^2, K, dyn/cm^2 of the gas, cm^-3

_HEADER = re.compile(r"TEFF\s+(\S+)\s+GRAVITY\s+(\S+)")
_DECK = re.compile(r"READ DECK6\s+(\d+)\s+RHOX,T,P,XNE")
_EDGES = (0, 15, 24, 34, 44)  # characters of the first four columns


def file_name(feh):
    """Path of the file of one metallicity below the archive's address."""
    token = f"{'m' if feh < 0 else 'p'}{abs(round(10 * feh)):02d}"
    return f"grid{token}k2odfnew/a{token}k2odfnew.dat"


def read(path):
    """All models of one file.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    dict of (float, float) to array (n_layers, 4)
        `COLUMNS` of each Teff (K) and log g, from the surface inwards.

    Raises
    ------
    ArchiveFileError
        If the file is missing, truncated or not from this archive.
    """
    try:
        lines = Path(path).read_text(errors="replace").splitlines()
        models, node = {}, None
        for number, line in enumerate(lines):
            if header := _HEADER.search(line):
                node = float(header[1]), float(header[2])
            elif deck := _DECK.search(line):
                layers = lines[number + 1 : number + 1 + int(deck[1])]
                models[node] = np.array([[float(row[a:b]) for a, b in pairwise(_EDGES)] for row in layers])
                if len(layers) != int(deck[1]):
                    raise ValueError(f"the model {node} ends after {len(layers)} layers")
    except (OSError, ValueError) as error:
        raise ArchiveFileError(path, f"missing, truncated or no ATLAS9 models ({error})") from error
    if not models:
        raise ArchiveFileError(path, "holds no ATLAS9 model: fetch it again")
    return models


def write(path, models):
    """Write models in the format of the archive; see `read`."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for (teff, logg), layers in models.items():
        lines += [
            f"TEFF {teff:7.0f}.  GRAVITY {logg:.5f} LTE ",
            f"READ DECK6 {len(layers)} RHOX,T,P,XNE,ABROSS,ACCRAD,VTURB, FLXCNV,VCONV,VELSND",
            *(f"{m:15.8E}{t:9.1f}{p:10.3E}{n:10.3E}" for m, t, p, n in layers),
            "PRADK 0.0000E+00",
            "BEGIN                    ITERATION  15 COMPLETED",
        ]
    path.write_text("\n".join(lines) + "\n")
