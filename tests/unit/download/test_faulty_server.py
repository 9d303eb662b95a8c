"""A permanent attack: a server that answers wrongly in every way its seed thinks of.

Whatever it sends, a file is here whole in one of the versions that the server has had, or it is not here and
one sentence says why; and when the server is well again, the next run has the file.
"""

import contextlib
import gzip
import hashlib
import io
import itertools
import random
import re
import socketserver
import tarfile
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from obafgkm.download.files import fetch
from obafgkm.download.http import Patience
from obafgkm.download.registry import Entry
from obafgkm.errors import FetchError

SEEDS = range(65)  # of each type of file: 520 files in all
PATIENCE = Patience(connect=2, read=0.3, attempts=4, backoff=0.0005, longest_wait=0.5)


def spectrum(seed):
    """A FITS file with its checksums; those of two seeds have the same length."""
    hdu = fits.PrimaryHDU(np.random.default_rng(seed).random(6000).astype("f4"))
    hdu.add_checksum(when="then")
    buffer = io.BytesIO()
    hdu.writeto(buffer)
    return buffer.getvalue()


def archive(seed):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as files:
        member = tarfile.TarInfo("a.fits")
        member.size = 20_000
        files.addfile(member, io.BytesIO(random.Random(seed).randbytes(member.size)))
    return gzip.compress(buffer.getvalue(), 0, mtime=0)  # stored, so that all are of one length


def table(seed):
    chance = random.Random(seed)
    return "".join(["name,teff\n", *(f"s{chance.random():.6f},{i:05d}\n" for i in range(1200))]).encode()


def text(seed):
    return table(seed).replace(b",", b" ")


BODIES = {"fits": spectrum, "tar.gz": archive, "csv": table, "text": text}
# Of these types only a length tells that they are cut off, and nothing that they are another's or changed:
# the server may lie to them in everything but the length.
UNCHECKED = ("csv", "text")


class Answer:
    """What an honest server would send: status, headers, body; a fault changes some of it."""

    def __init__(self, request, body, tag):
        asked = re.search(rb"\r\nrange: bytes=(\d+)-\r\n", request, re.IGNORECASE)
        agreed = re.search(rb"\r\nif-range: ([^\r]*)", request, re.IGNORECASE)
        first = int(asked[1]) if asked else 0
        self.whole, self.tag, self.request = body, tag, request
        self.status, self.headers, self.body = "200 OK", {"ETag": f'"{tag}"'}, body
        self.resumes = bool(asked)
        if asked and first < len(body) and (not agreed or agreed[1].decode() == f'"{tag}"'):
            self.part(first)
        self.length = len(self.body)
        self.headers["Content-Length"] = str(self.length)
        self.begin, self.end = "HTTP/1.1 ", b""

    def part(self, first):
        self.status, self.body = "206 Partial Content", self.whole[first:]
        self.headers["Content-Range"] = f"bytes {first}-{len(self.whole) - 1}/{len(self.whole)}"

    def bytes(self):
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items() if value is not None)
        first = f"{self.begin}{self.status}\r\n{head}Connection: close\r\n\r\n"
        return first.encode("latin-1", "replace") + self.body + self.end


FAULTS = {}


def fault(function):
    FAULTS[function.__name__] = function
    return function


@fault
def cut(answer, chance):
    answer.body, answer.end = answer.body[: chance.randrange(len(answer.body))], b""


@fault
def busy(answer, chance):
    answer.status = chance.choice(["503 Busy", "429 Too Many", "500 Error", "408 Timeout"])
    pause = ["0", "soon", "-1", "9" * 400, "Fri, 31 Dec 99999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"]
    answer.headers["Retry-After"] = chance.choice(pause)


@fault
def refusing(answer, chance):
    answer.status = chance.choice(["404 Gone", "403 No", "204 Nothing", "203 Other", "304 Same", "418 Pot"])


@fault
def page(answer, _chance):
    answer.body = b"<!DOCTYPE html><html><title>Quota exceeded</title></html>"
    answer.headers["Content-Length"] = str(len(answer.body))


@fault
def empty(answer, _chance):
    answer.body, answer.headers["Content-Length"] = b"", "0"


@fault
def odd_length(answer, chance):
    n = answer.headers["Content-Length"]
    odd = ["abc", "", "-1", "1e5", f"{n}, {n}", f"{n}, 7", f"+{n}", f"0x{n}", "9" * 30, "9" * 5000, f"{n}.0"]
    answer.headers["Content-Length"] = chance.choice(odd)


