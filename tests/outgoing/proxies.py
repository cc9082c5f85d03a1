"""A small HTTP proxy on loopback: it tunnels by CONNECT and passes absolute addresses on.

It keeps the first line and head of whatever it was asked, and may be told to answer otherwise.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.outgoing.servers import Raw, http, read_request

Tapped = list[bytes]


class Proxy:
    """A running proxy. `asked` holds the requests that it could read, `names` where a name leads."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.asked: Tapped = []
        self.names: dict[str, str] = {}
        self.refusal = b""
        self.login = b""
        self.server = Raw(self._talk, context)

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tunnels(self) -> list[str]:
        """Where it was asked to connect to."""
        lines = [one.split(b" ")[:2] for one in self.asked]
        return [where.decode() for verb, where in lines if verb == b"CONNECT"]

    def refuse(self, status: str, **headers: str) -> None:
        """Answers everything by this status, with a page of its own."""
        headers = {"Content_Type": "text/html", **headers}
        self.refusal = http(b"<html><title>Proxy</title></html>", status, **headers)

    def ask_for(self, username: str, password: str) -> None:
        """From now on it leads on only who signs in by this."""
        pair = base64.b64encode(f"{username}:{password}".encode())
        self.login = b"proxy-authorization: basic " + pair.lower()

    def _talk(self, peer: socket.socket) -> None:
        while request := read_request(peer):
            self.asked.append(request)
            verb, where = request.split(b" ")[:2]
            if self.login and self.login not in request.lower():
                peer.sendall(http(b"", "407 Wants a login", Proxy_Authenticate='Basic realm="x"'))
            elif self.refusal:
                peer.sendall(self.refusal)
            elif verb == b"CONNECT":
                self._tunnel(peer, urlsplit(f"//{where.decode()}"))
                return
            else:
                peer.sendall(self._forwarded(request, where.decode()))

    def _reach(self, host: str | None, port: int | None) -> socket.socket:
        host = host or ""
        return socket.create_connection((self.names.get(host, host), port or 80), 5)

    def _tunnel(self, peer: socket.socket, where: object) -> None:
        try:
            far = self._reach(where.hostname, where.port)  # type: ignore[attr-defined]
        except OSError:
            peer.sendall(http(b"", "502 Bad Gateway"))
            return
        peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with far:
            back = threading.Thread(target=_pour, args=(far, peer))
            back.start()
            _pour(peer, far)
            back.join(10)

    def _forwarded(self, request: bytes, where: str) -> bytes:
        """The answer to one request, passed on by a connection of its own."""
        parts = urlsplit(where)
        target = where[len(f"{parts.scheme}://{parts.netloc}") :]
        passed = request.replace(where.encode(), target.encode(), 1)
        try:
            far = self._reach(parts.hostname, parts.port)
        except OSError:
            return http(b"<html></html>", "502 Bad Gateway")
        with far:
            far.sendall(passed)
            return read_request(far)  # an answer is framed as a request is


def _pour(source: socket.socket, target: socket.socket) -> None:
    # Either end may go first; the other then hears of it.
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def proxying(context: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    """A proxy for the block; with a context it speaks TLS itself."""
    proxy = Proxy(context)
    try:
        yield proxy
    finally:
        proxy.server.end()
