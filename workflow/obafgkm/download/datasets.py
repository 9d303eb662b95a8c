"""The table of datasets, ``config/datasets.csv``: where the files of the archives are, and what they must be.

Their checksums and lengths stand in the registry, see `obafgkm.download.registry`.
"""

from pathlib import Path
from urllib.parse import quote

import jsonschema
import pandas as pd
import yaml

from obafgkm.errors import ObafgkmError

__all__ = ["expand", "read"]

_SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "datasets.schema.yaml"


def read(path):
    """Read and validate the table.

    Parameters
    ----------
    path : path-like
        ``config/datasets.csv``.

    Returns
    -------
    DataFrame
        One row per file or family of files; all text, '' where a cell is empty. The columns are described in
        ``workflow/schemas/datasets.schema.yaml``.

    Raises
    ------
    ObafgkmError
        If the file cannot be read, or a row breaks the schema; the message names the row and the column.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise ObafgkmError(f"{path}: the table of datasets cannot be read ({error})") from error
    validator = jsonschema.Draft202012Validator(yaml.safe_load(_SCHEMA.read_text(encoding="utf-8")))
    for line, row in enumerate(table.to_dict("records"), start=2):
        where = f"{path}, line {line}, row '{row.get('id', '')}'"
        for error in validator.iter_errors(row):
            column = "".join(f", column '{part}'" for part in error.path)
            raise ObafgkmError(f"{where}{column}: {error.message}; see {_SCHEMA.name}")
        if problem := _contradiction(row):
            raise ObafgkmError(f"{where}: {problem}")
    if repeated := table["id"][table["id"].duplicated()].to_list():
        raise ObafgkmError(f"{path}: the id '{repeated[0]}' stands on two rows; ids must be unique")
    return table


def _contradiction(row):
    """What the cells of a row say against each other, or None."""
    numbered = "{n" in row["path"]
    if numbered != bool(row["range"]):
        return f"path '{row['path']}' and range '{row['range']}' disagree: a family has '{{n}}' and a range"
    if "*" in row["path"] and row["optional"] == "no":
        return f"path '{row['path']}' has a '*', so that its files cannot be listed: it must be optional"
    if not row["primary_url"] and (row["optional"] == "no" or row["method"] or row["second_url"]):
        return "without a primary_url it must be optional, and have no method and no second_url"
    if row["content"] in ("csv", "text") and row["primary_url"] and not row["expects"]:
        return "a table or text that is fetched needs words in `expects`, or any text would pass for it"
    if row["primary_url"] and not row["method"]:
        return "a primary_url needs a method"
    return None


def expand(table, dataset, files=()):
    """The files of one dataset: families become one row per file.

    Parameters
    ----------
    table : DataFrame
        From `read`.
    dataset : str
        ``jhc``, ``miles``, ``cflib`` or ``elodie``; a grid ``bosz``, ``phoenix`` or ``atlas9``.
    files : sequence of str
        Paths that are wanted of a grid, which take the place of ``{file}``.

    Returns
    -------
    DataFrame
        Columns dataset, id, role, path, urls (tuple of str), method, content, expects (tuple of str),
        optional (bool).

    Raises
    ------
    ObafgkmError
        If the table has no such dataset.
    """
    rows = table[table["dataset"] == dataset].to_dict("records")
    if not rows:
        known = ", ".join(dict.fromkeys(table["dataset"]))
        raise ObafgkmError(f"dataset '{dataset}' is not in the table of datasets, which has {known}")
    expanded = [
        _file(row, n, file)
        for row in rows
        for n in _numbers(row["range"])
        for file in (files if "{file}" in row["path"] else [""])
    ]
    return pd.DataFrame(expanded, dtype=object)


def _numbers(text):
    """Running numbers of the range ``first..last``; one number, which no name uses, where there is none."""
    if not text:
        return [0]
    first, last = text.split("..")
    return range(int(first), int(last) + 1)


def _file(row, n, file):
    urls = (row["primary_url"], row["second_url"])
    return {
        **{column: row[column] for column in ("dataset", "id", "role", "method", "content")},
        "path": row["path"].format(n=n, file=file),
        "urls": tuple(url.format(n=n, file=quote(file)) for url in urls if url),
        "expects": tuple(row["expects"].split()),
        "optional": row["optional"] == "yes",
    }
