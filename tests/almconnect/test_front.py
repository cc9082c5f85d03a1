"""Bodies are read before a request has a thread: bounded in size and time, judged by their token."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from almconnect import front
from almconnect.front import Front

WEBHOOK_PATH = "/hooks/jira/"
Message = dict[str, Any]


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("X-Thread", threading.current_thread().name)])
    shown = "|".join(
        environ.get(name, "-")
        for name in (
            "HTTP_COOKIE",
            "HTTP_X_FORWARDED_FOR",
            "PATH_INFO",
            "QUERY_STRING",
            "REMOTE_ADDR",
        )
    )
    return [shown.encode("latin-1"), b"|", environ["wsgi.input"].read()]


def app(**options: Any) -> Front:
    return Front(
        echo,
        **{"webhook_path": WEBHOOK_PATH, "knows": lambda token: token == "good", "threads": 2}
        | options,
    )


def ask(
    application: Front, method: str, path: str, body: Iterable[bytes | None] = (b"",),
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> tuple[int, bytes, int]:  # fmt: skip
    """Status, answer, and how many parts of the body were asked for. None in `body`: the sender stalls."""
    parts, asked, sent = list(body), [0], []

    async def receive() -> Message:
        part = parts[asked[0]]
        asked[0] += 1
        if part is None:
            await asyncio.sleep(3600)
        return {"type": "http.request", "body": part, "more_body": asked[0] < len(parts)}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": b"a=1",
             "http_version": "1.1", "headers": list(headers), "client": ("203.0.113.9", 1)}  # fmt: skip
    asyncio.run(application(scope, receive, send))
    answer = b"".join(message.get("body", b"") for message in sent[1:])
    return (sent[0]["status"] if sent else 0), answer, asked[0]


def test_a_request_reaches_the_application_whole() -> None:
    status, answer, _ = ask(app(), "POST", "/päge", [b"one ", b"two"])
    assert status == 200
    assert answer.endswith(b"|a=1|203.0.113.9|one two")
    assert "päge".encode() in answer


def test_a_large_answer_leaves_whole() -> None:
    def large(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return (b"x" * 100_000 for _ in range(20))

    status, answer, _ = ask(
        Front(large, webhook_path=WEBHOOK_PATH, knows=bool, threads=1), "GET", "/"
    )
    assert (status, len(answer)) == (200, 2_000_000)


def test_a_webhook_to_nobody_is_refused_before_its_body_is_read() -> None:
    assert ask(app(), "POST", f"{WEBHOOK_PATH}bad", [None])[::2] == (404, 0)
    assert ask(app(), "POST", f"{WEBHOOK_PATH}good", [b"{}"])[0] == 200


def test_a_stalled_body_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "FIRST_SECONDS", 0.05)
    status, answer, _ = ask(app(), "POST", "/accounts/login/", [b"a", None])
    assert status == 408
    assert b"too long" in answer


@pytest.mark.parametrize("headers", [[(b"content-length", b"9000000")], []])
def test_a_body_beyond_the_bound_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    many = [b"x" * 1_000_000] * 4
    assert ask(app(), "POST", "/", many, headers)[0] == 413


def test_a_sender_that_leaves_holds_nothing() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError("nobody listens")

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [],
             "http_version": "1.1"}  # fmt: skip
    asyncio.run(app()(scope, gone, send))


def test_health_needs_no_thread_of_the_requests() -> None:
    stuck, entered = threading.Event(), threading.Event()

    def waits(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            entered.set()
            stuck.wait(30)
        start("200 OK", [])
        return [environ["PATH_INFO"].encode()]

    one = Front(waits, webhook_path=WEBHOOK_PATH, knows=bool, threads=1)
    slow = threading.Thread(target=ask, args=(one, "GET", "/slow"))
    slow.start()
    try:
        assert entered.wait(30)
        assert ask(one, "GET", "/livez")[:2] == (200, b"ok\n")
        assert ask(one, "GET", "/readyz")[:2] == (200, b"/readyz")
    finally:
        stuck.set()
        slow.join()


def test_no_header_passes_for_another_and_cookies_stay_apart() -> None:
    headers = [(b"x_forwarded_for", b"6.6.6.6"), (b"cookie", b"a=1"), (b"cookie", b"b=2"),
               (b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"2.2.2.2")]  # fmt: skip
    _, answer, _ = ask(app(), "GET", "/", headers=headers)
    assert answer.startswith(b"a=1; b=2|1.1.1.1,2.2.2.2|")
