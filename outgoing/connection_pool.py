"""Connections to the judged address of one host, and only to that, kept alive in urllib3's pool.

The original name stands in the Host header and in TLS, whichever address `dial` judged and called,
and whichever proxy leads there. Pooling, framing and reading are urllib3's
and requests'; nothing here repeats a request or follows a redirect.

Source: none; there is no rule about Jira here.
"""

import contextlib
import http.client
import os
import queue
import socket
import ssl
import sys
import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse
from urllib3.util.ssltransport import SSLTransport

from outgoing import http_proxy
from outgoing.dial import Endpoint, connect_failure, dial, this_call
from outgoing.http_proxy import open_tunnel
from outgoing.tls import check_fingerprint


class _Answer(http.client.HTTPResponse):
    """An answer without its cookies: another user's session might win over the credentials of a call.

    Raises HTTPException where it is no HTTP.
    """

    def begin(self) -> None:
        super().begin()
        del self.headers["Set-Cookie"]
        lengths = ",".join(self.headers.get_all("Content-Length", ["0"])).split(",")
        if len({text.strip() for text in lengths}) > 1:
            # urllib3 refuses these too, but leaves the socket open.
            raise http.client.HTTPException("several lengths for one answer")


def certificate_shown(sock: Any) -> bytes:
    """The certificate of the server at the other end (DER), through a tunnel or not; empty without one."""
    secure = isinstance(sock, ssl.SSLSocket | SSLTransport)
    return (secure and sock.getpeercert(binary_form=True)) or b""


def _beneath(sock: Any) -> socket.socket:
    """The socket that the system knows: TLS within TLS is no socket of its own."""
    found: socket.socket = sock.socket if isinstance(sock, SSLTransport) else sock
    return found


def _has_unread(sock: Any) -> bool:
    """Whether TLS holds something decrypted that nobody has read."""
    if isinstance(sock, SSLTransport):
        return bool(sock.sslobj.pending() or sock.incoming.pending or _has_unread(sock.socket))
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0


