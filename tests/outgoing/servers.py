"""Small loopback servers that behave as a test tells them, and a channel to them."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

from outgoing.address import AddressPolicy
from outgoing.channel import Channel

LOOPBACK = AddressPolicy(loopback=True)
Talk = Callable[[socket.socket], None]


def http(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP answer as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def read_request(peer: socket.socket) -> bytes:
    """The head and the body of one request; empty where the client has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = peer.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body


class Raw:
    """A TCP server that hands each connection to `talk`; it keeps what it was sent."""

    def __init__(self, talk: Talk, context: ssl.SSLContext | None = None) -> None:
        self._talk, self._context = talk, context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.over = threading.Event()
        self._peers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self) -> None:
        workers = []
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                break
            self.connections += 1
            self._peers.append(peer)
            worker = threading.Thread(target=self._serve, args=(peer,))
            worker.start()
            workers.append(worker)
        for worker in workers:
            worker.join(10)

    def _serve(self, peer: socket.socket) -> None:
        # The client ending the connection is what many of these tests are about.
        with contextlib.suppress(OSError), contextlib.closing(peer):
            if self._context is not None:
                peer = self._context.wrap_socket(peer, server_side=True)
            with contextlib.closing(peer):
                self._talk(peer)

    def end(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)


@contextlib.contextmanager
def raw(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[Raw]:
    """A `Raw` server for the block."""
    server = Raw(talk, context)
    try:
        yield server
    finally:
        server.end()


def always(answer: bytes) -> Talk:
    """Answers every request on a kept-alive connection with the same bytes."""

    def talk(peer: socket.socket) -> None:
        while read_request(peer):
            peer.sendall(answer)

    return talk


@contextlib.contextmanager
def channel_to(port: int, scheme: str = "http", host: str = "127.0.0.1", **options: Any) -> Any:
    """A channel to a loopback port, closed after the block."""
    channel = Channel(f"{scheme}://{host}:{port}", options.pop("policy", LOOPBACK), **options)
    try:
        yield channel
    finally:
        channel.close()
