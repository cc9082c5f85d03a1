"""What a lost call says: never a header, neither in the error nor in what it was raised from."""

import logging
import socket
import traceback
from collections.abc import Callable

import pytest

from outgoing.errors import AnswerLost, CallFailed, ConnectFailed
from outgoing.wire import WireRequest
from tests.outgoing.servers import channel_to, http, raw, read_request

SECRET = {"Authorization": "Basic c2VjcmV0"}
GET = WireRequest("GET", "/rest/x?jql=a", SECRET, template="/rest/x")
ANSWERS = {
    "nothing": b"",
    "no http": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "short": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
    "lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 9, 8\r\n\r\n{}",
    "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    "strange": http(b"{}", Content_Encoding="br"),
    "headers": b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
}


def chain(error: BaseException) -> list[BaseException]:
    found = [error]
    while (inner := found[-1].__cause__) is not None:
        found.append(inner)
    return found


def told(act: Callable[[], object]) -> CallFailed:
    with pytest.raises((AnswerLost, ConnectFailed)) as caught:
        act()
    # A failure while another is handled is still told by itself alone.
    assert "c2VjcmV0" not in "".join(traceback.format_exception(caught.value))
    assert not any(hasattr(one, "request") for one in chain(caught.value))
    return caught.value


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_a_broken_answer(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    def talk(peer: socket.socket) -> None:
        read_request(peer)
        peer.sendall(answer)

    with caplog.at_level(logging.DEBUG):
        with raw(talk) as server, channel_to(server.port, read_timeout=5) as channel:
            error = told(lambda: channel.send(GET))
    assert isinstance(error, AnswerLost)
    assert error.path == "/rest/x"
    assert "c2VjcmV0" not in caplog.text


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return int(closed.getsockname()[1])


def test_silence_inside_another_failure() -> None:
    def talk(peer: socket.socket) -> None:
        read_request(peer)
        server.over.wait(10)

    with raw(talk) as server, channel_to(server.port, read_timeout=0.1) as channel:
        try:
            socket.create_connection(("127.0.0.1", closed_port()), 1)
        except ConnectionRefusedError:
            error = told(lambda: channel.send(GET))
    assert error.code == "read_timed_out"


def test_nobody_there() -> None:
    with channel_to(closed_port()) as channel:
        assert told(lambda: channel.send(GET)).code == "connection_refused"
