"""Opens one connection to the judged address of a host, and only to that.

Resolving happens once per connection; the address that was judged is the address that is called,
with the original name in the Host header and in TLS. It must not send anything.
"""

import http.client
import socket
import ssl
import time
from dataclasses import dataclass

from jira_client.address import AddressPolicy, Resolver, judged_addresses, resolve
from jira_client.errors import ConnectFailed, ConnectionRefused, ConnectTimedOut
from jira_client.tls import check_fingerprint, tls_failure
from jira_client.watchdog import Guard


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect and how to trust it. `context` is None for plain HTTP."""

    host: str
    port: int
    policy: AddressPolicy
    context: ssl.SSLContext | None
    fingerprint: str | None
    connect_timeout: float
    read_timeout: float
    resolver: Resolver = resolve


class Line(http.client.HTTPConnection):
    """A kept-alive connection, with a second handle on its socket for the watchdog.

    The handle is a duplicate: it stays valid while TLS takes over the first one.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint.host, endpoint.port)
        self.endpoint = endpoint
        self.handle: socket.socket | None = None
        self.idle_since = time.monotonic()

    def open(self, guard: Guard) -> None:
        """Connects. Raises ConnectFailed or a subclass; nothing has been sent then."""
        end = self.endpoint
        addresses = judged_addresses(end.host, end.port, end.policy, end.resolver)
        try:
            sock = self._reach(addresses, guard)
            self.sock = self._secure(sock, end.context) if end.context else sock
        except ConnectFailed:
            self.close()
            raise
        except TimeoutError as error:
            self.close()
            raise _timed_out(end) from error
        except (ssl.SSLError, ssl.CertificateError) as error:
            self.close()
            if guard.fired:
                raise _timed_out(end) from error
            raise tls_failure(error, end.host) from error
        except OSError as error:
            self.close()
            if guard.fired:
                raise _timed_out(end) from error
            raise _unreachable(end, error) from error
        self.sock.settimeout(end.read_timeout)

    def is_stale(self) -> bool:
        """Whether the other side has closed, or has sent what nobody asked for."""
        if self.sock is None:
            return True
        try:
            self.sock.settimeout(0)
            # A readable idle connection is at its end, or out of step: neither is usable.
            return isinstance(self.sock.recv(1), bytes)
        except (BlockingIOError, ssl.SSLWantReadError):
            self.sock.settimeout(self.endpoint.read_timeout)
            return False
        except OSError:
            return True

    def certificate(self) -> bytes:
        """The certificate that the server showed (DER); empty without TLS."""
        shown = isinstance(self.sock, ssl.SSLSocket) and self.sock.getpeercert(binary_form=True)
        return shown or b""

    def close(self) -> None:
        if self.handle is not None:
            self.handle.close()
            self.handle = None
        super().close()

    def _reach(self, addresses: list[str], guard: Guard) -> socket.socket:
        end = self.endpoint
        deadline = time.monotonic() + min(end.connect_timeout, guard.remaining())
        failure: OSError | None = None
        for address in addresses:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(left)
                sock.connect((address, end.port))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.handle = sock.dup()
                guard.watch(self.handle)
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise failure or TimeoutError()

    def _secure(self, sock: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        sock.settimeout(self.endpoint.connect_timeout)
        try:
            wrapped = context.wrap_socket(sock, server_hostname=self.endpoint.host)
        except BaseException:
            sock.close()
            raise
        if self.endpoint.fingerprint:
            try:
                check_fingerprint(wrapped, self.endpoint.fingerprint)
            except ConnectFailed:
                wrapped.close()
                raise
        return wrapped


def _timed_out(end: Endpoint) -> ConnectTimedOut:
    return ConnectTimedOut(
        f"{end.host} did not answer on port {end.port} within {end.connect_timeout:g} seconds. "
        "Check that a firewall lets this server reach Jira, and that the port is right.",
        seen={"host": end.host, "port": str(end.port)},
    )


def _unreachable(end: Endpoint, error: OSError) -> ConnectionRefused:
    reason = error.strerror or type(error).__name__
    return ConnectionRefused(
        f"Nothing answers at {end.host} on port {end.port} ({reason}). Check the port of the "
        "Instance URL and that Jira is running.",
        seen={"host": end.host, "port": str(end.port), "reason": reason},
    )
