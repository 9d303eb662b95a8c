"""One address, one file: downloads over HTTPS, from Google Drive and from VizieR.

What has arrived of a file lies in its part file; ``<part file>.json`` beside it says of which address, and of
which version of how many bytes, it is the beginning, so that the next attempt or the next run goes on there.

Connections, redirects, TLS, time-outs and the check of an answer's length are those of requests and urllib3,
which also reads ``Retry-After``; the registry of checksums is in pooch's format. The loop of attempts is our
own, because none of the three libraries that could replace it does what the archives need. The retries of
urllib3 end where the headers of an answer have arrived: they neither resume a body that is cut off nor give
up one that trickles. pooch repeats a failed download from its first byte and whatever the failure was, and
deletes what has arrived; a downloader class of one's own would have to hold all of this module.
`astropy.utils.data` checks no checksum, resumes nothing and keeps files under names of its own in a cache of
the home directory.
"""

import json
import os
import random
import re
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3

from obafgkm.errors import FetchError, told

__all__ = [
    "LARGEST",
    "PATIENCE",
    "Absent",
    "Patience",
    "Refused",
    "beside",
    "read_json",
    "retrieve",
    "write_json",
]

# Bytes beyond which no file of the archives is taken, whatever the server sends: the largest, the tar archive
# of CFLIB, has some hundred megabytes.
LARGEST = 4 << 30
_AGENT = {"User-Agent": "obafgkm (python-requests)", "Accept-Encoding": "identity"}
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_CHUNK = 1 << 18
_DATE = r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"  # RFC 9110, section 5.6.7; others name no version
# Files of these types show by themselves where they end, so that a download that was cut off is noticed.
_SHOW_THEIR_END = {"fits", "gz", "tar.gz"}


