"""Connections to the judged address of one host, and only to that, kept alive in urllib3's pool.

Resolving happens once per connection; the address that was judged is the address that is called,
with the original name in the Host header and in TLS. Pooling, framing and reading are urllib3's
and requests'; nothing here repeats a request or follows a redirect.
"""

import contextlib
import http.client
import queue
import socket
import ssl
import sys
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

from jira_client.address import AddressPolicy, Resolver, judged_addresses, resolve
from jira_client.errors import ConnectFailed, ConnectionRefused, ConnectTimedOut
from jira_client.tls import check_fingerprint, tls_failure
from jira_client.watchdog import Guard


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect and how to trust it. `context` is None for plain HTTP; times in seconds."""

    host: str
    port: int
    policy: AddressPolicy
    context: ssl.SSLContext | None
    fingerprint: str | None
    connect_timeout: float
    read_timeout: float
    idle_write_limit: float
    resolver: Resolver = resolve


class Call(Guard):
    """One call, from waiting for a connection to the last byte of the answer, on one thread.

    The pool and its connections find it by `this_call`: the libraries between hand nothing down.
    `reused`: it went out on a connection that had been idle.
    """

    def __init__(self, deadline: float, *, writes: bool) -> None:
        super().__init__(deadline)
        self.writes = writes
        self.reused = False

    def __enter__(self) -> Self:
        _thread.call = self
        return super().__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        del _thread.call


_thread = threading.local()


def this_call() -> Call:
    """The call that this thread is making; a connection is used for nothing else."""
    call: Call = _thread.call
    return call


class _Answer(http.client.HTTPResponse):
    """An answer without its cookies: another user's session would silently win over our account.

    Raises HTTPException where it is no HTTP.
    """

    def begin(self) -> None:
        super().begin()
        del self.headers["Set-Cookie"]
        lengths = ",".join(self.headers.get_all("Content-Length", ["0"])).split(",")
        if len({text.strip() for text in lengths}) > 1:
            # urllib3 refuses these too, but leaves the socket open.
            raise http.client.HTTPException("several lengths for one answer")


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
        if isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
            # The other side has sent what nobody asked for: the next answer would be another's.
            return False
        idle = time.monotonic() - self._idle_since
        return not (this_call().writes and idle > self.endpoint.idle_write_limit)

    def connect(self) -> None:
        """Connects, and proves whom to. Raises ConnectFailed or a subclass."""
        end = self.endpoint
        try:
            super().connect()
            if end.fingerprint and isinstance(self.sock, ssl.SSLSocket):
                check_fingerprint(self.sock, end.fingerprint)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise _connect_failure(error, end, this_call()) from error
            raise

    def request(self, *args: Any, **options: Any) -> None:
        """Sends a request, over a fresh connection where there is none."""
        call = this_call()
        call.reused = not self.is_closed
        if self.is_closed:
            self.connect()
        else:
            call.watch(self.sock)
        # urllib3 sends under the connect timeout: too short for a large body on a slow line.
        self.timeout = self.endpoint.read_timeout
        super().request(*args, **options)

    # urllib3 answers with its own class where the standard library's is declared.
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """The status and headers of the answer; the body is still to be read."""
        response = super().getresponse()
        self._idle_since = time.monotonic()
        return response

    def _new_conn(self) -> socket.socket:
        end, call = self.endpoint, this_call()
        addresses = judged_addresses(end.host, end.port, end.policy, end.resolver)
        deadline = time.monotonic() + min(end.connect_timeout, call.remaining())
        failure: OSError | None = None
        for address in addresses:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
            try:
                sock.settimeout(left)
                sock.connect((address, end.port))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                call.watch(sock)
                # The handshake has its own time; the call's deadline bounds both.
                sock.settimeout(end.connect_timeout)
            except OSError as error:
                sock.close()
                failure = error
            else:
                sys.audit("http.client.connect", self, end.host, end.port)
                return sock
        raise failure or TimeoutError()


class SecureLine(Line, HTTPSConnection):
    """The same over TLS, trusting as the endpoint's context says."""

    def certificate(self) -> bytes:
        """The certificate that the server showed (DER); empty where there is none."""
        shown = isinstance(self.sock, ssl.SSLSocket) and self.sock.getpeercert(binary_form=True)
        return shown or b""


class Pool(HTTPConnectionPool):
    """Connections to one endpoint; a call waits for a free one until its own time is up."""

    ConnectionCls = Line

    def urlopen(self, *args: Any, **options: Any) -> BaseHTTPResponse:
        """As urllib3's. Raises EmptyPoolError where no connection became free."""
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
    """The same over TLS."""

    ConnectionCls = SecureLine


class Adapter(HTTPAdapter):
    """Sends what a requests session hands it to the one endpoint, whatever the address says."""

    def __init__(self, endpoint: Endpoint, pool_size: int) -> None:
        self._endpoint = endpoint
        super().__init__(pool_maxsize=pool_size, max_retries=0, pool_block=True)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: Any
    ) -> None:
        """One pool: there is one host."""
        end = self._endpoint
        options |= {"maxsize": maxsize, "block": block, "endpoint": end}
        if end.context is None:
            self._pool = Pool(end.host, end.port, **options)
        else:
            self._pool = SecurePool(end.host, end.port, ssl_context=end.context, **options)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        """The one pool: no proxy, no other host, no other trust."""
        return self._pool

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Nothing: trust is the context's matter, and requests would write over it."""

    def close(self) -> None:
        """Closes idle connections; the adapter stays usable."""
        self._pool.hang_up()


def _connect_failure(error: OSError, end: Endpoint, call: Call) -> ConnectFailed:
    where = {"host": end.host, "port": str(end.port)}
    if isinstance(error, TimeoutError) or call.fired:
        return ConnectTimedOut(
            f"{end.host} did not answer on port {end.port} within {end.connect_timeout:g} seconds. "
            "Check that a firewall lets this server reach Jira, and that the port is right.",
            seen=where,
        )
    if isinstance(error, ssl.SSLError):
        return tls_failure(error, end.host)
    reason = error.strerror or type(error).__name__
    return ConnectionRefused(
        f"Nothing answers at {end.host} on port {end.port} ({reason}). Check the port of the "
        "Instance URL and that Jira is running.",
        seen={**where, "reason": reason},
    )
