"""The transport carries nothing from call to call but a connection, and takes nothing from outside."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jira_client.auth import Basic
from jira_client.client import JiraClient
from jira_client.errors import ConnectionDropped
from jira_client.protocol import Request
from outgoing.wire import Observation, WireRequest
from tests.jira_client.servers import CLOUD, Talk, always, http, raw, read_request, transport_to

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
    with raw(keeping(requests, answer)) as server, transport_to(server.port) as transport:
        assert transport.send(GET).status == 302
    assert len(requests) == 1


def test_cookies_are_neither_kept_nor_shown() -> None:
    requests: list[bytes] = []
    answer = http(b"{}", Set_Cookie="JSESSIONID=1; Path=/")
    with raw(keeping(requests, answer)) as server, transport_to(server.port) as transport:
        first = transport.send(GET)
        transport.send(GET)
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
    with raw(keeping(requests, http(b"{}"))) as server, transport_to(server.port) as transport:
        assert transport.send(GET).status == 200
    assert b"authorization" not in requests[0].lower()


def test_every_request_says_that_it_is_no_browser() -> None:
    requests: list[bytes] = []
    with raw(keeping(requests, http(b"{}"))) as server, transport_to(server.port) as transport:
        transport.send(GET)
        port = server.port
    head = requests[0].decode()
    assert head.startswith("GET /rest/x?jql=a%20b HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{port}\r\n" in head
    assert "X-Atlassian-Token: no-check" in head
    assert "User-Agent: ALMConnect/" in head
    assert "Mozilla" not in head


def test_one_connection_serves_many_calls_and_many_threads_share_the_pool() -> None:
    with raw(always(http(b"{}"))) as server, transport_to(server.port, pool_size=3) as transport:
        for _ in range(5):
            transport.send(GET)
        assert server.connections == 1
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: transport.send(GET).status, range(40)))
        assert answers == [200] * 40
        assert server.connections <= 3


def test_a_connection_that_the_server_closed_is_replaced() -> None:
    closed = threading.Event()

    def once(peer: socket.socket) -> None:
        read_request(peer)
        peer.sendall(http(b"{}"))
        peer.shutdown(socket.SHUT_RDWR)
        closed.set()

    with raw(once) as server, transport_to(server.port) as transport:
        for _ in range(3):
            assert transport.send(GET).status == 200
            assert closed.wait(5)
            closed.clear()
        assert server.connections == 3


def test_a_write_does_not_risk_a_connection_that_was_idle_too_long() -> None:
    write = WireRequest("POST", "/rest/x", {}, b"{}", "/rest/x", writes=True)
    with raw(always(http(b"{}"))) as server:
        with transport_to(server.port, idle_write_limit=0) as transport:
            transport.send(GET)
            transport.send(GET)
            assert server.connections == 1
            transport.send(write)
            assert server.connections == 2


def test_a_read_that_meets_a_closing_connection_goes_out_anew_and_a_write_does_not() -> None:
    requests: list[bytes] = []

    def second_is_lost(peer: socket.socket) -> None:
        requests.append(read_request(peer))
        peer.sendall(http(b"{}"))
        requests.append(read_request(peer))

    with raw(second_is_lost) as server, transport_to(server.port) as transport:
        client = JiraClient(transport, Basic("ann", "secret"), CLOUD)
        client.call(Request("GET", "/one"))
        client.call(Request("GET", "/two"))
        assert [request.split(b" ")[1] for request in requests] == [b"/one", b"/two", b"/two"]
        with pytest.raises(ConnectionDropped) as caught:
            client.call(Request("POST", "/three", json={}))
        assert caught.value.outcome_unknown
    assert [request.split(b" ")[1] for request in requests].count(b"/three") == 1


def test_what_is_observed_has_no_values() -> None:
    seen: list[Observation] = []
    answer = http(b"{}", "429 Too Many", Retry_After="3", X_RateLimit_Remaining="0")
    with raw(always(answer)) as server:
        with transport_to(server.port, observe=seen.append) as transport:
            transport.send(GET)
    assert seen[0].path_template == "/rest/x"
    assert (seen[0].status, seen[0].outcome) == (429, "answered")
    assert seen[0].rate == {"retry-after": "3", "x-ratelimit-remaining": "0"}


def test_a_failed_call_is_observed_with_its_error() -> None:
    seen: list[Observation] = []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (
        transport_to(port, observe=seen.append) as transport,
        pytest.raises(Exception, match="port"),
    ):
        transport.send(GET)
    assert seen[0].outcome == "connection_refused"
