"""A server that answers like a Jira and keeps every byte it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Eavesdropper:
    """`url`, and `heard`: all requests so far, headers and bodies, as one text."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        self.requests: list[str] = []
        self.answer: tuple[int, object] | None = None  # in place of a Jira's serverInfo

    @property
    def heard(self) -> str:
        return "\n".join(self.requests)


@contextmanager
def eavesdropping() -> Iterator[Eavesdropper]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size).decode()
            ear.requests.append(f"{self.requestline}\n{self.headers}\n{body}")
            facts = {
                "baseUrl": ear.url,
                "version": "10.3.0",
                "versionNumbers": [10, 3, 0],
                "deploymentType": "Server",
                "name": "x",
                "displayName": "X",
            }
            status, told = ear.answer or (200, facts)
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ear = Eavesdropper(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
