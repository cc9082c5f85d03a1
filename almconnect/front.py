"""What stands between the server and Django: bodies are read here, by one event loop for all.

A thread that reads a body waits for its sender, and eight slow senders would hold all threads. So a request
reaches a thread only when its body is whole, bounded in size and in time, and its answer leaves the
thread whole. `/livez` is answered at once, `/readyz` and a webhook's token by threads of their own. Must
not know what any page does.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any, Final

import structlog

LARGEST: Final = (
    3_000_000  # bytes of a body; Django refuses from 2.5 MB on in the words of the page
)
FIRST_SECONDS: Final = 10.0  # for a body, whatever its size
SLOWEST: Final = 16_384  # bytes a second beyond that
LONGEST: Final = 60.0
IN_MEMORY: Final = 262_144  # of a body or an answer; more lies in a file meanwhile
CHUNK: Final = 65_536
APART = 2  # threads for readiness and for tokens

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
log = structlog.get_logger(__name__)


class Refused(Exception):
    """Answered here, before Django: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(slots=True)
class Answer:
    """What the application said: the body lies in memory or, where it is large, in a file."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: IO[bytes] = field(default_factory=lambda: _file())


class Front:
    """The ASGI application. `webhook_path`: below it a path ends with a token; `knows` tells whether it
    is one of ours, before a body is read. `threads`: for requests, each of which has one while it is
    worked on.
    """

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        *,
        webhook_path: str,
        knows: Callable[[str], bool],
        threads: int,
    ) -> None:
        self._application = application
        self._webhook_path, self._knows = webhook_path, knows
        self._requests = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._apart = ThreadPoolExecutor(APART, thread_name_prefix="apart")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/livez" and scope["method"] in {"GET", "HEAD"}:
            await _say(send, 200, "ok\n")
            return
        try:
            await self._judge_token(scope)
            body = await _body_of(scope, receive)
        except Refused as refusal:
            await _say(send, refusal.status, f"{refusal}\n", closing=True)
            return
        except ConnectionError:
            return  # the sender went away
        with body:
            pool = self._apart if scope["path"] == "/readyz" else self._requests
            answer = await asyncio.get_running_loop().run_in_executor(pool, self._work, scope, body)
        with answer.body:
            await _send_on(send, answer)

    async def _judge_token(self, scope: Scope) -> None:
        """Raises Refused (404) for a delivery to nobody. A database that fails says nothing of it."""
        path: str = scope["path"]
        token = path[len(self._webhook_path) :] if path.startswith(self._webhook_path) else ""
        if not token or "/" in token or scope["method"] != "POST":
            return
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._apart, self._knows, token):
            raise Refused(404, "There is nothing at this address.")

    def _work(self, scope: Scope, body: IO[bytes]) -> Answer:
        """One request in a thread of ours, from its first byte to its last."""
        answer = Answer()
        environ = _environ(scope, body)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> None:
            answer.status = int(status.partition(" ")[0])
            answer.headers = [
                (n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers
            ]

        found = self._application(environ, start)
        try:
            for part in found:
                answer.body.write(part)
        finally:
            close = getattr(found, "close", None)
            if close is not None:
                close()
        answer.body.seek(0)
        return answer


def _environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """As PEP 3333 wants it. A name with an underscore is left out: it would pass for another header."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        if b"_" in raw:
            continue
        name = raw.decode("latin-1").upper().replace("-", "_")
        key = name if name in {"CONTENT_LENGTH", "CONTENT_TYPE"} else f"HTTP_{name}"
        text = value.decode("latin-1")
        between = "; " if name == "COOKIE" else ","
        environ[key] = f"{environ[key]}{between}{text}" if key in environ else text
    return environ


async def _body_of(scope: Scope, receive: Receive) -> IO[bytes]:
    """The whole body. Raises Refused: 413 for too much of it, 408 for one that takes too long."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    _bound(int(told) if told.isdigit() else 0)
    loop = asyncio.get_running_loop()
    began, body = loop.time(), _file()
    try:
        more = True
        while more:
            allowed = min(FIRST_SECONDS + body.tell() / SLOWEST, LONGEST)
            message = await asyncio.wait_for(receive(), began + allowed - loop.time())
            more = _add(body, message)
    except TimeoutError:
        body.close()
        raise Refused(408, "The request took too long to arrive. Send it again.") from None
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


def _add(body: IO[bytes], message: dict[str, Any]) -> bool:
    """Whether more is to come. Raises Refused (413), and ConnectionResetError where the sender left."""
    if message["type"] != "http.request":
        raise ConnectionResetError
    part = message.get("body", b"")
    _bound(body.tell() + len(part))
    body.write(part)
    return bool(message.get("more_body"))


def _bound(size: int) -> None:
    if size > LARGEST:
        raise Refused(413, "This is more than the console takes at once: 2.5 MB.")


def _file() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)


async def _send_on(send: Send, answer: Answer) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    while True:
        part = answer.body.read(CHUNK)
        more = len(part) == CHUNK
        await send({"type": "http.response.body", "body": part, "more_body": more})
        if not more:
            return


async def _say(send: Send, status: int, text: str, *, closing: bool = False) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if closing:
        headers.append((b"connection", b"close"))  # what else comes of that request is not read
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
