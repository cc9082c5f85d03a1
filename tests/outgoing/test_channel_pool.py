"""The pool of connections: who waits, who is let in, and what is never used again."""

import gc
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from outgoing.address import AddressPolicy
from outgoing.channel import Channel
from outgoing.errors import ConnectTimedOut
from outgoing.wire import WireRequest
from tests.outgoing.certificates import make
from tests.outgoing.servers import LOOPBACK, always, channel_to, http, raw, read_request

GET = WireRequest("GET", "/rest/x", template="/rest/x")
POST = WireRequest("POST", "/rest/x", {}, b"x" * 16_000_000, "/rest/x", writes=True)


def test_a_call_that_finds_no_free_connection_sends_nothing() -> None:
    asked, answered = threading.Event(), threading.Event()

    def slow(peer: socket.socket) -> None:
        while read_request(peer):
            asked.set()
            answered.wait(10)
            peer.sendall(http(b"{}"))

    with raw(slow) as server, channel_to(server.port, pool_size=1) as channel:
        with ThreadPoolExecutor(1) as threads:
            first = threads.submit(channel.send, GET)
            assert asked.wait(5)
            channel.total_timeout = 0.1
            with pytest.raises(ConnectTimedOut, match="busy") as caught:
                channel.send(POST)
            answered.set()
            assert first.result(10).status == 200
        assert not caught.value.outcome_unknown
        assert server.connections == 1


def test_closing_lets_calls_that_wait_go_on() -> None:
    asked, answered, waits = threading.Event(), threading.Event(), threading.Event()

    def slow(peer: socket.socket) -> None:
        while read_request(peer):
            asked.set()
            answered.wait(10)
            peer.sendall(http(b"{}"))

    def second() -> int:
        waits.set()
        return int(channel.send(GET).status)

    with raw(slow) as server, channel_to(server.port, pool_size=1) as channel:
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(channel.send, GET)
            assert asked.wait(5)
            waiting = threads.submit(second)
            assert waits.wait(5)
            channel.close()
            answered.set()
            assert (first.result(10).status, waiting.result(10)) == (200, 200)
        channel.close()
        assert channel.send(GET).status == 200


def test_a_transport_that_is_dropped_leaves_no_connection_behind() -> None:
    ended = threading.Event()

    def talk(peer: socket.socket) -> None:
        while read_request(peer):
            peer.sendall(http(b"{}"))
        ended.set()

    with raw(talk) as server:
        channel = Channel(f"http://127.0.0.1:{server.port}", LOOPBACK)
        assert channel.send(GET).status == 200
        del channel
        gc.collect()
        assert ended.wait(5)


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_an_answer_that_nobody_asked_for_is_nobodys_answer(tmp_path: Path, secure: bool) -> None:
    # More than is read at once, less than one TLS record: the rest waits inside the TLS layer.
    forged = http(b"f" * 12_000)
    leaf = make()
    context = leaf.server_context(tmp_path) if secure else None
    options = {"fingerprint": leaf.fingerprint} if secure else {}
    with raw(always(http(b"true") + forged), context) as server:
        with channel_to(server.port, "https" if secure else "http", **options) as channel:
            assert [channel.send(GET).body for _ in range(3)] == [b"true"] * 3


def test_a_large_body_has_the_time_of_an_answer_not_of_a_connection() -> None:
    def slow(peer: socket.socket) -> None:
        server.over.wait(0.5)
        read_request(peer)
        peer.sendall(http(b"{}"))

    with raw(slow) as server:
        with channel_to(server.port, connect_timeout=0.2, read_timeout=10) as channel:
            assert channel.send(POST).status == 200


def test_it_sends_to_its_own_host_whatever_the_target_says() -> None:
    requests: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        while request := read_request(peer):
            requests.append(request)
            peer.sendall(http(b"{}"))

    with raw(talk) as server, channel_to(server.port) as channel:
        for target in ("//elsewhere.example.com/x", "/a/../b", "/x?u=http://e.example.com/#y"):
            assert channel.send(WireRequest("GET", target)).status == 200
        host = f"Host: 127.0.0.1:{server.port}\r\n".encode()
    assert all(host in request for request in requests)
    assert [request.split(b" ")[1] for request in requests][:2] == [
        b"//elsewhere.example.com/x",
        b"/a/../b",
    ]
    with Channel("http://jira.example.com", AddressPolicy()) as other:
        with pytest.raises(Exception, match=r"^No connection adapters"):
            other._session.get("http://elsewhere.example.com/")
