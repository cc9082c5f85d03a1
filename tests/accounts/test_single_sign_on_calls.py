"""What the provider is sent is nothing of Jira's, and a call that fails is told by the provider's host."""

from __future__ import annotations

import socket

import pytest

from accounts.bounded_calls import BoundedSession, Unreachable
from tests.outgoing.servers import http, raw, read_request


def test_the_provider_is_sent_what_it_needs() -> None:
    heads: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        heads.append(read_request(peer).lower())
        peer.sendall(http(b'{"a": 1}', Content_Type="application/json"))

    with raw(talk) as server, BoundedSession() as session:
        address = f"http://127.0.0.1:{server.port}/token?x=1"
        answer = session.request("POST", address, data={"code": "c"}, auth=("console", "s"))
    assert (answer.status_code, answer.json(), answer.url) == (200, {"a": 1}, address)
    head, _, body = heads[0].partition(b"\r\n\r\n")
    names = {line.partition(b":")[0].decode() for line in head.split(b"\r\n")[1:]}
    assert names == {
        "accept", "accept-encoding", "authorization", "content-length", "content-type", "host",
        "user-agent",
    }  # fmt: skip
    assert body == b"code=c"


def test_a_connection_that_ends_is_told_by_the_host() -> None:
    with raw(lambda peer: None) as server, BoundedSession() as session:
        with pytest.raises(Unreachable) as caught:
            session.get(f"http://127.0.0.1:{server.port}/keys")
    assert str(caught.value) == "The connection to 127.0.0.1 broke off."
    assert "Jira" not in str(caught.value.__cause__)
