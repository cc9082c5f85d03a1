"""A forward proxy with a login, as a company puts one between its servers and the rest of the world.

It opens tunnels by CONNECT and passes absolute addresses on, to loopback alone, for who signs in by Basic;
everybody else is asked for a login (407). It keeps nothing and must not read what a tunnel carries.

Source: https://www.rfc-editor.org/rfc/rfc9110#section-11.7
"""

import base64
import contextlib
import http.client
import ipaddress
import select
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

USERNAME = "alm-connect"
PASSWORD = "proxy-password"  # noqa: S105 - of a sandbox, told to whoever starts it
_ONE_HOP = frozenset({"connection", "keep-alive", "proxy-authorization", "proxy-connection",
                      "transfer-encoding"})  # fmt: skip


class ForwardProxy(ThreadingHTTPServer):
    """Bound, not yet serving. `asked_for_login`: how often it turned somebody away by 407."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, _Handler)
        self.asked_for_login = 0
        self.tunnels: list[str] = []
        self._open: set[socket.socket] = set()

    @property
    def root(self) -> str:
        """`http://host:port`."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is its own affair."""

    def process_request_thread(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def end(self) -> None:
        """Stops listening and hangs up on everybody."""
        self.shutdown()
        self.server_close()
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ForwardProxy

    def do_CONNECT(self) -> None:
        """Opens a tunnel to a host and port of loopback, for who signed in."""
        if not self._let_in():
            return
        self.server.tunnels.append(self.path)
        far = self._reach(urlsplit(f"//{self.path}"))
        if far is None:
            return
        with far:
            self.send_response(200, "Connection established")
            self.end_headers()
            self.wfile.flush()
            _join(self.connection, far)
        self.close_connection = True

    def _pass_on(self) -> None:
        """One request to an absolute address, and its answer."""
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else None
        if not self._let_in():
            return
        parts = urlsplit(self.path)
        if not _is_loopback(parts.hostname or ""):
            self._say(403)
            return
        kept = {k: v for k, v in self.headers.items() if k.lower() not in _ONE_HOP}
        target = self.path[len(f"{parts.scheme}://{parts.netloc}") :] or "/"
        far = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
        try:
            with contextlib.closing(far):
                far.request(self.command, target, body, kept)
                answer = far.getresponse()
                payload = answer.read()
        except (OSError, http.client.HTTPException):
            self._say(502)
            return
        self.send_response(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _ONE_HOP | {"content-length", "server", "date"}:
                self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815

    def _let_in(self) -> bool:
        pair = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        if self.headers.get("Proxy-Authorization") == f"Basic {pair}":
            return True
        self.server.asked_for_login += 1
        self._say(407, 'Basic realm="Company proxy"')
        return False

    def _reach(self, where: object) -> socket.socket | None:
        host, port = where.hostname or "", where.port or 443  # type: ignore[attr-defined]
        if not _is_loopback(host):
            self._say(403)
            return None
        try:
            return socket.create_connection((host, port), 10)
        except OSError:
            self._say(502)
            return None

    def _say(self, status: int, wants: str = "") -> None:
        self.send_response(status)
        if wants:
            self.send_header("Proxy-Authenticate", wants)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stays silent: lines may hold addresses with tokens."""


def opened(proxy: ForwardProxy, poll: float = 0.1) -> threading.Thread:
    """Serves in a thread until the proxy's `end`."""
    thread = threading.Thread(target=proxy.serve_forever, args=(poll,), name="forward-proxy")
    thread.start()
    return thread


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _join(one: socket.socket, other: socket.socket) -> None:
    """Passes bytes on in both directions until either side is done."""
    both = {one: other, other: one}
    with contextlib.suppress(OSError):
        while True:
            ready, _, _ = select.select(list(both), [], [], 120)
            if not ready:
                return
            for source in ready:
                part = source.recv(65536)
                if not part:
                    return
                both[source].sendall(part)
