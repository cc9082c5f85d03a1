"""The channel carries nothing from call to call but a connection, and takes nothing from outside."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from outgoing.wire import Observation, WireRequest
from tests.outgoing.servers import Talk, always, channel_to, http, raw, read_request

GET = WireRequest("GET", "/rest/x?jql=a%20b", template="/rest/x")


def keeping(requests: list[bytes], answer: bytes) -> Talk:
    def talk(peer: socket.socket) -> None:
        while request := read_request(peer):
            requests.append(request)
            peer.sendall(answer)

    return talk


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    requests: list[bytes] = []
    answer = http(b"", "302 Found", Location="http://127.0.0.1:1/elsewhere")
    with raw(keeping(requests, answer)) as server, channel_to(server.port) as channel:
        assert channel.send(GET).status == 302
    assert len(requests) == 1


def test_cookies_are_neither_kept_nor_shown() -> None:
    requests: list[bytes] = []
    answer = http(b"{}", Set_Cookie="JSESSIONID=1; Path=/")
    with raw(keeping(requests, answer)) as server, channel_to(server.port) as channel:
        first = channel.send(GET)
        channel.send(GET)
    assert "set-cookie" not in first.headers
    assert b"cookie" not in requests[1].lower()


def test_proxies_and_netrc_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    requests: list[bytes] = []
    with raw(keeping(requests, http(b"{}"))) as server, channel_to(server.port) as channel:
        assert channel.send(GET).status == 200
    assert b"authorization" not in requests[0].lower()


def test_one_connection_serves_many_calls_and_many_threads_share_the_pool() -> None:
    with raw(always(http(b"{}"))) as server, channel_to(server.port, pool_size=3) as channel:
        for _ in range(5):
            channel.send(GET)
        assert server.connections == 1
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: channel.send(GET).status, range(40)))
        assert answers == [200] * 40
        assert server.connections <= 3


def test_a_connection_that_the_server_closed_is_replaced() -> None:
    closed = threading.Event()

    def once(peer: socket.socket) -> None:
        read_request(peer)
        peer.sendall(http(b"{}"))
        peer.shutdown(socket.SHUT_RDWR)
        closed.set()

    with raw(once) as server, channel_to(server.port) as channel:
        for _ in range(3):
            assert channel.send(GET).status == 200
            assert closed.wait(5)
            closed.clear()
        assert server.connections == 3


def test_a_write_does_not_risk_a_connection_that_was_idle_too_long() -> None:
    write = WireRequest("POST", "/rest/x", {}, b"{}", "/rest/x", writes=True)
    with raw(always(http(b"{}"))) as server:
        with channel_to(server.port, idle_write_limit=0) as channel:
            channel.send(GET)
            channel.send(GET)
            assert server.connections == 1
            channel.send(write)
            assert server.connections == 2


def test_a_failed_call_is_observed_with_its_error() -> None:
    seen: list[Observation] = []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (
        channel_to(port, observe=seen.append) as channel,
        pytest.raises(Exception, match="port"),
    ):
        channel.send(GET)
    assert seen[0].outcome == "connection_refused"
