"""Two hundred slow senders hold nobody else up: pages, webhooks and health answer as before."""

from __future__ import annotations

import socket

import pytest
import requests

from tests.almconnect.waiting import wait_for
from tests.process.installation import Installation
from tests.process.jira_side import Jira

pytestmark = [pytest.mark.process, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


def slow(port: int, path: str) -> socket.socket:
    """A request whose body never comes to its end."""
    sender = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 1000\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\na"
    )
    sender.sendall(head.encode())
    return sender


def test_everybody_else_is_answered(console: Installation, jira: Jira) -> None:
    connection = console.connect(jira.handle)["connection"]
    hook = console.call("GET", f"/connections/{connection}")["webhook"]["url"]
    token = hook.rpartition("/")[2]
    senders = [slow(console.port, "/account/login/") for _ in range(100)]
    senders += [slow(console.port, f"/hooks/jira/{token}") for _ in range(100)]
    try:
        for _ in range(5):
            assert requests.get(f"{console.url}/livez", timeout=20).status_code == 200
            assert requests.get(f"{console.url}/readyz", timeout=20).status_code == 200
            assert requests.get(f"{console.url}/account/login/", timeout=20).status_code == 200
            body = {"webhookEvent": "jira:issue_updated", "issue": {"id": "1"}}
            answer = requests.post(f"{console.url}/hooks/jira/{token}", json=body, timeout=20)
            assert answer.status_code in {204, 401}  # read whole and judged; 401 where Jira signs
        # A slow body ends: the console answers and closes.
        wait_for(
            "the first is told so", lambda: senders[0].recv(100).startswith(b"HTTP/1.1 408"), 60
        )
    finally:
        for sender in senders:
            sender.close()
