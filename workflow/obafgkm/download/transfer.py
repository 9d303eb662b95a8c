"""One address, one file: transfers over HTTPS, from Google Drive and from VizieR.

What has arrived of a file lies in its part file; ``<part file>.json`` beside it says of which address, and of
how many bytes, it is the beginning, so that the next attempt or the next run goes on there.
"""

import json
import os
import random
import re
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import requests
import urllib3

__all__ = ["PATIENCE", "Absent", "Patience", "Refused", "beside", "read_json", "transfer", "write_json"]

_AGENT = {"User-Agent": "obafgkm (python-requests)", "Accept-Encoding": "identity"}
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_CHUNK = 1 << 18


@dataclass(frozen=True)
class Patience:
    """How long a service is waited for, and how often it is asked.

    Attributes
    ----------
    connect, read : float
        Longest wait for a connection, and for the next bytes, s.
    least_rate : float
        Bytes per second below which a transfer is given up, as a mean over ``window`` seconds.
    window : float
        s.
    attempts : int
        How often one address is asked.
    backoff : float
        Mean wait before the second attempt, s; it doubles with every further one.
    longest_wait : float
        Longest wait between attempts, s. A service that asks for more is given up.
    """

    connect: float = 10.0
    read: float = 60.0
    least_rate: float = 1000.0
    window: float = 30.0
    attempts: int = 5
    backoff: float = 1.0
    longest_wait: float = 120.0


PATIENCE = Patience()


class _Again(Exception):
    """An attempt failed in a way that may pass; ``wait`` is what the service asks for, s."""

    def __init__(self, reason, wait=None):
        super().__init__(reason)
        self.wait = wait


class Refused(Exception):
    """An address cannot give the file, however often it is asked."""


class Absent(Refused):
    """The service is well, and has no such file."""


def transfer(url, part, method, patience, session):
    """Bring one file into its part file; failures that may pass are met with growing pauses.

    Parameters
    ----------
    url : str
    part : Path
    method : {'https', 'gdrive', 'vizier'}
    patience : Patience
    session : requests.Session

    Raises
    ------
    Refused
        If the address cannot give the file, or did not in ``patience.attempts`` attempts.
    FetchError
        If VizieR answers with another table than the one that was asked for.
    OSError
        If the part file cannot be written.
    """
    attempt_once = partial(_METHODS[method], url, part, patience, session)
    for attempt in range(patience.attempts):
        try:
            return attempt_once()
        except _Again as error:
            failure = error
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            ConnectionError,
            TimeoutError,
        ) as error:
            failure = _Again(_reason(error))
        pause = failure.wait
        if pause is None:
            pause = min(patience.backoff * 2**attempt * random.uniform(0.5, 1.5), patience.longest_wait)
        if pause > patience.longest_wait:
            raise Refused(f"{failure}; it asks to be left alone for {pause:.0f} s")
        if attempt + 1 < patience.attempts:
            time.sleep(pause)
    raise Refused(f"{failure} (asked {patience.attempts} times)")


def _reason(error):
    """The innermost cause of a network error, without the addresses of Python objects."""
    cause = getattr(error.args[0], "reason", error) if error.args else error
    return f"network error: {re.sub(r'^.*?: (?=Failed|.Errno)', '', str(cause))}"


def _from_https(url, part, patience, session):
    """One attempt over HTTPS, from where the last one ended."""
    known = read_json(beside(part, ".json"))
    have = part.stat().st_size if part.is_file() and known.get("url") == url and known["total"] else 0
    if have and have == known["total"]:
        return
    headers = dict(_AGENT)
    if have:
        headers["Range"] = f"bytes={have}-"
        if known["validator"]:
            headers["If-Range"] = known["validator"]
    with session.get(
        url, headers=headers, stream=True, timeout=(patience.connect, patience.read)
    ) as response:
        _judge_status(response, part)
        resumed = response.status_code == 206
        total = int(response.headers.get("Content-Length", 0)) + (have if resumed else 0)
        if resumed and total != known["total"]:
            part.unlink()
            raise _Again(f"the file has changed, from {known['total']} to {total} bytes")
        if not resumed:
            part.unlink(missing_ok=True)
            # A weak ETag does not promise the same bytes, and If-Range may not carry it.
            etag = response.headers.get("ETag", "W/")
            validator = response.headers.get("Last-Modified", "") if etag.startswith("W/") else etag
            write_json(beside(part, ".json"), {"url": url, "total": total, "validator": validator})
        _pour(response.raw, part, patience)


def _judge_status(response, part):
    code = response.status_code
    if code in _BUSY:
        raise _Again(f"the server answered {code} {response.reason}", _retry_after(response))
    if code == 416:
        part.unlink()
        raise _Again("the server has no bytes after those that are here; beginning anew")
    if code in (404, 410):
        raise Absent(f"the server answered {code} {response.reason}")
    if code not in (200, 206):
        raise Refused(f"the server answered {code} {response.reason}")


def _retry_after(response):
    """Pause that the server asks for, s, or None."""
    asked = response.headers.get("Retry-After")
    try:
        return urllib3.Retry().parse_retry_after(asked) if asked else None
    except urllib3.exceptions.InvalidHeader:
        return None


def _pour(raw, part, patience):
    """Append what arrives; give up a transfer that is too slow, which no time-out on single reads notices."""
    began, arrived = time.monotonic(), 0
    with open(part, "ab") as file:
        while chunk := raw.read1(_CHUNK, decode_content=False):
            file.write(chunk)
            arrived += len(chunk)
            elapsed = time.monotonic() - began
            if elapsed > patience.window:
                if arrived < patience.least_rate * elapsed:
                    raise _Again(f"slower than {patience.least_rate:g} bytes/s")
                began, arrived = time.monotonic(), 0


def _from_drive(url, part, patience, _session):
    """One attempt at the file of this name in a Google Drive folder; gdown resumes what it left."""
    import gdown

    name = part.name.removesuffix(".part")
    # Without cookies: gdown would keep them in the home directory.
    ways = {"quiet": True, "use_cookies": False, "timeout": (patience.connect, patience.read)}
    try:
        listing = gdown.download_folder(url=url, skip_download=True, output=str(part.parent), **ways)
        ids = {Path(file.path).name: file.id for file in listing}
        if name not in ids:
            raise Refused(f"the Google Drive folder has no '{name}', only {', '.join(sorted(ids)[:10])}")
        gdown.download(id=ids[name], output=str(part), resume=True, **ways)
    except gdown.exceptions.DownloadError as error:
        raise Refused(f"Google Drive: {' '.join(str(error).split())}") from error


def _from_vizier(url, part, patience, _session):
    from obafgkm.archives.vizier import save_table

    save_table(url, part, patience.read)


_METHODS = {"https": _from_https, "gdrive": _from_drive, "vizier": _from_vizier}


def beside(path, suffix):
    """The path with a suffix added to its name."""
    return path.with_name(path.name + suffix)


def read_json(path):
    """Content of a small JSON file; an empty dict where it is missing or cut off."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def write_json(path, content):
    """Write a small JSON file, whole or not at all."""
    new = beside(path, ".new")
    new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(new, path)
