"""A proxy may be slow, talkative or no proxy at all: each ends within bounds, by its name."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from outgoing.errors import CallFailed, ProxyFailed, ReadTimedOut, TooLarge
from outgoing.wire import WireRequest
from tests.outgoing.certificates import make
from tests.outgoing.proxies import Proxy, proxying
from tests.outgoing.servers import Talk, always, channel_to, http, raw, read_request

GET = WireRequest("GET", "/rest/x", template="/rest/x")


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with proxying() as running:
        yield running


def failure(talk: Talk, **options: Any) -> CallFailed:
    """What comes of a call to an https server by such a proxy."""
    with raw(talk) as server:
        given = {"proxy": f"http://127.0.0.1:{server.port}", "connect_timeout": 1} | options
        with channel_to(server.port, "https", **given) as channel:
            with pytest.raises(CallFailed) as caught:
                channel.send(GET)
    return caught.value


def said(answer: bytes) -> Callable[[socket.socket], None]:
    def talk(peer: socket.socket) -> None:
        read_request(peer)
        peer.sendall(answer)

    return talk


def dripping(piece: bytes, seconds: float) -> Callable[[socket.socket], None]:
    def talk(peer: socket.socket) -> None:
        read_request(peer)
        while True:
            peer.sendall(piece)
            time.sleep(seconds)

    return talk


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("407 Proxy Authentication Required", "login_wanted"),
        ("403 Forbidden", "forbids"),
        ("502 Bad Gateway", "cannot_reach"),
        ("503 Service Unavailable", "cannot_reach"),
        ("504 Gateway Timeout", "cannot_reach"),
        ("405 Method Not Allowed", "not_one"),
        ("501 Not Implemented", "not_one"),
        ("301 Moved", "not_one"),
    ],
)
def test_a_refusal_by_its_status(status: str, kind: str) -> None:
    error = failure(said(http(b"<html>a page</html>", status)))
    assert isinstance(error, ProxyFailed)
    assert error.kind == kind
    assert error.seen["proxy answers"] == status[:3]
    assert error.transient == (kind == "cannot_reach")
    assert not error.outcome_unknown


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 2000 what\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nsomething that nobody asked for",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 30_000,
    ],
    ids=["ssh", "no status", "more than the head", "endless head"],
)
def test_what_is_no_answer_of_a_proxy(answer: bytes) -> None:
    error = failure(said(answer))
    assert isinstance(error, ProxyFailed)
    assert error.kind == "not_one"


def test_a_head_that_drips_ends_with_the_time_for_connecting() -> None:
    started = time.monotonic()
    error = failure(dripping(b"X", 0.05))
    assert isinstance(error, ProxyFailed)
    assert error.kind == "cannot_reach"
    assert time.monotonic() - started < 4


def test_silence_ends_too() -> None:
    error = failure(lambda peer: time.sleep(2), connect_timeout=0.3)
    assert isinstance(error, ProxyFailed)
    assert error.kind == "cannot_reach"


def test_an_answer_that_drips_through_the_tunnel_is_cut_by_the_watchdog(
    proxy: Proxy, tmp_path: Any
) -> None:
    leaf = make("localhost")
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"

    def talk(peer: socket.socket) -> None:
        read_request(peer)
        peer.sendall(head)
        dripping(b"x", 0.1)(peer)

    with raw(talk, leaf.server_context(tmp_path)) as server:
        options = {"verify_tls": False, "proxy": proxy.url, "total_timeout": 1.0}
        with channel_to(server.port, "https", "localhost", **options) as channel:
            started = time.monotonic()
            with pytest.raises(ReadTimedOut):
                channel.send(GET)
            assert time.monotonic() - started < 4


def test_too_much_is_too_much_through_the_tunnel(proxy: Proxy, tmp_path: Any) -> None:
    context = make("localhost").server_context(tmp_path)
    with raw(always(http(b"x" * 5000)), context) as server:
        options = {"verify_tls": False, "proxy": proxy.url, "max_bytes": 1000}
        with channel_to(server.port, "https", "localhost", **options) as channel:
            with pytest.raises(TooLarge):
                channel.send(GET)


def test_a_login_wanted_for_plain_http(proxy: Proxy) -> None:
    proxy.refuse("407 Proxy Authentication Required")
    with channel_to(9, proxy=proxy.url) as channel, pytest.raises(ProxyFailed) as caught:
        channel.send(GET)
    assert caught.value.kind == "login_wanted"


def test_nobody_listens_at_the_proxys_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with channel_to(9, "https", proxy=address) as channel:
        with pytest.raises(ProxyFailed) as caught:
            channel.send(GET)
    assert (caught.value.kind, caught.value.seen["proxy"]) == ("unreachable", f"127.0.0.1:{port}")


def test_a_proxy_that_was_entered_with_https_and_speaks_none(proxy: Proxy) -> None:
    address = f"https://127.0.0.1:{proxy.port}"
    with channel_to(9, "https", proxy=address, connect_timeout=2) as channel:
        with pytest.raises(ProxyFailed) as caught:
            channel.send(GET)
    assert caught.value.kind in ("not_one", "unreachable")