@fault
def wrong_length(answer, chance):
    """Longer than the body; a shorter one no honest type of file could notice."""
    answer.headers["Content-Length"] = str(len(answer.body) + chance.choice([1, 7, 10_000]))


@fault
def no_length(answer, _chance):
    answer.headers["Content-Length"] = None


@fault
def cut_without_length(answer, chance):
    no_length(answer, chance)
    cut(answer, chance)


@fault
def chunked(answer, chance):
    """In chunks, the framing of which may be damaged."""
    answer.headers["Content-Length"] = chance.choice([None, "17"])
    answer.headers["Transfer-Encoding"] = "chunked"
    sent = b""
    for begin in range(0, len(answer.body), 9000):
        chunk = answer.body[begin : begin + 9000]
        sent += b"%x\r\n%b\r\n" % (len(chunk), chunk)
    sent += b"0\r\n\r\n"
    if chance.random() < 0.7:
        sent = chance.choice([sent[: chance.randrange(len(sent) - 5)], b"zz\r\n" + sent, b"-1\r\n" + sent])
    answer.body = sent


@fault
def unasked_part(answer, chance):
    if not answer.resumes:
        answer.part(chance.choice([0, len(answer.whole) // 2]))
        answer.headers["Content-Length"] = str(len(answer.body))


@fault
def wrong_part(answer, chance):
    """The right length from the wrong place, or the wrong length from the right one."""
    if answer.resumes:
        answer.part(chance.randrange(len(answer.whole)))
        answer.headers["Content-Length"] = str(len(answer.body))


@fault
def odd_range(answer, chance):
    n = len(answer.whole)
    odd = [
        "",
        "bytes */*",
        f"bytes 0-{n - 1}/*",
        f"lines 3-4/{n}",
        "bytes",
        f"bytes -1-{n}/{n}",
        "bytes 5-2/3",
        "é",
    ]
    if answer.resumes:
        answer.status, answer.headers["Content-Range"] = "206 Partial Content", chance.choice([*odd, None])


@fault
def unsatisfiable(answer, _chance):
    answer.status, answer.body, answer.headers["Content-Length"] = "416 Range", b"", "0"


@fault
def odd_tag(answer, chance):
    """Without a validator, or with one that has changed its form."""
    other = f'"{chance.random()}"'
    answer.headers["ETag"] = chance.choice([None, "", f'W/"{answer.tag}"', answer.tag, '"', "é" * 90, other])
    answer.headers["Last-Modified"] = chance.choice([None, "", "yesterday", "32 Jan 1970", "0"])


@fault
def odd_encoding(answer, chance):
    answer.headers["Content-Encoding"] = chance.choice(["gzip", "br", "identity, gzip", "é"])


@fault
def zipped(answer, _chance):
    answer.body = gzip.compress(answer.body)
    answer.headers |= {"Content-Encoding": "gzip", "Content-Length": str(len(answer.body))}


@fault
def redirect(answer, chance):
    places = [
        "/a",
        "//",
        "http://[::1",
        "ftp://127.0.0.1/a",
        "http://127.0.0.1:99999/",
        "é",
        "http://\x00/",
        "",
    ]
    answer.status = chance.choice(["301 Moved", "302 Found", "307 Elsewhere"])
    answer.headers["Location"] = chance.choice(places)


@fault
def no_http(answer, chance):
    answer.begin = chance.choice(["HTTP/9.9 ", "ICY ", "", "\r\n\r\n", "HTTP/1.1 x", "\x00\x01", "HTTP/1.0 "])


@fault
def odd_headers(answer, chance):
    odd = [{"x" * 70_000: "1"}, {f"X-{i}": "1" for i in range(200)}, {"": ""}, {"no colon\r\nX": "\x00"}]
    answer.headers = chance.choice(odd) | answer.headers


@fault
def longer(answer, chance):
    if len(answer.body) == answer.length:
        answer.end = chance.randbytes(chance.choice([1, 5000]))


@fault
def changed(answer, chance):
    """A byte of the body is not what it was; only a checksum tells."""
    place = chance.randrange(len(answer.body) or 1)
    answer.body = answer.body[:place] + bytes([answer.body[place] ^ 1]) + answer.body[place + 1 :]


@fault
def silent(answer, _chance):
    answer.begin, answer.status, answer.headers, answer.body = None, "", {}, b""


class Server(socketserver.ThreadingTCPServer):
    """Asks ``answer`` for the bytes that it sends."""

    daemon_threads, allow_reuse_address, request_queue_size = True, True, 64
    answer = None

    def finish_request(self, request, _address):
        request.settimeout(2)
        received = b""
        with contextlib.suppress(OSError):
            while b"\r\n\r\n" not in received and (more := request.recv(65536)):
                received += more
            request.sendall(self.answer(received))

    def handle_error(self, *_):
        """A client that hangs up, as it should on nonsense, is no error."""


@pytest.fixture(scope="module")
def server():
    with Server(("127.0.0.1", 0), None) as service:
        service.url = f"http://127.0.0.1:{service.server_address[1]}/a"
        threading.Thread(target=service.serve_forever, args=(0.01,), daemon=True).start()
        yield service
        service.shutdown()


class Fate:
    """What a server does to one file: up to three faults an answer, and a new version now and then."""

    def __init__(self, seed, versions, allowed):
        self.chance, self.versions, self.allowed = random.Random(seed), versions, allowed
        self.version, self.well, self.done = 0, False, []

    def __call__(self, request):
        if not self.well and self.chance.random() < 0.15:
            self.version = 1
        answer = Answer(request, self.versions[self.version], f"v{self.version}")
        number = 0 if self.well else self.chance.choice([0, 1, 1, 1, 2, 3])
        # A cut first and most often: without it nothing would be resumed.
        for name in self.chance.choices(
            ["cut", *self.allowed], [len(self.allowed)] + [1] * len(self.allowed), k=number
        ):
            # Two changes can leave a sum as it was, which is all that a DATASUM is.
            twice = name == "changed" and name in self.done
            if answer.begin is not None and answer.body and not twice:
                FAULTS[name](answer, self.chance)
                self.done.append(name)
        return b"" if answer.begin is None else answer.bytes()


@pytest.mark.parametrize("known", [False, True], ids=["unknown", "known"])
@pytest.mark.parametrize("content", BODIES)
def test_nothing_but_whole_files(server, tmp_path, content, known):
    versions = [BODIES[content](1), BODIES[content](2)]
    assert len(versions[0]) == len(versions[1])
    # What only a checksum of the whole could tell of these types.
    lies = {"changed", "wrong_length", "empty"} if content in UNCHECKED and not known else set()
    outcomes, faults = set(), set()
    for seed in SEEDS:
        path = tmp_path / f"{seed}" / "a"
        fate = server.answer = Fate(seed, versions, sorted(FAULTS.keys() - lies))
        entry = known_as(versions[0]) if known else None
        # Where the very card CHECKSUM is hit, nothing tells of it; the data have their DATASUM.
        skip = 2880 if content == "fits" and not known else 0
        whole = [version[skip:] for version in (versions[:1] if known else versions)]
        for _run in range(2):
            try:
                fetch([server.url], path, content=content, known=entry, patience=PATIENCE)
            except FetchError:
                outcomes.add("refused")
                assert not path.exists()
            else:
                outcomes.add("whole")
                assert path.read_bytes()[skip:] in whole, f"seed {seed}, after {fate.done}"
        fate.well, fate.version = True, 0
        fetch([server.url], path, content=content, known=entry, patience=replace(PATIENCE, read=20))
        assert path.read_bytes()[skip:] in whole, f"seed {seed}, at the end, after {fate.done}"
        assert sorted(file.name for file in path.parent.iterdir()) == ["a", "a.provenance.json"]
        faults.update(fate.done)
    assert outcomes == {"refused", "whole"}
    assert len(faults) > 0.8 * len(fate.allowed)


def drops(line):
    for place in range(len(line)):
        yield line[place : place + 1]
        time.sleep(0.02)


@pytest.mark.parametrize(
    "head",
    [
        lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
        lambda: drops(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 3000),
        lambda: drops(b"HTTP/1.1 " + b"x" * 3000),
    ],
    ids=["continue", "header", "status"],
)
def test_an_answer_whose_head_does_not_end_is_given_up(tmp_path, head):
    class Endless(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(65536)
            with contextlib.suppress(OSError):
                for piece in head():
                    self.request.sendall(piece)

    with Server(("127.0.0.1", 0), Endless) as service:
        service.finish_request = partial(socketserver.TCPServer.finish_request, service)
        threading.Thread(target=service.serve_forever, args=(0.01,), daemon=True).start()
        url, began = f"http://127.0.0.1:{service.server_address[1]}/a", time.monotonic()
        with pytest.raises(FetchError, match=r"timed out.*asked 2 times"):
            fetch([url], tmp_path / "a", content="fits", patience=replace(PATIENCE, attempts=2))
        assert time.monotonic() - began < 30  # the drops alone would take two minutes
        service.shutdown()


def known_as(body):
    return Entry(hashlib.sha256(body).hexdigest(), len(body), Path("checksums.txt"))
