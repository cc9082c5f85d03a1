"""The sandbox's HTTP server: threads, HTTP/1.1 keep-alive, one write per answer.

Tests and the demo start it here. It knows WSGI only, nothing of Jira.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from .app import all_routes, create_app
from .forward_proxy import ForwardProxy
from .gateway import Gateway
from .model.site import Site
from .refusal import ConnectionLost
from .seed import seeded
from .tls import Certificates

WsgiApp = Callable[..., Iterable[bytes]]


class Handler(BaseHTTPRequestHandler):
    """Runs the WSGI application for one connection after another request on it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        environ = self.environ(self.rfile.read(size) if size else b"")
        head: list[tuple[str, list[tuple[str, str]]]] = []
        try:
            body = b"".join(
                self.server.app(environ, lambda status, headers: head.append((status, headers)))
            )
        except ConnectionLost:
            self.close_connection = True
            return
        status, headers = head[0]
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if not any(name.lower() == "date" for name, _ in headers):
            lines.append("Date: " + formatdate(usegmt=True))
        if any(name.lower() == "content-length" for name, _ in headers):
            self.close_connection = True  # the application announces more than it gives
        elif not status.startswith("204"):
            lines.append(f"Content-Length: {len(body)}")
        lines.append("Connection: " + ("close" if self.close_connection else "keep-alive"))
        payload = b"" if self.command == "HEAD" or status.startswith("204") else body
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + payload)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = answer  # noqa: N815

    def environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "RAW_PATH": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": self.server.scheme,
        }
        for name, value in self.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def log_message(self, format: str, *args: Any) -> None:
        """Stays silent: access lines may hold OAuth parameters."""


class Server(ThreadingHTTPServer):
    """A threading server that can be ended while clients hold connections open."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], app: WsgiApp) -> None:
        super().__init__(address, Handler)
        self.app = app
        self.certificates: Certificates | None = None
        self.open: set[socket.socket] = set()
        self.workers: list[threading.Thread] = []

    @property
    def scheme(self) -> str:
        return "https" if self.certificates else "http"

    @property
    def root(self) -> str:
        """The address of the door itself."""
        host, port = self.server_address[:2]
        return f"{self.scheme}://{host!s}:{port}"

    def url(self, site: Site) -> str:
        """The site's address behind this door."""
        return f"{self.root}{site.context}"

    def get_request(self) -> tuple[Any, Any]:
        """Each connection gets the certificate that is shown at this moment."""
        connection, address = super().get_request()
        if self.certificates is not None:
            connection = self.certificates.context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        self.workers.append(threading.current_thread())
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.open.discard(request)
            self.workers.remove(threading.current_thread())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is its own affair; the application logs its own errors."""

    def end(self) -> None:
        """Stops listening, hangs up on everybody and waits for the threads."""
        self.shutdown()
        self.server_close()
        self.hang_up()

    def show(self, site: Site) -> "Handle":
        """From now on this site answers behind the door."""
        self.app = create_app(site)
        return self.handle(site)

    def handle(self, site: Site) -> "Handle":
        url = self.url(site)
        site.started_at(url)
        shown = self.certificates.pem if self.certificates else ""
        return Handle(url, site, self.server_address[1], shown)

    def hang_up(self) -> None:
        """Hangs up on everybody and waits for the threads."""
        for connection in list(self.open):
            with contextlib.suppress(OSError):  # the client may have hung up first
                connection.shutdown(socket.SHUT_RDWR)
        for worker in list(self.workers):
            worker.join(5)


@dataclass(frozen=True, slots=True)
class Handle:
    """A running sandbox: its address, its model, its port, and its certificate (PEM) if any.

    `tls_url`: the second door, which speaks TLS, where there is one; `gateway_url`: Atlassian's gateway
    before a Cloud site, without its path; `proxy_url`: a forward proxy that wants a login.
    """

    url: str
    site: Site
    port: int
    certificate: str = ""
    tls_url: str = ""
    gateway_url: str = ""
    proxy_url: str = ""


def bound(
    site: Site, host: str = "127.0.0.1", port: int = 0, tls: bool = False
) -> tuple[Server, Handle]:
    """A server for `site`, bound but not yet serving. Raises OSError where the port is taken.

    With `tls` it serves HTTPS with a fresh self-signed certificate, told in the handle.
    """
    server = Server((host, port), create_app(site))
    if tls:
        server.certificates = certificates_of(site, host)
    return server, server.handle(site)


def opened(door: Server | ForwardProxy, poll: float = 0.1) -> threading.Thread:
    """Serves in a thread until the door's `end`."""
    thread = threading.Thread(target=door.serve_forever, args=(poll,), name="jira-sandbox")
    thread.start()
    return thread


def beside(server: Server, site: Site, host: str = "127.0.0.1", port: int = 0) -> Server:
    """A second door with TLS to the same site, bound but not yet serving. Raises OSError."""
    door = Server((host, port), server.app)
    door.certificates = certificates_of(site, host)
    return door


def gateway_to(site: Site, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Atlassian's gateway to a Cloud site, bound but not yet serving. Raises OSError."""
    return Server((host, port), Gateway(site, all_routes()))


def certificates_of(site: Site, host: str) -> Certificates:
    if "certificates" not in site.parts:
        site.parts["certificates"] = Certificates(host)
    made: Certificates = site.parts["certificates"]
    return made


@contextlib.contextmanager
def running(
    flavour: str = "cloud",
    version: int = 10,
    seed: str = "art",
    context: str = "",
    tls: bool = False,
    tls_door: bool = False,
    gateway: bool = False,
    proxy: bool = False,
    **options: Any,
) -> Iterator[Handle]:
    """A sandbox in a thread of this process; `options` go to the seed. Ends with the block.

    `tls`: it speaks HTTPS. `tls_door`: it speaks HTTP, and HTTPS on a second port. `gateway`: on one port
    more Atlassian's gateway to it. `proxy`: on one more a forward proxy with a login.
    """
    site = seeded(flavour, version=version, seed=seed, context=context, **options)
    server, handle = bound(site, tls=tls)
    doors: list[Server | ForwardProxy] = [server]
    if tls_door:
        doors.append(secure := beside(server, site))
        handle = replace(handle, tls_url=secure.url(site))
    if gateway:
        doors.append(gateway_to(site))
        handle = replace(handle, gateway_url=doors[-1].root)
    if proxy:
        doors.append(ForwardProxy(("127.0.0.1", 0)))
        handle = replace(handle, proxy_url=doors[-1].root)
    threads = [opened(door, 0.02) for door in doors]
    try:
        yield handle
    finally:
        for door in doors:
            door.end()
        for thread in threads:
            thread.join(5)
        site.close()
