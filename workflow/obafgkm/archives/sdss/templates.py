"""The eigen-templates that the survey's pipeline fits to every spectrum: Bolton et al. 2012, AJ 144, 144.

Files ``spEigenGal-*.fits``, ``spEigenQSO-*.fits``, ``spEigenStar-*.fits`` and ``spEigenCVstar-*.fits`` of the
pipeline idlspec2d: one image whose rows are spectra at rest, at log10 wavelength = COEFF0 + 1e-4 i, in
vacuum. The rows of galaxies, quasars and cataclysmic variables are principal components, to be fitted
together; each row of the stellar file is a separate star, NAME0, NAME1, ...
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from obafgkm.archives import open_fits
from obafgkm.errors import ArchiveFileError

__all__ = ["TemplateSet", "read_templates"]

# Class, redshift range of the search, and terms of the additive polynomial, as in the pipeline's program
# spreduce1d, which searches quasars to redshift 7.
_KINDS = {
    "spEigenGal": ("GALAXY", (-0.01, 0.6), 3),
    "spEigenQSO": ("QSO", (0.0033, 5.5), 0),
    "spEigenStar": ("STAR", (-0.004, 0.004), 4),
    "spEigenCVstar": ("STAR", (-0.0033, 0.0033), 3),
}


@dataclass(frozen=True)
class TemplateSet:
    """Spectra at rest that are fitted together.

    Attributes
    ----------
    object_class : {'GALAXY', 'QSO', 'STAR'}
    subclass : str
        Subclass of a single star, otherwise ''.
    first : int
        Log10 wavelength of the first pixel, in units of 1e-4.
    flux : array (n_templates, n_pix)
    redshifts : (float, float)
        Range in which it is fitted.
    terms : int
        Number of terms of the additive polynomial.
    """

    object_class: str
    subclass: str
    first: int
    flux: np.ndarray
    redshifts: tuple
    terms: int


def read_templates(directory):
    """Read the eigen-templates in a directory, from the newest file of each kind.

    Returns
    -------
    list of TemplateSet

    Raises
    ------
    ArchiveFileError
        If there are none for galaxies, quasars or stars, or a file is not on the survey's pixel grid.
    """
    sets = []
    for kind, (object_class, redshifts, terms) in _KINDS.items():
        paths = sorted(Path(directory).glob(f"{kind}-*.fits"))
        if not paths:
            if kind == "spEigenCVstar":
                continue
            raise ArchiveFileError(directory, f"no eigen-templates {kind}-*.fits here: put them there")
        path = paths[-1]
        with open_fits(path.name, path.read_bytes()) as hdus:
            header, flux = hdus[0].header, np.atleast_2d(np.array(hdus[0].data, float))
            first, step = header["COEFF0"] * 1e4, header["COEFF1"]
            names = [header.get(f"NAME{i}", "").strip() for i in range(len(flux))]
        if abs(first - round(first)) > 0.05 or abs(step - 1e-4) > 1e-9:
            raise ArchiveFileError(path, "not on the common grid, log10 wavelength in steps of 1e-4")
        single = kind == "spEigenStar"
        sets += [
            TemplateSet(object_class, name, round(first), rows, redshifts, terms)
            for name, rows in (zip(names, flux[:, np.newaxis], strict=True) if single else [("", flux)])
        ]
    return sets