@dataclass(frozen=True)
class Patience:
    """How long a service is waited for, and how often it is asked.

    Attributes
    ----------
    connect, read : float
        Longest wait for a connection, and for the head of the answer or the next bytes of its body, s.
    least_rate : float
        Bytes per second below which a download is given up, as a mean over ``window`` seconds.
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


def retrieve(url, part, method, patience, session, *, content=None, largest=LARGEST):
    """Bring one file into its part file; failures that may pass are met with growing pauses.

    Parameters
    ----------
    url : str
    part : Path
    method : {'https', 'gdrive', 'vizier'}
    patience : Patience
    session : requests.Session
    content : {'fits', 'tar.gz', 'gz', 'csv', 'text'}, optional
        What the file should be.
    largest : int
        Bytes beyond which an answer is refused.

    Raises
    ------
    Refused
        If the address cannot give the file, or did not in ``patience.attempts`` attempts.
    FetchError
        If VizieR answers with another table than the one that was asked for.
    OSError
        If the part file cannot be written.
    """
    attempt_once = partial(_METHODS[method], url, part, patience, session, content, largest)
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
        except (Refused, FetchError, OSError):
            raise
        except Exception as error:
            # A library that stumbles over an odd answer: no header may end more than this attempt.
            failure = _Again(f"the answer cannot be understood ({told(error)})")
        pause = failure.wait
        if pause is None:
            pause = min(patience.backoff * 2**attempt * random.uniform(0.5, 1.5), patience.longest_wait)
        if pause > patience.longest_wait:
            raise Refused(f"{failure}; it asks to be left alone for {pause} s")
        if attempt + 1 < patience.attempts:
            time.sleep(pause)
    raise Refused(f"{failure} (asked {patience.attempts} times)")


def _reason(error):
    """The innermost cause of a network error, without the addresses of Python objects."""
    cause = getattr(error.args[0], "reason", error) if error.args else error
    return f"network error: {re.sub(r'^.*?: (?=Failed|.Errno)', '', str(cause))}"


def _from_https(url, part, patience, session, content, largest):
    """One attempt over HTTPS, from where the last one ended."""
    known = read_json(beside(part, ".json"))
    have = part.stat().st_size if part.is_file() and _can_be_resumed(known, url) else 0
    if have and have == known["total"]:
        return
    headers = dict(_AGENT)
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": known.get("etag") or known["modified"]}
    with session.get(
        url, headers=headers, stream=True, timeout=(patience.connect, patience.read)
    ) as response:
        _judge_status(response, part)
        _judge_encoding(response, url, content)
        answer = _version(response, url)
        if response.status_code == 206:
            _judge_range(response, known, answer, have, part)
            total = known["total"]
        elif "Content-Range" in response.headers:
            raise _Again("the server answered 200, with a part, where the whole file was asked for")
        else:
            part.unlink(missing_ok=True)
            total = answer["total"] = _length(response)
            if total is None and not response.raw.chunked and content not in _SHOW_THEIR_END:
                raise Refused(
                    "the server does not say how long it is, so that one cut off would pass for whole"
                )
            if (total or 0) > largest:
                raise Refused(f"{total} bytes long, not {largest} at most")
            write_json(beside(part, ".json"), answer)
        try:
            _pour(response.raw, part, patience, largest if total is None else total)
        except Refused:
            part.unlink()
            raise
    if total is not None and part.stat().st_size < total:
        raise _Again(f"the answer ended after {part.stat().st_size} of {total} bytes")


def _can_be_resumed(known, url):
    """Whether the record beside a part file is ours, of this address, and says which version it is of."""
    named = bool(known.get("etag") or known.get("modified"))
    return named and known.get("url") == url and isinstance(known.get("total"), int)


def _version(response, url):
    """What tells one version of a file from another: address that answered, ETag and time of modification."""
    served = urlsplit(response.url)
    etag = response.headers.get("ETag", "").strip()
    modified = response.headers.get("Last-Modified", "").strip()
    return {
        "url": url,
        # Without the query, in which services sign what they redirect to, anew each time.
        "served": f"{served.scheme}://{served.netloc}{served.path}",
        # A weak ETag does not promise the same bytes, and If-Range may not carry it.
        "etag": etag if re.fullmatch(r'"[^"]*"', etag) else "",
        "modified": modified if re.fullmatch(_DATE, modified) else "",
    }


def _judge_range(response, known, answer, have, part):
    """Take a part of a file only if it continues, byte for byte, the version that lies here."""
    if not have:
        raise _Again("the server answered 206, with a part, where the whole file was asked for")
    given = response.headers.get("Content-Range", "")
    expected = f"bytes {have}-{known['total'] - 1}/{known['total']}"
    length = _length(response)
    validator = "etag" if known.get("etag") else "modified"
    if " ".join(given.split()).lower() != expected or length not in (None, known["total"] - have):
        problem = f"Content-Range '{given}' where '{expected}' was asked for"
    elif answer[validator] != known[validator] or answer["served"] != known.get("served"):
        problem = f"another version of the file, or none that is named ('{answer[validator]}')"
    else:
        return
    part.unlink()
    raise _Again(f"the server continued with {problem}; beginning anew", 0)


def _length(response):
    """The length of an answer's body in bytes, or None where it is not told.

    Equal lengths that are repeated count as one (RFC 9110, section 8.6); with a Transfer-Encoding there is
    none (RFC 9112, section 6.3).
    """
    coding = response.headers.get("Transfer-Encoding", "").strip().lower()
    if coding not in ("", "chunked"):
        raise _Again(f"the server answered in the Transfer-Encoding '{coding[:80]}'")
    if response.raw.chunked:
        return None
    given = response.headers.get("Content-Length")
    lengths = {length.strip() for length in given.split(",")} if given is not None else set()
    if not lengths:
        return None
    if len(lengths) > 1 or not re.fullmatch(r"[0-9]{1,18}", lengths.copy().pop()):
        raise _Again(f"the server answered with the Content-Length '{given[:80]}'")
    return int(lengths.pop())


def _judge_encoding(response, url, content):
    """Refuse an answer whose bytes are not those of the file."""
    hops = [*(hop.url for hop in response.history), response.url]
    if url.startswith("https:") and not all(hop.startswith("https:") for hop in hops):
        raise Refused(f"it leads to {hops[-1]}, which is not encrypted")
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    # Of a file that is itself compressed some servers say so in this place.
    if encoding not in ("", "identity") and content not in ("gz", "tar.gz", None):
        raise _Again(f"the server answered in the encoding '{encoding}', which was not asked for")


def _judge_status(response, part):
    code = response.status_code
    if code in _BUSY:
        raise _Again(f"the server answered {code} {response.reason}", _retry_after(response))
    if code == 416:
        part.unlink(missing_ok=True)
        raise _Again("the server has no bytes after those that are here; beginning anew")
    if code in (404, 410):
        raise Absent(f"the server answered {code} {response.reason}")
    if code not in (200, 206):
        raise Refused(f"the server answered {code} {response.reason}")


def _retry_after(response):
    """Pause that the server asks for, s, or None."""
    asked = response.headers.get("Retry-After")
    try:
        return max(0, round(urllib3.Retry().parse_retry_after(asked))) if asked else None
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        return None


def _pour(raw, part, patience, most):
    """Append what arrives; give up a download that is too slow, which no time-out on single reads notices."""
    began, arrived = time.monotonic(), 0
    with open(part, "ab") as file:
        size = file.tell()
        while chunk := raw.read1(_CHUNK, decode_content=False):
            size += len(chunk)
            if size > most:
                raise Refused(f"the server sends more than {most} bytes of it")
            file.write(chunk)
            arrived += len(chunk)
            elapsed = time.monotonic() - began
            if elapsed > patience.window:
                if arrived < patience.least_rate * elapsed:
                    raise _Again(f"slower than {patience.least_rate:g} bytes/s")
                began, arrived = time.monotonic(), 0


def _from_drive(url, part, patience, _session, content, _largest):
    """One attempt at the file of this name in a Google Drive folder."""
    import gdown

    name = part.name.removesuffix(".part")
    # Without cookies: gdown would keep them in the home directory.
    ways = {"quiet": True, "use_cookies": False, "timeout": (patience.connect, patience.read)}
    # gdown resumes without asking whether the file is still the same: only where a mixture would be noticed.
    resume = content in ("gz", "tar.gz")
    try:
        listing = gdown.download_folder(url=url, skip_download=True, output=str(part.parent), **ways)
        ids = {Path(file.path).name: file.id for file in listing or []}
        if name not in ids:
            held = f"only {', '.join(sorted(ids)[:10])}" if ids else "or does not list it"
            raise Refused(f"the Google Drive folder has no '{name}', {held}")
        gdown.download(id=ids[name], output=str(part), resume=resume, **ways)
    except gdown.exceptions.DownloadError as error:
        raise Refused(f"Google Drive: {' '.join(str(error).split()).rstrip('.')}") from error


def _from_vizier(url, part, patience, _session, _content, _largest):
    from obafgkm.archives.vizier import save_table

    save_table(url, part, patience.read)


_METHODS = {"https": _from_https, "gdrive": _from_drive, "vizier": _from_vizier}


def beside(path, suffix):
    """The path with a suffix added to its name."""
    return path.with_name(path.name + suffix)


def read_json(path):
    """Content of a small JSON file; an empty dict where it is missing, cut off or no record."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path, content):
    """Write a small JSON file, whole or not at all."""
    new = beside(path, ".new")
    new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(new, path)
