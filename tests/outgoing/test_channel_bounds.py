"""However a server answers, a call ends: in time, within its size, with an error that says why."""

import gzip
import socket
import time
import tracemalloc

import pytest

from outgoing.errors import (
    ConnectionDropped,
    ConnectionRefused,
    ReadTimedOut,
    TooLarge,
    Truncated,
)
from outgoing.wire import WireRequest
from tests.outgoing.servers import Raw, always, channel_to, http, raw, read_request

GET = WireRequest("GET", "/rest/api/2/myself", template="/rest/api/2/myself")
POST = WireRequest("POST", "/rest/api/2/issue", {}, b"{}", "/rest/api/2/issue", writes=True)


def drip(server: list[Raw], head: bytes, drop: bytes) -> object:
    def talk(peer: socket.socket) -> None:
        read_request(peer)
        peer.sendall(head)
        while not server[0].over.wait(0.05):
            peer.sendall(drop)

    return talk


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b" "),
        (b"HTTP/1.0 200 OK\r\n\r\n", b" "),
    ],
    ids=["headers", "body", "chunks", "closing", "old"],
)
def test_dripping_ends_at_the_total_time(head: bytes, drop: bytes) -> None:
    server: list[Raw] = []
    with raw(drip(server, head, drop)) as running:  # type: ignore[arg-type]
        server.append(running)
        with channel_to(running.port, read_timeout=5, total_timeout=0.5) as channel:
            started = time.monotonic()
            with pytest.raises(ReadTimedOut) as caught:
                channel.send(POST)
            assert time.monotonic() - started < 3
            assert caught.value.outcome_unknown


def test_silence_ends_at_the_read_timeout() -> None:
    server: list[Raw] = []

    def talk(peer: socket.socket) -> None:
        read_request(peer)
        server[0].over.wait(10)

    with raw(talk) as running:
        server.append(running)
        with channel_to(running.port, read_timeout=0.2) as channel:
            with pytest.raises(ReadTimedOut) as caught:
                channel.send(GET)
            assert not caught.value.outcome_unknown
            assert caught.value.path == "/rest/api/2/myself"


@pytest.mark.parametrize("status", ["200 OK", "302 Found"])
def test_a_gzip_bomb_is_refused_before_it_unfolds(status: str) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    answer = http(bomb, status, Content_Encoding="gzip", Location="http://127.0.0.1:1/")
    with raw(always(answer)) as server:
        with channel_to(server.port, max_bytes=1_000_000) as channel:
            tracemalloc.start()
            try:
                with pytest.raises(TooLarge):
                    channel.send(GET)
                assert tracemalloc.get_traced_memory()[1] < 10_000_000
            finally:
                tracemalloc.stop()


def test_a_body_over_the_bound_is_refused() -> None:
    with raw(always(http(b"x" * 2000))) as server:
        with channel_to(server.port, max_bytes=1000) as channel:
            with pytest.raises(TooLarge):
                channel.send(GET)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{}",
        http(gzip.compress(b"{}" * 500)[:-10], Content_Encoding="gzip"),
        b"HTTP/1.1 200 OK\r\nContent-Ty",
    ],
    ids=["length", "chunked", "gzip", "headers"],
)
def test_a_body_cut_short_is_no_answer(answer: bytes) -> None:
    def talk(peer: socket.socket) -> None:
        read_request(peer)
        peer.sendall(answer)

    with raw(talk) as server, channel_to(server.port) as channel:
        with pytest.raises(Truncated) as caught:
            channel.send(POST)
        assert caught.value.outcome_unknown


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"], ids=["nothing", "ssh"])
def test_no_http_at_all_is_a_dropped_connection(answer: bytes) -> None:
    def talk(peer: socket.socket) -> None:
        read_request(peer)
        peer.sendall(answer)

    with raw(talk) as server, channel_to(server.port) as channel:
        with pytest.raises(ConnectionDropped):
            channel.send(GET)


def test_nobody_listening_sends_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with channel_to(port) as channel, pytest.raises(ConnectionRefused) as caught:
        channel.send(POST)
    assert not caught.value.outcome_unknown


def test_gzip_answers_are_read() -> None:
    with raw(always(http(gzip.compress(b'{"a": 1}'), Content_Encoding="gzip"))) as server:
        with channel_to(server.port) as channel:
            assert channel.send(GET).body == b'{"a": 1}'
