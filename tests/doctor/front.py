"""What stands before a Jira, or in its place: a small HTTP server that answers by rules.

A rule is what public reports tell: which request it meets (method, path, kind of credential, how often)
and what is answered in Jira's place. What no rule meets goes to a healthy sandbox behind, over HTTP;
without one it is a plain 404. It keeps what it was asked, so that a test can tell whether a secret came.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from jira_sandbox.server import Handle, running

_SCHEMES = {"basic": "basic ", "bearer": "bearer ", "oauth": "oauth "}
_HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "date"}


@dataclass
class Rule:
    """`auth`: none, any, basic, bearer or oauth; None meets every request. `times`: how often it meets.

    Then: `status` with `headers` and `body` (a dict is JSON), or `strip_auth` (passed on without the
    credential), or `close` (hang up without an answer).
    """

    method: str = ""
    path: str = ""
    auth: str | None = None
    times: int | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = ""
    strip_auth: bool = False
    close: bool = False

    def meets(self, method: str, target: str, authorization: str) -> bool:
        if self.times is not None and self.times <= 0:
            return False
        if self.method and self.method != method:
            return False
        if self.path and not re.search(self.path, target.partition("?")[0]):
            return False
        if self.auth is None:
            return True
        if self.auth in ("none", "any"):
            return bool(authorization) is (self.auth == "any")
        return authorization.lower().startswith(_SCHEMES[self.auth])


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    authorization: str


class Front(ThreadingHTTPServer):
    """The running server. `url` is what a person enters, `asked` every request that came."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, rules: Sequence[Rule], behind: Handle | None, prefix: str, tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rules, self.behind, self.prefix, self.tls = list(rules), behind, prefix, tls
        self.asked: list[Asked] = []
        self.turn = threading.Lock()
        self.port: int = self.server_address[1]
        scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
        self.url = f"{scheme}://{host}:{self.port}{prefix}"

    def get_request(self) -> tuple[Any, Any]:
        sock, address = super().get_request()
        if self.tls is not None:
            sock = self.tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return sock, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not like the certificate goes away: that is what some tests are about."""

    def rule_for(self, asked: Asked) -> Rule | None:
        with self.turn:
            self.asked.append(asked)
            target = asked.target.removeprefix(self.prefix)
            for rule in self.rules:
                if rule.meets(asked.method, target, asked.authorization):
                    rule.times = None if rule.times is None else rule.times - 1
                    return rule
        return None

    def got(self, secret: str) -> bool:
        """Whether this text came in any Authorization header, as it is or in Basic's base64."""
        return any(secret in _plain(one.authorization) for one in self.asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Front

    def answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else b""
        asked = Asked(self.command, self.path, self.headers.get("Authorization") or "")
        rule = self.server.rule_for(asked)
        if rule is not None and rule.close:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        if rule is None or rule.strip_auth:
            self.pass_on(body, strip=rule is not None)
            return
        payload, kind = _payload(rule.body)
        wanted = {"Content-Type": kind, **rule.headers}
        wanted = {
            name: text.replace("{TARGET}", self.path).replace("{URL}", self.server.url)
            for name, text in wanted.items()
        }
        self.give(rule.status, list(wanted.items()), payload)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815

    def pass_on(self, body: bytes, *, strip: bool) -> None:
        behind = self.server.behind
        if behind is None:
            self.give(404, [("Content-Type", "text/html")], b"<html><title>404</title></html>")
            return
        target = self.path.removeprefix(self.server.prefix) or "/"
        target = urlsplit(behind.url).path + target
        dropped = {"authorization"} if strip else set()
        headers = {k: v for k, v in self.headers.items() if k.lower() not in dropped | _HOPS}
        far = http.client.HTTPConnection("127.0.0.1", behind.port, timeout=20)
        with contextlib.closing(far):
            far.request(self.command, target, body=body or None, headers=headers)
            answer = far.getresponse()
            payload = answer.read()
        kept = [(k, v) for k, v in answer.getheaders() if k.lower() not in _HOPS]
        self.give(answer.status, kept, payload)

    def give(self, status: int, headers: Sequence[tuple[str, str]], payload: bytes) -> None:
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def version_string(self) -> str:
        return "front"

    def log_message(self, format: str, *args: Any) -> None:
        """Stays silent."""


def _plain(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return authorization
    return base64.b64decode(value).decode("utf-8", "replace")


def _payload(body: Any) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        page = body.lstrip().startswith("<")
        return body.encode(), "text/html" if page else "text/plain;charset=UTF-8"
    return json.dumps(body).encode(), "application/json"


@contextlib.contextmanager
def fronted(
    upstream: str | Handle | None = None,
    rules: Sequence[Mapping[str, Any] | Rule] = (),
    *,
    prefix: str = "",
    base_as: str = "",
    tls: ssl.SSLContext | None = None,
) -> Iterator[Front]:
    """A front for the block: before `cloud`, `dc9` and the like, before a sandbox that runs, or before
    nothing. `base_as`: what that Jira calls its own address; else the front's.
    """
    with contextlib.ExitStack() as stack:
        behind = upstream if not isinstance(upstream, str) else None
        if isinstance(upstream, str):
            cloud = upstream == "cloud"
            version = 10 if cloud else int(upstream.removeprefix("dc"))
            behind = stack.enter_context(running("cloud" if cloud else "datacenter", version))
        made = [one if isinstance(one, Rule) else Rule(**one) for one in rules]
        front = Front(made, behind, prefix, tls)
        if behind is not None:
            before = behind.site.configured_base_url
            stack.callback(setattr, behind.site, "configured_base_url", before)
            behind.site.configured_base_url = base_as or front.url
        worker = threading.Thread(target=front.serve_forever, args=(0.02,), name="front")
        worker.start()
        try:
            yield front
        finally:
            front.shutdown()
            front.server_close()
            worker.join(10)
