"""The pieces into which every source is split, before they are interpreted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from obafgkm.classify.reading.axes import Wavelengths
from obafgkm.classify.reading.roles import Role, role_of

__all__ = ["Column", "Part"]


@dataclass
class Column:
    """Numbers that belong together: a column of a table, an image, or a row or band of an image.

    Attributes
    ----------
    name : str
        Empty if it has none.
    values : array (n_pix,) or (n_spec, n_pix)
    unit : str
        As stated in the source; empty if it is not.
    where : str
        Kind of piece: column, extension, row, band.
    said : str
        Any further description: UCD, utype, a comment.
    role : Role or None
        Its role, if that does not follow from the name.
    """

    name: str
    values: np.ndarray
    unit: str = ""
    where: str = "column"
    said: str = ""
    role: Role | None = None

    @property
    def label(self):
        """Its name in messages."""
        return f"{self.where} {self.name}".strip()

    def settled_role(self):
        """Its role, as given or from its name."""
        return self.role or role_of(self.name, self.said)


@dataclass
class Part:
    """Columns that describe the same pixels.

    Attributes
    ----------
    name : str
        Name of the extension or table; empty if there is only one.
    columns : list of Column
    axis : Wavelengths, list of Wavelengths or None
        Wavelengths from the header, common to all spectra or one per spectrum.
    header : mapping
        Keywords of the header.
    object : str
        Name of the object; empty if it is not stated.
    rows : list of str or None
        Names of the spectra if there are several and they have names; in a table of columns (n_pix,), of the
        spectrum to which each line belongs.
    medium : (str, str) or None
        Air or vacuum, if the layout or the text around the numbers determines it, and the source of this
        information.
    left_out : list of str
        Pieces that belong to the part and are not read.
    """

    name: str
    columns: list[Column]
    axis: Wavelengths | list | None = None
    header: Mapping = field(default_factory=dict)
    object: str = ""
    rows: list | None = None
    medium: tuple | None = None
    left_out: list = field(default_factory=list)