class Line(HTTPConnection):
    """A kept-alive connection. Raises ConnectFailed or a subclass; nothing has been sent then."""

    response_class = _Answer

    def __init__(self, *args: Any, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(*args, **options)
        self.endpoint = endpoint
        self._idle_since = time.monotonic()

    @property
    def is_connected(self) -> bool:
        """Whether the call at hand may go out on this connection, as the pool asks before it."""
        if self.sock is None or not super().is_connected:
            return False
        if _has_unread(self.sock):
            # The other side has sent what nobody asked for: the next answer would be another's.
            return False
        idle = time.monotonic() - self._idle_since
        return not (this_call().writes and idle > self.endpoint.idle_write_limit)

    def connect(self) -> None:
        """Connects, and proves whom to. Raises ConnectFailed or a subclass."""
        end = self.endpoint
        try:
            super().connect()
            if end.fingerprint and end.context is not None:
                check_fingerprint(certificate_shown(self.sock), end.fingerprint, end.host)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise connect_failure(error, end) from error
            raise

    def request(self, *args: Any, **options: Any) -> None:
        """Sends a request, over a fresh connection where there is none. Raises ConnectFailed."""
        call = this_call()
        call.reused = not self.is_closed
        if self.is_closed:
            self.connect()
        else:
            call.watch(_beneath(self.sock))
        # urllib3 sends under the connect timeout: too short for a large body on a slow line.
        self.timeout = self.endpoint.read_timeout
        super().request(*args, **options)

    # urllib3 answers with its own class where the standard library's is declared.
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """The status and headers of the answer; the body is still to be read."""
        response = super().getresponse()
        self._idle_since = time.monotonic()
        return response

    def putrequest(self, method: str, url: str, *args: Any, **options: Any) -> None:
        """Sends the first line, with the whole address where a proxy passes the request on."""
        root = self.endpoint.root if self.endpoint.forwards else ""
        super().putrequest(method, f"{root}{url}", *args, **options)

    def _new_conn(self) -> socket.socket:
        end = self.endpoint
        sock = dial(end)
        sys.audit("http.client.connect", self, end.host, end.port)
        if end.forwards and end.proxy and end.proxy.context:
            return http_proxy.secured(sock, end.proxy, end.proxy.context)
        return sock


class SecureLine(Line, HTTPSConnection):
    """A kept-alive connection over TLS, by the proxy's tunnel if there is one.

    It trusts as the endpoint's context says.
    """

    def connect(self) -> None:
        """Connects, and proves whom to: what is verified or pinned is the server, behind any proxy."""
        end = self.endpoint
        if end.proxy is not None:
            # urllib3 forgets the tunnel whenever it closes a connection.
            scheme = "http" if end.proxy.context is None else "https"
            self.set_tunnel(end.host, end.port, scheme=scheme)
        super().connect()

    def certificate(self) -> bytes:
        """The certificate that the server showed (DER); empty where there is none."""
        return certificate_shown(self.sock)

    def _tunnel(self) -> None:
        end = self.endpoint
        if end.proxy is not None:
            open_tunnel(self.sock, end.proxy, end.host, end.port, end.connect_timeout)

    def _connect_tls_proxy(self, hostname: str, sock: socket.socket) -> ssl.SSLSocket:
        proxy = self.endpoint.proxy
        if proxy is None or proxy.context is None:
            raise ValueError("There is no https proxy.")
        return http_proxy.secured(sock, proxy, proxy.context)


class Pool(HTTPConnectionPool):
    """Connections to one endpoint; a call waits for a free one until its own time is up."""

    ConnectionCls = Line

    def urlopen(self, *args: Any, **options: Any) -> BaseHTTPResponse:
        """Makes a call as urllib3 does. Raises EmptyPoolError where no connection became free in time."""
        options["pool_timeout"] = this_call().remaining()
        return super().urlopen(*args, **options)

    def hang_up(self) -> None:
        """Closes idle connections; their places stay, for calls that wait and calls to come."""
        idle = []
        with contextlib.suppress(queue.Empty):
            while self.pool is not None:
                idle.append(self.pool.get_nowait())
        for line in idle:
            if line is not None:
                line.close()
            self._put_conn(line)

    def _validate_conn(self, conn: Any) -> None:
        # urllib3 connects here and warns of unverified TLS. Connecting is `Line.request`'s, and
        # the console tells people of switched-off verification by itself.
        return


class SecurePool(Pool, HTTPSConnectionPool):
    """Connections over TLS to one endpoint."""

    ConnectionCls = SecureLine


class Adapter(HTTPAdapter):
    """Sends what a requests session hands it to the one endpoint, whatever the address says."""

    def __init__(self, endpoint: Endpoint, pool_size: int) -> None:
        self._endpoint = endpoint
        super().__init__(pool_maxsize=pool_size, max_retries=0, pool_block=True)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: Any
    ) -> None:
        """Makes the one pool, as there is one host."""
        end = self._endpoint
        options |= {"maxsize": maxsize, "block": block, "endpoint": end}
        if end.context is None:
            self._pool = Pool(end.host, end.port, **options)
        else:
            self._pool = SecurePool(end.host, end.port, ssl_context=end.context, **options)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """The one pool, whatever host, proxy or trust is asked for."""
        return self._pool

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Does nothing: trust is the context's matter, and requests would write over it."""

    def close(self) -> None:
        """Closes idle connections; the adapter stays usable."""
        self._pool.hang_up()


class Session(requests.Session):
    """A requests session that takes nothing from the environment and remembers nothing."""

    def __init__(self, root: str, adapter: Adapter) -> None:
        super().__init__()
        self.process = os.getpid()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # No other address has an adapter, so no call can go there.
        self.adapters.clear()
        self.mount(f"{root}/", adapter)

    def get_redirect_target(self, resp: Any) -> None:
        """None: requests would read the whole body, unbounded, to prepare for the next address."""
        return
