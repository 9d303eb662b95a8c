"""Ask SkyServer: in slices, politely, and with every answer checked."""

import hashlib
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import requests

from obafgkm.archives.sdss.sql import read_answer, write_answer
from obafgkm.download.connections import new_session
from obafgkm.download.http import PATIENCE, Refused, beside, retrieve, write_json
from obafgkm.errors import ArchiveFileError, FetchError

__all__ = ["ask", "slices"]

_COUNTED = {"plate", "mjd", "fiberID", "n"}
_LARGEST = 1 << 30  # bytes of one answer; 500,000 rows, the service's limit, are a fifth of it


def ask(query, service, path, *, rows=100_000, pause=1.0, offline=False, patience=PATIENCE):
    """Ask for all rows of a query, and write them as one answer of the service.

    The number of rows a plate is asked for first, then the rows in slices of plates. What has arrived lies in
    ``<path>.parts`` until all has, so that a second run goes on there. The SQL is written to ``<path>.sql``,
    the record of where the rows come from to ``<path>.provenance.json``.

    Parameters
    ----------
    query : obafgkm.archives.sdss.sql.Query
    service : str
        Address that takes the parameters cmd and format.
    path : path-like
    rows : int
        A slice; the service's limit is 500,000.
    pause : float
        Between two questions, s.
    offline : bool
        Refuse to ask; what has arrived is used.
    patience : obafgkm.download.http.Patience

    Returns
    -------
    DataFrame
        From `obafgkm.archives.sdss.sql.read_answer`.

    Raises
    ------
    FetchError
        If the service does not answer, or not with the columns and the number of rows that it should, or one
        row occurs twice.
    """
    path = Path(path)
    parts = beside(path, ".parts")
    parts.mkdir(parents=True, exist_ok=True)
    client = _Client(service, parts, pause, offline, patience)
    counts = client(query.counts(), ["plate", "n"])
    if counts.empty:
        raise FetchError(f"{service} has no rows for the query: {query.counts()}")
    tables = []
    for first, last, number in slices(counts, rows):
        tables.append(client(query.rows(first, last), list(query.columns), number))
    table = pd.concat(tables, ignore_index=True)
    if repeated := table[query.key][table[query.key].duplicated()].to_list():
        raise FetchError(
            f"{service}: {query.key} {repeated[0]} was given twice; delete {parts} and run again"
        )
    write_answer(path, table)
    sql = "\n".join(client.asked) + "\n"
    beside(path, ".sql").write_text(sql, encoding="utf-8")
    record = {"source": "remote", "url": service, "rows": len(table), "questions": len(client.asked)}
    record["sql_sha256"] = hashlib.sha256(sql.encode()).hexdigest()
    record["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    record["time"] = datetime.now(UTC).isoformat(timespec="seconds")
    write_json(beside(path, ".provenance.json"), record)
    for file in parts.iterdir():
        file.unlink()
    parts.rmdir()
    return table


def slices(counts, rows):
    """Ranges of plates with at most `rows` rows each.

    Parameters
    ----------
    counts : DataFrame
        Columns plate, n.
    rows : int

    Yields
    ------
    first, last, number : int
        Plates, both included, and the number of rows to expect. A single plate may exceed `rows`.
    """
    plates, number = [], 0
    for plate, n in counts.sort_values("plate")[["plate", "n"]].itertuples(index=False):
        if plates and number + n > rows:
            yield plates[0], plates[-1], number
            plates, number = [], 0
        plates.append(int(plate))
        number += int(n)
    yield plates[0], plates[-1], number


def _digest(content):
    return hashlib.sha256(content).hexdigest()[:16]


class _Client:
    """Asks one question after the other; what lies answered in the directory `parts` is not asked again.

    The name of an answer holds its checksum: a table of counts that lost its end would lose plates unnoticed.
    """

    def __init__(self, service, parts, pause, offline, patience):
        self.service, self.parts, self.pause = service, parts, pause
        self.offline, self.patience = offline, patience
        self.session = new_session()
        self.asked = []
        self._last = -pause

    def __call__(self, sql, columns, number=None):
        """The answer to a question, with these columns, and this number of rows where it is known."""
        self.asked.append(sql)
        question = _digest(f"{self.service} {sql}".encode())
        for answer in self.parts.glob(f"{question}-*.csv"):
            content = answer.read_bytes()
            if answer.stem == f"{question}-{_digest(content)}":
                return self._judged(str(answer), content, columns, number)
            answer.unlink()  # damaged since
        part = self.parts / f"{question}.part"
        table = self._bring(sql, part, columns, number)
        part.rename(self.parts / f"{question}-{_digest(part.read_bytes())}.csv")
        return table

    def _bring(self, sql, part, columns, number):
        if self.offline:
            raise FetchError(f"archives.offline forbids to ask {self.service}: {sql}")
        url = requests.Request(
            "GET", self.service, params={"cmd": sql, "format": "csv", "searchtool": "SQL"}
        ).prepare()
        time.sleep(max(0.0, self._last + self.pause - time.monotonic()))
        try:
            retrieve(url.url, part, "https", self.patience, self.session, content="csv", largest=_LARGEST)
            return self._judged(self.service, part.read_bytes(), columns, number)
        except (Refused, ArchiveFileError) as error:
            part.unlink(missing_ok=True)
            raise FetchError(f"{self.service} could not be asked: {error}. The query: {sql}") from error
        finally:
            self._last = time.monotonic()
            beside(part, ".json").unlink(missing_ok=True)

    def _judged(self, place, answer, columns, number):
        """The table that an answer holds, if it is the one that was asked for."""
        table = read_answer(place, answer)
        if list(table.columns) != columns:
            got = ", ".join(map(str, table.columns))[:200]
            raise ArchiveFileError(self.service, f"answered with columns {got}, not {', '.join(columns)}")
        if number is not None and len(table) != number:
            raise ArchiveFileError(self.service, f"answered with {len(table)} rows, not {number}")
        for column in _COUNTED.intersection(columns):
            # An empty table has no type yet.
            if len(table) and not pd.api.types.is_integer_dtype(table[column]):
                raise ArchiveFileError(place, f"answered with values of {column} that are no whole numbers")
        return table
