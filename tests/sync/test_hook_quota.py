"""A connection's quota counts rows of every kind, and bytes; strangers' events are counted only."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection
from sync.models import Delivery
from sync.webhook import inbox
from tests.sync.test_inbox import connection as connection
from tests.sync.test_inbox import send, signed
from tests.sync.test_inbox import signing as signing


def event(name: str, number: int = 0, pad: int = 0) -> dict[str, object]:
    return {"webhookEvent": name, "timestamp": number, "issue": {"id": "1"}, "pad": "x" * pad}


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "QUOTA", 2)
    monkeypatch.setattr(inbox, "QUOTA_BYTES", 50_000)
    monkeypatch.setattr(inbox, "room", inbox.Room())


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("name", ["jira:issue_updated", "board_updated", "user_created", "odd{}"])
@pytest.mark.parametrize("fresh", [False, True])
def test_every_kind_of_row_counts(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, name: str, fresh: bool
) -> None:
    """As this process adds up, and as another one counts in the table."""
    codes = []
    for number in range(5):
        if fresh:
            monkeypatch.setattr(inbox, "room", inbox.Room())
        codes.append(send(connection, event(name.format(number), number)).status_code)
    assert codes == [204, 204, 204, 429, 429]
    assert Delivery.objects.count() == 3


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("fresh", [False, True])
def test_bytes_count(connection: Connection, monkeypatch: pytest.MonkeyPatch, fresh: bool) -> None:
    monkeypatch.setattr(inbox, "QUOTA", 1000)
    codes = []
    for number in range(4):
        if fresh:
            monkeypatch.setattr(inbox, "room", inbox.Room())
        body = event("jira:issue_updated", number, pad=30_000)
        codes.append(send(connection, body).status_code)
    assert codes == [204, 204, 429, 429]


@pytest.mark.usefixtures("_small")
def test_what_was_set_aside_an_hour_ago_counts_no_more(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        send(connection, event("board_updated", number))
    Delivery.objects.update(received=timezone.now() - timedelta(minutes=61))
    monkeypatch.setattr(inbox, "room", inbox.Room())
    assert send(connection, event("board_updated", 9)).status_code == 204


def test_an_unsupported_event_of_anybody_is_counted_not_kept(connection: Connection) -> None:
    for number in range(5):
        assert send(connection, event("odd", number, pad=9000)).status_code == 204
    row = Delivery.objects.get()
    assert (row.state, row.times, bytes(row.body)) == ("unsupported", 5, b"")
    assert row.detail == "Came 5 times; only counted."
    send(connection, event("board_updated", 1, pad=9000))
    assert bytes(Delivery.objects.get(state="ignored").body) == b""


def test_a_signed_one_is_kept_whole(signing: Connection) -> None:
    for number in range(2):
        body = json.dumps(event("odd", number)).encode()
        send(signing, body, **{"X-Hub-Signature": signed(body, "s3cret")})
    assert [row.times for row in Delivery.objects.all()] == [1, 1]
    assert all(bytes(row.body) for row in Delivery.objects.all())


def test_what_jira_calls_its_delivery_is_not_taken_for_a_count(connection: Connection) -> None:
    """A stranger may name a delivery as we name our counts; it is an ordinary row all the same."""
    name = inbox._counted_as("jira:issue_updated")
    for _ in range(3):
        headers = {"X-Atlassian-Webhook-Identifier": name}
        assert send(connection, event("jira:issue_updated"), **headers).status_code == 204
    row = Delivery.objects.get()
    assert (row.state, row.detail) == ("waiting", "")
