"""Connections that give up an answer whose head does not end, and read no body of a redirect.

The time-out of a socket is that of a single read. A server that sends one byte of the status or of a header
now and then, or one ``100 Continue`` after the other, never meets it, and neither requests nor urllib3 limits
the time of a whole head.
"""

import contextlib
import socket
import threading

import requests
import urllib3

__all__ = ["new_session"]


class _Watched:
    """The whole head of an answer must arrive within the time-out of one read."""

    def getresponse(self):
        late, connection = threading.Event(), self.sock

        def give_up():
            late.set()
            # Of the plain socket, below TLS: a read that waits in the other thread ends at once.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

        watch = threading.Timer(self.timeout, give_up)
        watch.daemon = True
        watch.start()
        try:
            answer = super().getresponse()
        except Exception:
            if not late.is_set():
                raise
        finally:
            watch.cancel()
        if late.is_set():
            raise TimeoutError(f"no whole answer began within {self.timeout:g} s")
        return answer


class _Connection(_Watched, urllib3.connection.HTTPConnection):
    pass


class _EncryptedConnection(_Watched, urllib3.connection.HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _EncryptedPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _EncryptedConnection


class _Adapter(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _EncryptedPool}

    def proxy_manager_for(self, *args, **kwargs):
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _EncryptedPool}
        return manager


class _Session(requests.Session):
    """Follows redirects without reading their bodies, whose length and duration nothing limits."""

    def get_redirect_target(self, resp):
        target = super().get_redirect_target(resp)
        if target:
            resp.raw.close()
            resp._content = b""  # which requests would read before it goes on
        return target


def new_session():
    """A `requests.Session` of such connections; every request must set a time-out for reads."""
    session = _Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session
