"""Catalogues for TOPCAT and the Virtual Observatory: FITS, ECSV and VOTable with units, meanings and UCDs."""

import io
from pathlib import Path

__all__ = ["FORMATS", "describe", "described_table", "write_catalogue"]

FORMATS = (".ecsv", ".fits", ".vot")
_FRAME = "ICRS"


def describe(table, name, description, ucd, unit=""):
    """Set the description, UCD and unit of a table column.

    Parameters
    ----------
    table : astropy.table.Table
    name : str
    description : str
    ucd : str
        Unified Content Descriptor, UCD1+ of the IVOA.
    unit : str
        '' if the column is dimensionless.
    """
    column = table[name]
    column.info.description = description
    column.info.meta = {"ucd": ucd}
    if unit:
        column.unit = unit


def described_table(rows, descriptions, comment):
    """A table with meaning, UCD and unit of every column.

    Parameters
    ----------
    rows : DataFrame
    descriptions : dict of str to tuple
        Of each column what `describe` takes after its name.
    comment : str
        What the table is.

    Returns
    -------
    astropy.table.Table
    """
    from astropy.table import Table

    table = Table.from_pandas(rows)
    for name, described in descriptions.items():
        describe(table, name, *described)
    table.meta["comments"] = [comment]
    return table


def write_catalogue(table, path, suffix=None):
    """Write a table with described columns.

    Parameters
    ----------
    table : astropy.table.Table
        A key ``CREATOR`` of its `meta` becomes a keyword of FITS and an INFO of VOTable.
    path : path or file
        A file must be open in text mode, or in binary mode for FITS.
    suffix : {'.ecsv', '.fits', '.vot'}, optional
        The format; by default that of the path.
    """
    suffix = suffix or Path(path).suffix
    writers = {".ecsv": _write_ecsv, ".fits": _write_fits, ".vot": _write_votable}
    writers[suffix](table, path)


def _write_ecsv(table, path):
    table.write(path, format="ascii.ecsv", overwrite=True)


def _write_fits(table, path):
    table = table.copy(copy_data=False)
    for i, column in enumerate(table.columns.values(), start=1):  # the suffixes that TOPCAT uses
        table.meta[f"TCOMM{i}"] = column.info.description
        table.meta[f"TUCD{i}"] = column.info.meta["ucd"]
    if "ra" in table.colnames:
        table.meta["RADESYS"] = _FRAME
    content = io.BytesIO()  # before it writes to a file, astropy tries memory mapping on a temporary one
    table.write(content, format="fits")
    if hasattr(path, "write"):
        path.write(content.getbuffer())
    else:
        Path(path).write_bytes(content.getbuffer())


def _write_votable(table, path):
    from astropy.io.votable import from_table
    from astropy.io.votable.tree import CooSys, Info

    table = table.copy(copy_data=False)
    for column in table.columns.values():
        if column.unit == "Angstrom":
            column.unit = "0.1nm"  # the spelling of the IVOA's standard VOUnits; astropy warns of the other
    tree = from_table(table)
    resource = tree.resources[0]
    if "CREATOR" in table.meta:
        resource.infos.append(Info(name="CREATOR", value=table.meta["CREATOR"]))
    if "ra" in table.colnames:
        resource.coordinate_systems.append(CooSys(ID="sky", system=_FRAME))
        for field in resource.tables[0].fields:
            if field.name in ("ra", "dec"):
                field.ref = "sky"
    tree.to_xml(path if hasattr(path, "write") else str(path))
