"""The console's own web side in a thread of the soak: webhooks are taken as in production."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.conf import settings
from django.core.wsgi import get_wsgi_application


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads them."""


@contextmanager
def console() -> Iterator[str]:
    """Serve it on a free port, and have BASE_URL say so."""
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
    try:
        yield settings.BASE_URL
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
