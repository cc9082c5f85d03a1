"""Opening a socket to a server, or to the proxy before it: to a judged address, within the call's time.

Resolving happens once per connection; the address that was judged is the address that is called. It
must not know about HTTP.

Source: none; there is no rule about Jira here.
"""

import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from outgoing.address import AddressPolicy, Resolver, judged_addresses, resolve
from outgoing.errors import (
    AddressRefused,
    ConnectFailed,
    ConnectionRefused,
    ConnectTimedOut,
    DnsFailed,
)
from outgoing.http_proxy import Proxy, not_reached
from outgoing.tls import tls_failure
from outgoing.watchdog import Guard


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect and how to trust it. `root` is `scheme://host:port` as requests name it;
    `context` is None for plain HTTP; times in seconds."""

    root: str
    host: str
    port: int
    policy: AddressPolicy
    context: ssl.SSLContext | None
    fingerprint: str | None
    connect_timeout: float
    read_timeout: float
    idle_write_limit: float
    resolver: Resolver = resolve
    proxy: Proxy | None = None
    shows_certificate: bool = False  # our own, where the server asks for one

    @property
    def forwards(self) -> bool:
        """Whether the proxy reads our requests, and passes each on itself."""
        return self.proxy is not None and self.context is None


class Call(Guard):
    """One call, from waiting for a connection to the last byte of the answer, on one thread.

    The pool and its connections find it by `this_call`: the libraries between hand nothing down.
    `reused`: it went out on a connection that had been idle.
    """

    def __init__(self, deadline: float, *, writes: bool) -> None:
        super().__init__(deadline)
        self.writes = writes
        self.reused = False
        self.from_address = ""  # ours, where this call opened its connection

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


def dial(end: Endpoint) -> socket.socket:
    """A connected socket: to the server itself, or to the proxy that leads there.

    Raises AddressRefused, DnsFailed, ProxyFailed, and OSError of the way to the server itself.
    """
    if end.proxy is None:
        return _reach(judged_addresses(end.host, end.port, end.policy, end.resolver), end.port, end)
    _judge_behind(end)
    try:
        addresses = judged_addresses(end.proxy.host, end.proxy.port, end.policy, end.resolver)
        return _reach(addresses, end.proxy.port, end)
    except (AddressRefused, DnsFailed, OSError) as error:
        raise not_reached(error, end.proxy) from error


def _judge_behind(end: Endpoint) -> None:
    """Raises AddressRefused where the server's name is known here and leads where we may not go.

    A name that is unknown here is the proxy's to look up: networks that need a proxy often have a
    DNS of their own houses only (docs/decisions/0053).
    """
    try:
        judged_addresses(end.host, end.port, end.policy, end.resolver)
    except DnsFailed:
        return


def _reach(addresses: Sequence[str], port: int, end: Endpoint) -> socket.socket:
    """The first of the addresses that answers. Raises OSError."""
    call = this_call()
    deadline = time.monotonic() + min(end.connect_timeout, call.remaining())
    failure: OSError | None = None
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        try:
            sock.settimeout(left)
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            call.watch(sock)
            call.from_address = str(sock.getsockname()[0])
            # The handshake has its own time; the call's deadline bounds both.
            sock.settimeout(end.connect_timeout)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure or TimeoutError()


def connect_failure(error: OSError, end: Endpoint) -> ConnectFailed:
    """The typed error for a connection to the server that did not come about."""
    where = {"host": end.host, "port": str(end.port)}
    if isinstance(error, TimeoutError) or this_call().fired:
        return ConnectTimedOut(
            f"{end.host} did not answer on port {end.port} within {end.connect_timeout:g} seconds. "
            "Check that a firewall lets this server reach it, and that the port is right.",
            seen=where,
        )
    if isinstance(error, ssl.SSLError):
        return tls_failure(error, end.host, end.shows_certificate)
    reason = error.strerror or type(error).__name__
    return ConnectionRefused(
        f"Nothing answers at {end.host} on port {end.port} ({reason}). Check the port, and "
        "that the server there is running.",
        seen={**where, "reason": reason},
    )
