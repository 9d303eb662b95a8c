"""Downloads from a local server that is made to fail in every way that the services do."""

import contextlib
import errno
import functools
import gzip
import hashlib
import http.server
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

import gdown
import pandas as pd
import pytest
import requests
from tqdm import tqdm

from obafgkm.download import files, registry
from obafgkm.download import http as downloads
from obafgkm.download.damage import check_dataset, total
from obafgkm.download.files import carry_out, fetch, fetch_dataset
from obafgkm.download.http import Patience
from obafgkm.errors import FetchError, MissingDatasetError


def image(pixels):
    """A FITS file of one row of bytes."""
    cards = [("SIMPLE", "T"), ("BITPIX", "8"), ("NAXIS", "1"), ("NAXIS1", str(len(pixels)))]
    header = "".join(f"{key:<8}= {value:>20}".ljust(80) for key, value in cards) + "END"
    return header.encode().ljust(2880) + pixels.ljust(-(-len(pixels) // 2880) * 2880, b"\0")


FITS = image(bytes(range(256)) * 1200)
HTML = b"<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head></html>"
QUICK = Patience(connect=5, read=5, attempts=3, backoff=0.005, longest_wait=2)


@pytest.fixture
def tmp_path(tmp_path):
    """A folder in a folder of the test's own, because beside a dataset lies the registry of all."""
    (tmp_path / "dataset").mkdir()
    return tmp_path / "dataset"


@pytest.fixture
def server():
    """A server of ``server.files``; ``server.answers[path]`` lists what answers the next requests."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked = SimpleNamespace(path=self.path, headers=dict(self.headers), time=time.monotonic())
            service.requests.append(asked)
            waiting = service.answers.get(self.path, [])
            (waiting.pop(0) if waiting else whole)(self)

        def log_message(self, *_):
            pass

    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.daemon_threads = True
    service.files, service.answers, service.requests, service.served = {}, {}, [], 0
    service.url = f"http://127.0.0.1:{service.server_port}"
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield service
    service.shutdown()
    service.server_close()


def send(handler, code, body=b"", headers=(), length=None):
    handler.send_response(code)
    for name, value in dict(headers).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.server.served += len(body)  # before the reader can have all of it
    handler.wfile.write(body)


def whole(handler, ranges=True):
    """The file, or the range of it that was asked for."""
    body = handler.server.files.get(handler.path)
    if body is None:
        return send(handler, 404)
    etag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'
    asked = handler.headers.get("Range")
    if not (ranges and asked and handler.headers.get("If-Range", etag) == etag):
        return send(handler, 200, body, {"ETag": etag})
    first = int(asked.removeprefix("bytes=").rstrip("-"))
    span = f"bytes {first}-{len(body) - 1}/{len(body)}"
    return send(handler, 206, body[first:], {"ETag": etag, "Content-Range": span})


def without_ranges(handler):
    whole(handler, ranges=False)


def status(code, **headers):
    return lambda handler: send(handler, code, b"", {k.replace("_", "-"): v for k, v in headers.items()})


def cut_after(count):
    """Announce the whole file, send ``count`` bytes and hang up."""

    def answer(handler):
        body = handler.server.files[handler.path]
        etag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'
        send(handler, 200, body[:count], {"ETag": etag}, length=len(body))
        handler.close_connection = True

    return answer


def trickle(handler):
    body = handler.server.files[handler.path]
    send(handler, 200, b"", length=len(body))
    for i in range(200):
        try:
            handler.wfile.write(body[i : i + 1])
        except OSError:
            return
        time.sleep(0.01)


def known(body, **change):
    """What the registry says of a file of these bytes."""
    facts = {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)} | change
    return registry.Entry(registry=Path("checksums.txt"), **facts)


def record_of(path):
    return json.loads(Path(f"{path}.provenance.json").read_text())


def leftovers(path):
    return sorted(p.name for p in path.parent.iterdir() if ".part" in p.name or p.name.endswith(".new"))


def test_file_and_its_record(server, tmp_path):
    server.files["/a.fits"] = FITS
    path = tmp_path / "new" / "a.fits"
    record = fetch([f"{server.url}/a.fits"], path, content="fits", known=known(FITS), patience=QUICK)
    assert path.read_bytes() == FITS
    assert record == record_of(path)
    assert record["sha256"] == hashlib.sha256(FITS).hexdigest()
    assert (record["source"], record["url"], record["bytes"]) == (
        "remote",
        f"{server.url}/a.fits",
        len(FITS),
    )
    assert record["time"].endswith("+00:00")
    assert leftovers(path) == []


def test_intact_file_is_not_downloaded_again(server, tmp_path):
    server.files["/a.fits"] = FITS
    for _ in range(2):
        fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", content="fits", patience=QUICK)
    assert len(server.requests) == 1


@pytest.mark.parametrize("damaged", [FITS[:1000], FITS[:-1] + b"x", HTML, b""])
def test_damaged_file_is_downloaded_again(server, tmp_path, damaged):
    server.files["/a.fits"] = FITS
    path = tmp_path / "a.fits"
    fetch([f"{server.url}/a.fits"], path, content="fits", patience=QUICK)
    path.write_bytes(damaged)
    fetch([f"{server.url}/a.fits"], path, content="fits", patience=QUICK)
    assert path.read_bytes() == FITS
    assert len(server.requests) == 2


def test_file_put_here_by_hand_is_used_and_recorded(server, tmp_path):
    path = tmp_path / "a.fits"
    path.write_bytes(FITS)
    assert fetch([f"{server.url}/a.fits"], path, content="fits", offline=True)["source"] == "found"
    assert record_of(path)["sha256"] == hashlib.sha256(FITS).hexdigest()
    assert server.requests == []


def test_file_put_here_by_hand_is_read_to_its_end(server, tmp_path):
    path = tmp_path / "a.fits"
    path.write_bytes(FITS[:-5000])
    with pytest.raises(FetchError, match=r"is here, but .*truncated.* could not be fetched.*404"):
        fetch([f"{server.url}/a.fits"], path, content="fits", patience=QUICK)
    assert path.read_bytes() == FITS[:-5000]
    server.files["/a.fits"] = FITS
    fetch([f"{server.url}/a.fits"], path, content="fits", patience=QUICK)
    assert path.read_bytes() == FITS


def test_busy_server_is_asked_again(server, tmp_path):
    server.files["/a.fits"] = FITS
    server.answers["/a.fits"] = [status(503), status(429)]
    fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", patience=QUICK)
    assert len(server.requests) == 3


@pytest.mark.parametrize("pause", ["1", "date"])
def test_retry_after_is_honoured(server, tmp_path, pause):
    server.files["/a.fits"] = FITS

    def busy(handler):
        asked = formatdate(time.time() + 2, usegmt=True) if pause == "date" else pause
        send(handler, 503, headers={"Retry-After": asked})

    server.answers["/a.fits"] = [busy]
    fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", patience=QUICK)
    first, second = (request.time for request in server.requests)
    assert second - first >= 0.9


def test_server_that_asks_for_a_long_pause_is_left_alone(server, tmp_path):
    server.answers["/a.fits"] = [status(503, Retry_After="3600")]
    with pytest.raises(FetchError, match="left alone for 3600 s"):
        fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", patience=QUICK)
    assert len(server.requests) == 1


def test_pauses_grow(server, tmp_path, monkeypatch):
    pauses = []
    monkeypatch.setattr(downloads.time, "sleep", pauses.append)
    server.answers["/a.fits"] = [status(500)] * 5
    patience = Patience(attempts=5, backoff=1, longest_wait=6)
    with pytest.raises(FetchError, match=r"500 .* \(asked 5 times\)"):
        fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", patience=patience)
    assert len(pauses) == 4
    assert all(0.5 * 2**i <= pause <= 6 for i, pause in enumerate(pauses[:3]))
    assert pauses[3] <= 6


def test_cut_transfer_is_resumed(server, tmp_path):
    server.files["/a.fits"] = FITS
    server.answers["/a.fits"] = [cut_after(100_000)]
    path = tmp_path / "a.fits"
    fetch([f"{server.url}/a.fits"], path, patience=QUICK)
    assert path.read_bytes() == FITS
    assert server.requests[1].headers["Range"] == "bytes=100000-"
    assert server.served == len(FITS)


def test_server_that_ignores_ranges_begins_anew(server, tmp_path):
    server.files["/a.fits"] = FITS
    server.answers["/a.fits"] = [cut_after(100_000), without_ranges]
    path = tmp_path / "a.fits"
    fetch([f"{server.url}/a.fits"], path, patience=QUICK)
    assert "Range" in server.requests[1].headers
    assert path.read_bytes() == FITS


def test_part_of_an_older_version_is_not_continued(server, tmp_path):
    server.files["/a.fits"] = FITS
    path = tmp_path / "a.fits"
    server.answers["/a.fits"] = [cut_after(100_000), status(503), status(503)]
    with pytest.raises(FetchError):
        fetch([f"{server.url}/a.fits"], path, patience=QUICK)
    assert (tmp_path / "a.fits.part").stat().st_size == 100_000
    server.files["/a.fits"] = newer = FITS[::-1]
    fetch([f"{server.url}/a.fits"], path, patience=QUICK)
    assert path.read_bytes() == newer


def test_part_that_is_longer_than_the_file_begins_anew(server, tmp_path):
    server.files["/a.fits"] = FITS
    server.answers["/a.fits"] = [cut_after(100_000), status(416)]
    path = tmp_path / "a.fits"
    fetch([f"{server.url}/a.fits"], path, patience=QUICK)
    assert path.read_bytes() == FITS
    assert "Range" not in server.requests[2].headers


MONDAY, TUESDAY = "Mon, 01 Jan 2024 00:00:00 GMT", "Tue, 02 Jan 2024 00:00:00 GMT"


def part(first, longer=0, **headers):
    """A part of the file as the answer to whatever was asked; headers with _ for -."""

    total = len(FITS) + longer

    def answer(handler):
        span = {"Content_Range": f"bytes {first}-{total - 1}/{total}", "ETag": '"a"'} | headers
        named = {name.replace("_", "-"): value for name, value in span.items() if value is not None}
        send(handler, 206, handler.server.files[handler.path][first:], named)

    return answer


def cut_version(**headers):
    def answer(handler):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        send(handler, 200, FITS[:100_000], named, length=len(FITS))
        handler.close_connection = True

    return answer


@pytest.mark.parametrize(
    ("first", "then", "resumed"),
    [
        ({"ETag": '"a"'}, part(100_000), True),
        ({"Last_Modified": MONDAY}, part(100_000, ETag=None, Last_Modified=MONDAY), True),
        ({"ETag": 'W/"a"', "Last_Modified": MONDAY}, part(100_000, Last_Modified=MONDAY), True),
        ({"ETag": '"a"'}, part(99_999), False),
        ({"ETag": '"a"'}, part(0), False),
        ({"ETag": '"a"'}, part(100_000, ETag='"b"'), False),
        ({"ETag": '"a"'}, part(100_000, ETag=None), False),
        ({"ETag": '"a"'}, part(100_000, ETag='W/"a"'), False),
        ({"ETag": '"a"'}, part(100_000, longer=1), False),
        ({"ETag": '"a"'}, part(100_000, Content_Range=None), False),
        ({"ETag": '"a"'}, part(100_000, Content_Range=f"bytes 100000-{len(FITS) - 1}/*"), False),
        ({"Last_Modified": MONDAY}, part(100_000, ETag=None, Last_Modified=TUESDAY), False),
    ],
)
def test_only_the_same_version_is_continued_at_the_right_byte(server, tmp_path, first, then, resumed):
    server.files["/a.fits"] = FITS
    server.answers["/a.fits"] = [cut_version(**first), then]
    fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", patience=QUICK)
    assert (tmp_path / "a.fits").read_bytes() == FITS
    assert server.requests[1].headers["Range"] == "bytes=100000-"
    assert server.requests[1].headers["If-Range"] == (first.get("Last_Modified") or first["ETag"])
    assert len(server.requests) == (2 if resumed else 3)
    assert resumed or "Range" not in server.requests[2].headers


@pytest.mark.parametrize("first", [{}, {"ETag": 'W/"a"'}, {"Last_Modified": "yesterday"}])
def test_what_names_no_version_is_begun_anew(server, tmp_path, first):
    server.files["/a.fits"] = FITS
    server.answers["/a.fits"] = [cut_version(**first)]
    fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", patience=QUICK)
    assert "Range" not in server.requests[1].headers
    assert (tmp_path / "a.fits").read_bytes() == FITS


def test_part_of_another_server_is_not_continued(server, tmp_path):
    """A redirect may lead elsewhere the second time; an ETag means something at its own address only."""
    server.files["/a.fits"] = server.files["/b.fits"] = FITS

    def to(place):
        return lambda handler: send(handler, 302, headers={"Location": place})

    server.answers["/a.fits"] = [to("/b.fits"), to("/c.fits"), to("/b.fits")]
    server.answers["/b.fits"] = [cut_version(ETag='"a"')]
    server.files["/c.fits"] = FITS[::-1]
    server.answers["/c.fits"] = [part(100_000)]
    fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", patience=QUICK)
    assert (tmp_path / "a.fits").read_bytes() == FITS


def without_length(handler):
    handler.protocol_version = "HTTP/1.0"
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(handler.server.files[handler.path])
    handler.close_connection = True


def test_text_of_unknown_length_is_refused(server, tmp_path):
    """A connection that breaks would look like its end; a FITS file says itself where it ends."""
    server.files |= {"/a.csv": b"name,teff\nSun,5772\n", "/a.fits": FITS}
    server.answers = {"/a.csv": [without_length], "/a.fits": [without_length]}
    with pytest.raises(FetchError, match="does not say how long"):
        fetch([f"{server.url}/a.csv"], tmp_path / "a.csv", content="csv", patience=QUICK)
    fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", content="fits", patience=QUICK)
    assert (tmp_path / "a.fits").read_bytes() == FITS


def test_the_body_of_a_redirect_is_not_read(server, tmp_path):
    def endless(handler):
        handler.send_response(302)
        handler.send_header("Location", "/b.fits")
        handler.end_headers()
        handler.close_connection = True
        with contextlib.suppress(OSError):
            for _ in range(3000):  # of which some lie in the buffers of the connection
                handler.wfile.write(bytes(100_000))
                handler.server.served += 100_000

    server.files["/b.fits"] = FITS
    server.answers["/a.fits"] = [endless]
    fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", patience=QUICK)
    assert (tmp_path / "a.fits").read_bytes() == FITS
    assert server.served < 100_000_000


@pytest.mark.parametrize("coding", ["chunked, x", "identity, chunked", "gzip"])
def test_an_odd_transfer_encoding_is_a_failed_answer(server, tmp_path, coding):
    """Which of them cuts the body into chunks, requests and http.client judge differently."""

    def odd(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", coding)
        handler.end_headers()
        handler.wfile.write(b"name,teff\nSun,5772\n")
        handler.close_connection = True

    server.answers["/a.csv"] = [odd] * 5
    with pytest.raises(FetchError, match=f"Transfer-Encoding '{coding}'"):
        fetch([f"{server.url}/a.csv"], tmp_path / "a.csv", content="csv", patience=QUICK)


def test_a_mirror_may_have_names_of_any_bytes(tmp_path):
    folder = tmp_path / "mirror" / "lamost"
    folder.mkdir(parents=True)
    (folder / os.fsdecode(b"spec-\xff.fits")).write_bytes(FITS)
    assert len(total(folder)) == 64


def test_file_without_end_is_given_up(server, tmp_path, monkeypatch):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.close_connection = True
        for _ in range(100):
            handler.server.served += 10_000
            try:
                handler.wfile.write(bytes(10_000))
            except OSError:
                return
            time.sleep(0.001)

    server.answers["/a.fits"] = [endless]
    monkeypatch.setattr("obafgkm.download.files.LARGEST", 50_000)
    with pytest.raises(FetchError, match="sends more than 50000 bytes"):
        fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", content="fits", patience=QUICK)
    assert list(tmp_path.iterdir()) == []
    server.files["/b.fits"] = FITS
    with pytest.raises(FetchError, match=f"{len(FITS)} bytes long, not 50000 at most"):
        fetch([f"{server.url}/b.fits"], tmp_path / "b.fits", content="fits", patience=QUICK)


def test_a_redirect_to_an_open_connection_is_refused(tmp_path, monkeypatch):
    answer = requests.Response()
    answer.url, answer.status_code, answer.raw = "http://a.org/x", 200, io.BytesIO(FITS)
    monkeypatch.setattr(requests.Session, "get", lambda *_, **__: answer)
    with pytest.raises(FetchError, match=r"leads to http://a\.org/x, which is not encrypted"):
        fetch(["https://a.org/x"], tmp_path / "x", patience=QUICK)


def test_wrong_checksum_is_refused(server, tmp_path):
    server.files["/a.fits"] = FITS
    path = tmp_path / "a.fits"
    wrong = known(FITS, sha256="0" * 64)
    with pytest.raises(FetchError, match=r"a\.fits.*sha256 is .* not 0{64} as in checksums\.txt; delete"):
        fetch([f"{server.url}/a.fits"], path, known=wrong, patience=QUICK)
    assert not path.exists()
    assert leftovers(path) == []


def test_a_file_that_lies_here_must_be_the_one_of_the_registry(server, tmp_path):
    server.files["/a.fits"] = FITS
    fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", content="fits", patience=QUICK)
    another = known(FITS, sha256="0" * 64)
    with pytest.raises(FetchError, match=r"a\.fits is here, but damaged or another file .* as in checksums"):
        fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", known=another, offline=True)


def test_wrong_length_is_refused(server, tmp_path):
    server.files["/a.fits"] = FITS
    for size in (17, len(FITS) + 1):
        with pytest.raises(FetchError, match=f"{len(FITS)} bytes long, not {size}"):
            fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", known=known(FITS, size=size), patience=QUICK)
        assert list(tmp_path.iterdir()) == []
    assert server.served <= 2 * len(FITS)


def gzipped_tar(*members):
    buffer = io.BytesIO()
    # Without the time in the gzip header, which would give each worker of the tests another name for a case
    with (
        gzip.GzipFile("", "wb", fileobj=buffer, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


GOOD_TAR = gzipped_tar(("s0001.fits", os.urandom(5000)), ("s0002.fits", os.urandom(5000)))


@pytest.mark.parametrize(
    ("content", "body", "sentence"),
    [
        ("fits", HTML, "an HTML page, titled 'Google Drive - Quota exceeded', where a file of type fits"),
        ("tar.gz", b"\n" + HTML, "an HTML page"),
        ("csv", HTML, "an HTML page"),
        ("fits", b"SIMPLISTIC", "no FITS file: it begins b'SIMPLISTIC'"),
        ("tar.gz", GOOD_TAR[:-4000], "truncated"),
        ("tar.gz", b"not gzip", "no gzipped tar"),
        ("tar.gz", gzipped_tar(), "without files"),
        ("csv", b"name,teff\nSun,5772\n", "lacks sp_type"),
        ("text", b"name sp_typeX\n", "lacks sp_type"),
    ],
)
def test_wrong_content_is_refused(server, tmp_path, content, body, sentence):
    server.files["/a"] = body
    with pytest.raises(FetchError, match=sentence):
        fetch([f"{server.url}/a"], tmp_path / "a", content=content, expects=["sp_type"], patience=QUICK)
    assert list(tmp_path.iterdir()) == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("tar.gz", GOOD_TAR),
        ("csv", b"name,sp_type\r\nSun,G2V\r\n"),
        ("text", b"Name  sp_type\n"),
    ],
)
def test_right_content_is_accepted(server, tmp_path, content, body):
    server.files["/a"] = body
    fetch([f"{server.url}/a"], tmp_path / "a", content=content, expects=["sp_type"], patience=QUICK)
    assert (tmp_path / "a").read_bytes() == body


def test_second_address_is_asked(server, tmp_path):
    server.files["/good.fits"] = FITS
    urls = [f"{server.url}/gone.fits", f"{server.url}/good.fits"]
    record = fetch(urls, tmp_path / "a.fits", content="fits", patience=QUICK)
    assert record["url"] == urls[1]
    assert [request.path for request in server.requests] == ["/gone.fits", "/good.fits"]


def test_message_lists_every_address(server, tmp_path):
    urls = [f"{server.url}/one", f"{server.url}/two"]
    with pytest.raises(FetchError, match=r"a\.fits.*/one: the server answered 404 .*/two: the server"):
        fetch(urls, tmp_path / "a.fits", patience=QUICK)


def test_a_part_that_passes_for_the_whole_is_no_answer(server, tmp_path):
    """Of a text nothing else tells that its beginning is missing."""
    server.files["/a"] = b"name sp_type\n" + b"Sun G2V\n" * 50

    def rest(handler):
        body = handler.server.files[handler.path]
        span = {"Content-Range": f"bytes 13-{len(body) - 1}/{len(body)}"}
        send(handler, 200, body[13:], span)

    server.answers["/a"] = [rest]
    fetch([f"{server.url}/a"], tmp_path / "a", content="text", patience=QUICK)
    assert (tmp_path / "a").read_bytes() == server.files["/a"]
    assert len(server.requests) == 2


def test_trickle_is_given_up(server, tmp_path):
    server.files["/slow.fits"] = server.files["/good.fits"] = FITS
    server.answers["/slow.fits"] = [trickle] * 3
    urls = [f"{server.url}/slow.fits", f"{server.url}/good.fits"]
    patience = Patience(read=5, least_rate=1000, window=0.2, attempts=3, backoff=0.005)
    began = time.monotonic()
    assert fetch(urls, tmp_path / "a.fits", patience=patience)["url"] == urls[1]
    assert time.monotonic() - began < 4
    assert (tmp_path / "a.fits").read_bytes() == FITS


def test_silence_is_given_up(server, tmp_path):
    server.answers["/a.fits"] = [lambda handler: time.sleep(0.6)]
    patience = Patience(read=0.1, attempts=1)
    with pytest.raises(FetchError, match="timed out"):
        fetch([f"{server.url}/a.fits"], tmp_path / "a.fits", patience=patience)


def test_connection_refused(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a.fits"
    with pytest.raises(FetchError, match=r"network error: .*Connection refused \(asked 3 times\)"):
        fetch([url], tmp_path / "a.fits", patience=QUICK)


class FullDisk(io.FileIO):
    """A file on a disk with room for 100,000 bytes."""

    def write(self, data):
        if self.tell() + len(data) > 100_000:
            super().write(data[: 100_000 - self.tell()])
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_full_disk(server, tmp_path, monkeypatch):
    server.files["/a.fits"] = FITS
    monkeypatch.setattr(downloads, "open", FullDisk, raising=False)
    path = tmp_path / "a.fits"
    with pytest.raises(
        FetchError, match=rf"a\.fits: the disk is full and {len(FITS) - 100_000} more bytes are needed"
    ):
        fetch([f"{server.url}/a.fits"] * 2, path, patience=QUICK)
    assert (tmp_path / "a.fits.part").read_bytes() == FITS[:100_000]
    assert len(server.requests) == 1
    monkeypatch.undo()
    fetch([f"{server.url}/a.fits"], path, patience=QUICK)
    assert server.requests[1].headers["Range"] == "bytes=100000-"
    assert path.read_bytes() == FITS


def test_folder_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FetchError, match="cannot be written"):
        fetch([f"{server.url}/a.fits"], tmp_path / "file" / "a.fits", patience=QUICK)


def test_killed_run_is_resumed(server, tmp_path):
    server.files["/a.fits"] = FITS
    path = tmp_path / "a.fits"
    arrived = threading.Event()

    def stall(handler):
        send(handler, 200, FITS[:200_000], {"ETag": f'"{hashlib.sha256(FITS).hexdigest()[:8]}"'}, len(FITS))
        arrived.wait(10)

    server.answers["/a.fits"] = [stall]
    code = f"from obafgkm.download.files import fetch; fetch(['{server.url}/a.fits'], {str(path)!r})"
    run = subprocess.Popen([sys.executable, "-c", code])
    part = tmp_path / "a.fits.part"
    deadline = time.monotonic() + 15
    while not (part.exists() and part.stat().st_size >= 100_000) and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    arrived.set()
    have = part.stat().st_size
    assert not path.exists()
    fetch([f"{server.url}/a.fits"], path, patience=QUICK)
    assert have >= 100_000
    assert server.requests[1].headers["Range"] == f"bytes={have}-"
    assert path.read_bytes() == FITS


def test_run_killed_before_the_file_took_its_name(server, tmp_path, monkeypatch):
    server.files["/a.fits"] = FITS
    path = tmp_path / "a.fits"
    monkeypatch.setattr("obafgkm.download.files._accept", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        fetch([f"{server.url}/a.fits"], path, patience=QUICK)
    monkeypatch.undo()
    assert fetch([f"{server.url}/a.fits"], path, patience=QUICK)["source"] == "remote"
    assert len(server.requests) == 1


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_offline_opens_no_socket(no_network, tmp_path):
    path = tmp_path / "a.fits"
    with pytest.raises(FetchError, match=r"a\.fits is not here.*archives\.offline.*use a mirror"):
        fetch(["https://example.org/a.fits"], path, content="fits", offline=True)
    path.write_bytes(HTML)
    with pytest.raises(FetchError, match=r"a\.fits is here, but damaged or another file \(an HTML page"):
        fetch(["https://example.org/a.fits"], path, content="fits", offline=True)
    assert path.read_bytes() == HTML


# Datasets


def family(url, count=20, **more):
    """The table of files that `obafgkm.download.datasets.expand` would give."""
    common = {"dataset": "jhc", "method": "https", "optional": False}
    rows = [
        {
            **common,
            "path": f"ll/{n}.fits",
            "urls": (f"{url}/{n}.fits",),
            "content": "fits",
            "expects": (),
            "role": "spectra",
            **more,
        }
        for n in range(1, count + 1)
    ]
    return pd.DataFrame(rows, dtype=object)


def table_file(url, **more):
    return family(url, 1, path="a.csv", urls=(f"{url}/a.csv",), content="csv", role="table", **more)


def serve_family(server, count=20):
    for n in range(1, count + 1):
        server.files[f"/{n}.fits"] = image(bytes(range(n)))


def test_what_was_fetched_first_is_demanded_ever_after(server, tmp_path):
    serve_family(server, 2)
    here = tmp_path / "remote" / "jhc"
    fetch_dataset(family(server.url, 2), here, source="remote", progress=False, patience=QUICK)
    entries = registry.read(tmp_path / "remote")
    assert {name: (entry.sha256, entry.size) for name, entry in entries.items()} == {
        f"jhc/ll/{n}.fits": (hashlib.sha256(server.files[f"/{n}.fits"]).hexdigest(), 5760) for n in (1, 2)
    }
    shutil.rmtree(here)
    server.files["/2.fits"] = image(b"another")
    with pytest.raises(FetchError, match=r"(?s)1 of 2 files.*2\.fits: its? .*sha256 is .* as in .*checksums"):
        fetch_dataset(family(server.url, 2), here, source="remote", progress=False, patience=QUICK)
    assert not (here / "ll/2.fits").exists()


def test_what_the_table_of_checksums_says_comes_first(server, tmp_path):
    serve_family(server, 1)
    committed = tmp_path / "committed.txt"
    committed.write_text(f"jhc/ll/1.fits sha256:{'0' * 64}\n")
    ways = {"source": "remote", "progress": False, "patience": QUICK, "checksums": [committed]}
    with pytest.raises(FetchError, match=r"as in .*committed"):
        fetch_dataset(family(server.url, 1), tmp_path / "remote/jhc", **ways)


def test_what_lies_here_unproven_is_not_vouched_for(tmp_path):
    here = tmp_path / "remote" / "jhc" / "ll"
    here.mkdir(parents=True)
    (here / "1.fits").write_bytes(FITS)
    fetch_dataset(family("https://x", 1), here.parent, source="remote", offline=True, progress=False)
    assert registry.read(tmp_path / "remote") == {}


def test_a_fault_of_ours_costs_one_file(server, tmp_path, monkeypatch, caplog):
    serve_family(server, 3)
    accept = files._accept

    def stumble(part, destination, *rest):
        if destination.name == "2.fits":
            raise KeyError("total")
        return accept(part, destination, *rest)

    monkeypatch.setattr(files, "_accept", stumble)
    with pytest.raises(FetchError, match=r"(?s)1 of 3 files.*ll/2\.fits: KeyError: 'total'"):
        fetch_dataset(family(server.url, 3), tmp_path, source="remote", progress=False, patience=QUICK)
    assert len(list((tmp_path / "ll").glob("*.fits"))) == 2
    assert "stumble" in caplog.text


@pytest.mark.parametrize("damage", [lambda body: body[:3000], lambda body: body[:-1] + b"x", lambda _: b""])
def test_what_is_damaged_here_is_set_aside_and_fetched_again(server, tmp_path, damage):
    serve_family(server, 3)
    ways = {"source": "remote", "progress": False, "patience": QUICK}
    fetch_dataset(family(server.url, 3), tmp_path / "jhc", **ways)
    check_dataset(tmp_path / "jhc")
    path = tmp_path / "jhc/ll/2.fits"
    path.write_bytes(damaged := damage(path.read_bytes()))
    with pytest.raises(FetchError, match=r"ll/2\.fits is not the file .* now 2\.fits\.damaged: run again"):
        check_dataset(tmp_path / "jhc")
    assert (tmp_path / "jhc/ll/2.fits.damaged").read_bytes() == damaged
    assert not (tmp_path / "jhc/provenance.json").exists()
    with pytest.raises(FetchError, match=r"ll/2\.fits is not here any more"):
        check_dataset(tmp_path / "jhc")  # as a job that runs beside the first
    before = len(server.requests)
    fetch_dataset(family(server.url, 3), tmp_path / "jhc", **ways)
    assert [request.path for request in server.requests[before:]] == ["/2.fits"]
    check_dataset(tmp_path / "jhc")


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "ll/2.fits").unlink(),
        lambda folder: (folder / "ll/2.fits").write_bytes(b"two"),
        lambda folder: (folder / "ll/2.fits").rename(folder / "ll/3.fits"),
        lambda folder: (folder / "ll/4.fits").write_bytes(b"four"),
    ],
)
def test_a_simulated_archive_that_has_changed_is_simulated_again(tmp_path, damage):
    (tmp_path / "ll").mkdir()
    for name in "12":
        (tmp_path / f"ll/{name}.fits").write_bytes(name.encode())
    (tmp_path / "provenance.json").write_text(json.dumps({"spectra": 2, "total": total(tmp_path)}))
    check_dataset(tmp_path)
    damage(tmp_path)
    with pytest.raises(FetchError, match="run again to simulate it once more"):
        check_dataset(tmp_path)
    assert not (tmp_path / "provenance.json").exists()


def test_family_with_one_missing_file(server, tmp_path):
    serve_family(server)
    del server.files["/7.fits"]
    files = family(server.url)
    with pytest.raises(FetchError, match=r"(?s)'jhc': 1 of 20 files.*ll/7\.fits: .*404") as caught:
        fetch_dataset(files, tmp_path, source="remote", progress=False, patience=QUICK)
    assert "ll/8.fits" not in str(caught.value)
    assert len(list((tmp_path / "ll").glob("*.fits"))) == 19
    assert not (tmp_path / "provenance.json").exists()
    serve_family(server)
    before = len(server.requests)
    table = fetch_dataset(files, tmp_path, source="remote", progress=False, patience=QUICK)
    assert [request.path for request in server.requests[before:]] == ["/7.fits"]
    assert list(table["path"]) == list(files["path"])
    summary = json.loads((tmp_path / "provenance.json").read_text())
    assert (summary["source"], summary["files"], summary["missing"]) == ("remote", 20, 0)
    assert summary["bytes"] == sum(len(body) for body in server.files.values())


def test_summary_is_the_same_for_the_same_files(server, tmp_path):
    serve_family(server, 5)
    summaries = set()
    for jobs in (1, 4):
        fetch_dataset(family(server.url, 5), tmp_path, source="remote", jobs=jobs, progress=False)
        summaries.add((tmp_path / "provenance.json").read_text())
    assert len(summaries) == 1


def test_few_connections_at_a_time(server, tmp_path):
    serve_family(server, 12)
    now, most, lock = 0, 0, threading.Lock()

    def counted(handler):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.03)
        with lock:
            now -= 1
        whole(handler)

    server.answers.update({f"/{n}.fits": [counted] for n in range(1, 13)})
    fetch_dataset(family(server.url, 12), tmp_path, source="remote", jobs=3, progress=False, patience=QUICK)
    assert 1 < most <= 3


def test_service_that_is_down_is_not_asked_for_every_file(server, tmp_path):
    def gone(handler):
        time.sleep(0.005)
        send(handler, 404)

    server.answers.update({f"/{n}.fits": [gone] for n in range(1, 301)})
    with pytest.raises(FetchError, match=r"(?s)300 of 300 files.*and 290 more"):
        fetch_dataset(
            family(server.url, 300), tmp_path, source="remote", jobs=2, progress=False, patience=QUICK
        )
    assert len(server.requests) < 150


def test_optional_file_may_fail(server, tmp_path, caplog):
    serve_family(server, 2)
    files = pd.concat([family(server.url, 2), table_file(server.url, optional=True)], ignore_index=True)
    table = fetch_dataset(files, tmp_path, source="remote", progress=False, patience=QUICK)
    assert list(table["source"]) == ["remote", "remote", "missing"]
    assert "a.csv, which is optional, could not be downloaded" in caplog.text
    files["optional"] = False
    with pytest.raises(FetchError, match=r"a\.csv"):
        fetch_dataset(files, tmp_path, source="remote", progress=False, patience=QUICK)


def test_offline_dataset(no_network, tmp_path):
    with pytest.raises(FetchError, match=r"(?s)3 of 3 files.*offline"):
        fetch_dataset(
            family("https://example.org", 3), tmp_path, source="remote", offline=True, progress=False
        )


def test_progress_bar(server, tmp_path, capsys):
    serve_family(server, 3)
    fetch_dataset(family(server.url, 3), tmp_path, source="remote", patience=QUICK)
    assert "3/3" in capsys.readouterr().err
    fetch_dataset(family(server.url, 3), tmp_path, source="remote", progress=False)
    assert capsys.readouterr().err == ""


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror" / "jhc" / "ll"
    folder.mkdir(parents=True)
    for n in (1, 2, 4):
        (folder / f"{n}.fits").write_bytes(image(bytes(range(n))))
    return tmp_path / "mirror"


def test_mirror_is_linked_and_gaps_are_told(no_network, mirror, tmp_path):
    here = tmp_path / "here"
    table = fetch_dataset(family("https://x", 4), here, source="mirror", mirror=mirror, progress=False)
    assert dict(zip(table["path"], table["source"], strict=True)) == {
        "ll/1.fits": "mirror",
        "ll/2.fits": "mirror",
        "ll/4.fits": "mirror",
        "ll/3.fits": "missing",
    }
    link = here / "ll" / "4.fits"
    assert link.is_symlink()
    assert link.resolve() == (mirror / "jhc" / "ll" / "4.fits").resolve()
    assert record_of(link)["sha256"] == hashlib.sha256(image(bytes(range(4)))).hexdigest()
    summary = json.loads((here / "provenance.json").read_text())
    assert (summary["source"], summary["files"], summary["missing"]) == ("mirror", 3, 1)


def test_mirror_is_copied_where_links_are_not_possible(mirror, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    fetch_dataset(family("https://x", 4), tmp_path / "here", source="mirror", mirror=mirror, progress=False)
    copy = tmp_path / "here" / "ll" / "1.fits"
    assert not copy.is_symlink()
    assert copy.read_bytes() == image(bytes(range(1)))


def test_files_that_left_the_mirror_leave_the_dataset(mirror, tmp_path):
    here = tmp_path / "here"
    fetch_dataset(family("https://x", 4), here, source="mirror", mirror=mirror, progress=False)
    (mirror / "jhc" / "ll" / "1.fits").unlink()
    fetch_dataset(family("https://x", 4), here, source="mirror", mirror=mirror, progress=False)
    assert sorted(p.name for p in (here / "ll").glob("*.fits*")) == [
        "2.fits",
        "2.fits.provenance.json",
        "4.fits",
        "4.fits.provenance.json",
    ]


def test_the_checksum_of_a_dataset_does_not_depend_on_the_order_of_its_files(mirror, tmp_path):
    files = family("https://x", 4)
    for name, own in (("a", files), ("b", files.iloc[::-1])):
        fetch_dataset(own, tmp_path / name, source="mirror", mirror=mirror, progress=False)
    one, other = (json.loads((tmp_path / name / "provenance.json").read_text()) for name in "ab")
    assert one["sha256"] == other["sha256"]


def test_wrong_file_in_the_mirror_is_refused(mirror, tmp_path):
    (mirror / "jhc" / "ll" / "2.fits").write_bytes(HTML)
    with pytest.raises(FetchError, match=r"(?s)ll/2\.fits: an HTML page"):
        fetch_dataset(family("https://x", 4), tmp_path / "h", source="mirror", mirror=mirror, progress=False)
    assert (mirror / "jhc" / "ll" / "2.fits").read_bytes() == HTML


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to nothing", "link to itself"])
@pytest.mark.parametrize("name", ["ll/2.fits", "2.fits"])
def test_what_is_no_file_in_the_mirror_is_named(mirror, tmp_path, kind, name):
    place = mirror / "jhc" / name
    place.unlink(missing_ok=True)
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("/nowhere/2.fits" if kind == "link to nothing" else place.name)
    files = family("https://x", 4)
    if name == "2.fits":
        files = pd.concat([files, files.iloc[:1].assign(path="*.fits")])
    with pytest.raises(
        FetchError, match=r"(?s)files of the mirror cannot be used.*2\.fits is no file, or a link"
    ):
        fetch_dataset(files, tmp_path / "here", source="mirror", mirror=mirror, progress=False)


def test_what_is_damaged_in_the_mirror_stays_there(mirror, tmp_path):
    ways = {"source": "mirror", "mirror": mirror, "progress": False}
    fetch_dataset(family("https://x", 4), tmp_path / "h", **ways)
    original = mirror / "jhc" / "ll" / "2.fits"
    original.write_bytes(damaged := FITS[:4000])
    with pytest.raises(FetchError, match=r"2\.fits is not the file"):
        check_dataset(tmp_path / "h")
    assert original.read_bytes() == damaged
    with pytest.raises(FetchError, match=r"ll/2\.fits: truncated"):
        fetch_dataset(family("https://x", 4), tmp_path / "h", **ways)


def test_pattern_takes_what_the_mirror_has(mirror, tmp_path):
    files = family("https://x", 1, path="ll/*.fits", optional=True)
    table = fetch_dataset(files, tmp_path / "here", source="mirror", mirror=mirror, progress=False)
    assert list(table["path"]) == ["ll/1.fits", "ll/2.fits", "ll/4.fits"]


def test_mirror_without_spectra(mirror, tmp_path):
    for path in (mirror / "jhc" / "ll").iterdir():
        path.unlink()
    (mirror / "jhc" / "a.csv").write_text("a,b\n")
    files = pd.concat([family("https://x", 4), table_file("https://x")], ignore_index=True)
    with pytest.raises(
        MissingDatasetError, match=r"'jhc' was not found in .*mirror/jhc.*Put its files there"
    ):
        fetch_dataset(files, tmp_path / "here", source="mirror", mirror=mirror, progress=False)
    table = fetch_dataset(
        files, tmp_path / "here", source="mirror", mirror=mirror, missing="skip", progress=False
    )
    assert list(table["path"][table["source"] == "mirror"]) == ["a.csv"]


@pytest.mark.parametrize("place", ["", None, "nowhere"])
def test_mirror_that_is_not_there(place, tmp_path):
    place = tmp_path / place if place == "nowhere" else place
    with pytest.raises(MissingDatasetError, match="mirror"):
        fetch_dataset(family("https://x", 2), tmp_path / "h", source="mirror", mirror=place, missing="skip")


# Services that cannot be stood in for by a local server


def test_google_drive_request(tmp_path, monkeypatch):
    asked = {}

    def download_folder(**ways):
        asked["folder"] = ways
        return [SimpleNamespace(id="id7", path="V1/a.fits", local_path="")]

    def download(**ways):
        asked["file"] = ways
        Path(ways["output"]).write_bytes(FITS)

    monkeypatch.setattr(gdown, "download_folder", download_folder)
    monkeypatch.setattr(gdown, "download", download)
    url = "https://drive.google.com/drive/folders/abc"
    fetch([url], tmp_path / "a.fits", method="gdrive", content="fits", patience=QUICK)
    assert asked["folder"]["url"] == url
    assert asked["folder"]["skip_download"] is True
    assert asked["file"]["id"] == "id7"
    assert asked["file"]["resume"] is False  # because gdown does not ask whether it is the same file still
    assert asked["file"]["timeout"] == (QUICK.connect, QUICK.read)
    assert (tmp_path / "a.fits").read_bytes() == FITS
    with pytest.raises(FetchError, match=r"has no 'b\.fits', only a\.fits"):
        fetch([url], tmp_path / "b.fits", method="gdrive", patience=QUICK)


def test_google_drive_page_instead_of_the_file(tmp_path, monkeypatch):
    listing = [SimpleNamespace(id="id7", path="a.fits", local_path="")]
    monkeypatch.setattr(gdown, "download_folder", lambda **_: listing)
    monkeypatch.setattr(gdown, "download", lambda **ways: Path(ways["output"]).write_bytes(HTML))
    with pytest.raises(
        FetchError, match=r"Quota exceeded.*run again tomorrow, or open the address in a browser"
    ):
        fetch(["https://drive.google.com/x"], tmp_path / "a.fits", method="gdrive", content="fits")


@pytest.mark.parametrize("listing", [None, []])
def test_google_drive_folder_that_is_not_listed(tmp_path, monkeypatch, listing):
    monkeypatch.setattr(gdown, "download_folder", lambda **_: listing)
    with pytest.raises(FetchError, match=r"has no 'a\.fits', or does not list it.*run again tomorrow"):
        fetch(["https://drive.google.com/x"], tmp_path / "a.fits", method="gdrive", patience=QUICK)


def test_google_drive_address_and_attempts(tmp_path, monkeypatch):
    asked = []

    def get(_session, url, **_):
        asked.append(url)
        raise requests.ConnectionError("no route to host")

    monkeypatch.setattr(requests.Session, "get", get)
    url = "https://drive.google.com/drive/folders/1cr2iKU_9tZyayu6UI0IZRztwEGl2CZq0"
    with pytest.raises(FetchError, match="no route to host"):
        fetch([url], tmp_path / "BINTABLE.tgz", method="gdrive", patience=QUICK)
    assert len(asked) == 3
    assert all("1cr2iKU_9tZyayu6UI0IZRztwEGl2CZq0" in address for address in asked)


@pytest.mark.parametrize(("pattern", "is_given_up"), [("f" * 30, True), ("f" * 11 + "s" + "f" * 11, False)])
def test_a_service_is_given_up_after_a_dozen_failures_in_a_row(pattern, is_given_up):
    asked = []

    def ask(kind):
        time.sleep(0.01)  # so that each failure is known before the next call
        asked.append(kind)
        if kind == "f":
            raise FetchError("there is no answer")
        return "a record"

    tasks = {str(i): functools.partial(ask, kind) for i, kind in enumerate(pattern)}
    records, failures = carry_out(tasks, 1, tqdm(disable=True))
    assert len(asked) < 30 if is_given_up else len(asked) == len(pattern)
    assert len(records) == pattern.count("s")
    assert len(records) + len(failures) == len(pattern)
    not_tried = [reason for reason in failures.values() if "not tried" in reason]
    assert len(not_tried) == len(pattern) - len(asked)


def test_a_record_within_an_archive_is_one_of_its_files(tmp_path):
    (tmp_path / "ll").mkdir()
    totals = set()
    for words in ("one", "two"):
        (tmp_path / "ll/provenance.json").write_text(words)
        (tmp_path / "provenance.json").write_text(words)
        totals.add(total(tmp_path))
    assert len(totals) == 2
