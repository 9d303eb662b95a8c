"""The services of the archives, played on this machine under their own addresses.

A proxy that forwards nothing: whoever is told of it (`Services.environment`) asks for the real addresses over
HTTPS, and is answered here. So no address, and no line of the code that downloads, differs from a real run.
What a service gives is laid out below one folder, ``<host>/<path>``; databases answer in functions.
"""

import email
import email.policy
import re
import ssl
import subprocess
import threading
import zlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

__all__ = ["Fault", "Request", "Services"]

_PAGE = {"Content-Type": "text/html"}
_NOT_FOUND = b"<html><title>Not Found</title></html>"


@dataclass
class Fault:
    """What goes wrong at the addresses that match a pattern.

    Attributes
    ----------
    pattern : str
        Of host and path.
    kind : {'missing', 'cut', 'down'}
        The first file asked for is not there, however often; it ends in its middle, the first time; the
        service is busy.
    times : int
        Requests that a busy service turns away.
    met : list of str
        Addresses that it struck.
    """

    pattern: str
    kind: str
    times: int = 1
    met: list = field(default_factory=list)

    def strikes(self, address):
        """Whether this request meets the fault, which is noted."""
        if not re.fullmatch(self.pattern, address):
            return False
        if self.met if self.kind != "down" else len(self.met) >= self.times:
            return self.kind == "missing" and address == self.met[0]
        self.met.append(address)
        return True


@dataclass(frozen=True)
class Request:
    """What a service is asked: ``query`` and ``form`` are dicts of text, files of a form are bytes."""

    host: str
    path: str
    query: dict
    form: dict
    body: str


class Services(ThreadingHTTPServer):
    """The proxy; a context manager that serves in a thread.

    Parameters
    ----------
    root : path
        Folders of files, ``<host>/<path>``.
    databases : dict of str to callable
        By host and path; takes a `Request` and returns the headers and the content of the answer.
    faults : list of Fault
    folder : path
        Gets the certificate of this one run.

    Attributes
    ----------
    environment : dict
        Variables that send a program's requests here.
    strayed : list of str
        What was asked for that nobody plays, but for the file that is missing on purpose.
    continued : list of str
        Addresses whose second half was asked for.
    """

    daemon_threads = True

    def __init__(self, root, databases, faults, folder):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root, self.databases, self.faults = Path(root), databases, faults
        self.hosts = {path.name for path in self.root.iterdir()} | {
            key.partition("/")[0] for key in databases
        }
        self.strayed, self.continued, self.lock = [], [], threading.Lock()
        certificate = _certify(folder, sorted(self.hosts))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        proxy = f"http://127.0.0.1:{self.server_port}"
        names = {"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "ALL_PROXY": proxy, "NO_PROXY": ""}
        self.environment = names | {name.lower(): value for name, value in names.items()}
        self.environment["REQUESTS_CA_BUNDLE"] = str(certificate)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def fault(self, address):
        """What goes wrong with a request, or None."""
        with self.lock:
            return next((fault.kind for fault in self.faults if fault.strikes(address)), None)


def _certify(folder, hosts):
    """A certificate for these hosts, which is its own authority."""
    path = Path(folder).resolve() / "certificate.pem"
    names = ",".join(f"DNS:{host}" for host in hosts)
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=rehearsal",
    ]
    command += ["-addext", f"subjectAltName={names}", "-keyout", path.with_suffix(".key"), "-out", path]
    subprocess.run(command, check=True, capture_output=True)
    return path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host = None  # of the tunnel

    def do_CONNECT(self):
        self.host = self.path.partition(":")[0]
        if self.host not in self.server.hosts:
            self.server.strayed.append(self.host)
            self.close_connection = True
            return self.send_error(403, "nobody plays this host")
        self.send_response(200, "Connection established")
        self.end_headers()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.close_connection = False  # whatever version of HTTP a tunnel is asked for in

    def do_GET(self):
        self._answer(b"")

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body):
        url = urlsplit(self.path)
        address = f"{self.host or url.hostname}{unquote(url.path)}"
        fault = self.server.fault(address)
        if fault == "down":
            self._send(503, {**_PAGE, "Retry-After": "1"}, b"<html><title>Service Unavailable</title></html>")
        elif fault == "missing":
            self._send(404, _PAGE, _NOT_FOUND)
        elif database := self.server.databases.get(address):
            try:
                answer = database(self._request(url, body))
            except Exception as error:
                self.server.strayed.append(f"{address} ({type(error).__name__}: {error})")
                return self._send(500, _PAGE, b"<html><title>Internal Server Error</title></html>")
            self._send(200, *answer)
        elif (path := self.server.root / address).is_file():
            self._send_file(path.read_bytes(), address, fault == "cut")
        else:
            self.server.strayed.append(address)
            self._send(404, _PAGE, _NOT_FOUND)

    def _request(self, url, body):
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        kind, form = self.headers.get("Content-Type", ""), {}
        if kind.startswith("multipart/form-data"):
            message = email.message_from_bytes(
                f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=email.policy.HTTP
            )
            for part in message.iter_parts():
                form[part.get_param("name", header="content-disposition")] = part.get_payload(decode=True)
        elif kind.startswith("application/x-www-form-urlencoded"):
            form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        return Request(self.host, url.path, query, form, body.decode("utf-8", "replace"))

    def _send_file(self, content, address, cut):
        headers = {"Content-Type": "application/octet-stream", "ETag": f'"{zlib.crc32(content)}"'}
        headers["Accept-Ranges"] = "bytes"
        if asked := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
            first = int(asked[1])
            self.server.continued.append(address)
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
            self._send(206, headers, content[first:])
        else:
            self._send(200, headers, content, cut)

    def _send(self, status, headers, content, cut=False):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection |= cut

    def log_message(self, *_):
        pass
