"""The pieces that every source is taken apart into, before any of them has a meaning."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from obafgkm.classify.reading.axes import Wavelengths
from obafgkm.classify.reading.roles import Role, role_of

__all__ = ["Column", "Part"]


@dataclass
class Column:
    """Numbers that belong together: a column of a table, an image, a row or a band of one.

    Attributes
    ----------
    name : str
        '' where it has none.
    values : array (n_pix,) or (n_spec, n_pix)
    unit : str
        As it is said; '' where it is not.
    where : str
        What kind of piece it is: column, extension, row, band.
    said : str
        Whatever else describes it: UCD, utype, a comment.
    role : Role or None
        Where it does not follow from the name.
    """

    name: str
    values: np.ndarray
    unit: str = ""
    where: str = "column"
    said: str = ""
    role: Role | None = None

    @property
    def label(self):
        """How a message names it."""
        return f"{self.where} {self.name}".strip()

    def settled_role(self):
        """Its role, as given or by its name."""
        return self.role or role_of(self.name, self.said)


@dataclass
class Part:
    """Columns that describe the same pixels.

    Attributes
    ----------
    name : str
        Of the extension or table; '' where there is but one.
    columns : list of Column
    axis : Wavelengths, list of Wavelengths or None
        Of the header, for all spectra or for each.
    header : mapping
        Its keywords.
    object : str
        Name of the object; '' where it is not said.
    rows : list of str or None
        Names of the spectra where there are several, as far as they are said.
    medium : (str, str) or None
        Air or vacuum where the layout, or the text around the numbers, says so; and what says it.
    left_out : list of str
        What belongs to it and is not read.
    """

    name: str
    columns: list[Column]
    axis: Wavelengths | list | None = None
    header: Mapping = field(default_factory=dict)
    object: str = ""
    rows: list | None = None
    medium: tuple | None = None
    left_out: list = field(default_factory=list)
