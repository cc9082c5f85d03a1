"""What the transport adds to a channel: Jira's headers, Jira's budget, and errors of the client's tree."""

import socket

import pytest

from jira_client.auth import Basic
from jira_client.client import JiraClient
from jira_client.errors import ConnectionDropped, NotJira
from jira_client.protocol import Request
from jira_client.transport import Transport
from outgoing.address import AddressPolicy
from outgoing.wire import Observation, WireRequest
from tests.jira_client.servers import CLOUD, transport_to
from tests.outgoing.servers import Talk, always, http, raw, read_request

GET = WireRequest("GET", "/rest/x?jql=a%20b", template="/rest/x")


def keeping(requests: list[bytes], answer: bytes) -> Talk:
    def talk(peer: socket.socket) -> None:
        while request := read_request(peer):
            requests.append(request)
            peer.sendall(answer)

    return talk


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


@pytest.mark.parametrize(
    "url",
    [
        "",
        "jira.example.com",
        "ftp://jira.example.com",
        "file:///etc/passwd",
        "https://",
        "https://ann:secret@jira.example.com",
        "https://jira.example.com/?a=1",
        "https://jira.example.com/#x",
        "https://jira.example.com:port",
        "https://[::1",
        "https://a..b",
    ],
)
def test_anything_else_is_refused_without_echoing_it(url: str) -> None:
    with pytest.raises(NotJira, match="Instance URL") as caught:
        Transport(url, AddressPolicy())
    assert "secret" not in str(caught.value)
