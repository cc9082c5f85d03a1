"""What is remembered of a connection is never believed: a delivery is judged by what the row says now."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.access.sealing import SealBroken
from connections.models import Connection, SecretField
from sync.models import Delivery
from sync.webhook import inbox
from sync.webhook.inbox import Verdict
from tests.sync.test_inbox import signed

pytestmark = pytest.mark.django_db


def body(number: int) -> bytes:
    event = {"webhookEvent": "jira:issue_updated", "timestamp": number, "issue": {"id": "10"}}
    return json.dumps(event).encode()


def deliver(connection: Connection, number: int, secret: str = "") -> Verdict:
    headers = {"X-Hub-Signature": signed(body(number), secret)} if secret else {}
    return inbox.accept(connection.webhook_token, headers, body(number))[0]


@pytest.fixture
def connection(db: None) -> Connection:
    return Connection.objects.create(
        name="Jira", base_url="https://jira.example.com", webhook_seen=timezone.now(),
        webhook_state="registered", webhook_id="7",
    )  # fmt: skip


@pytest.fixture
def known(connection: Connection, django_assert_num_queries: Callable[..., object]) -> Connection:
    """Two deliveries came: the second by one statement, so the connection is remembered."""
    assert deliver(connection, 1) == Verdict.STORED
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert deliver(connection, 2) == Verdict.STORED
    return connection


@pytest.fixture
def known_signed(connection: Connection) -> Connection:
    sealing.store(connection, SecretField.WEBHOOK, Secret("s3cret"))
    Connection.objects.update(webhook_signed=True)
    assert [deliver(connection, n, "s3cret") for n in (1, 2)] == [Verdict.STORED] * 2
    return connection


def test_another_token_ends_the_old_at_once(known: Connection) -> None:
    Connection.objects.update(webhook_token="another")
    assert deliver(known, 3) == Verdict.UNKNOWN
    assert Delivery.objects.count() == 2


def test_a_token_that_went_to_another_connection_is_that_ones(known: Connection) -> None:
    token = known.webhook_token
    Connection.objects.update(webhook_token="another")
    other = Connection.objects.create(
        name="Other", base_url="https://o.example.com", webhook_token=token
    )
    assert deliver(other, 3) == Verdict.STORED
    assert Delivery.objects.get(connection=other).issue_id == "10"


def test_a_signature_is_asked_for_from_the_moment_on_that_it_must_be_there(
    known: Connection,
) -> None:
    sealing.store(known, SecretField.WEBHOOK, Secret("s3cret"))
    Connection.objects.update(webhook_signed=True)
    assert deliver(known, 3) == Verdict.FORGED
    assert deliver(known, 4, "s3cret") == Verdict.STORED


def test_a_signature_of_the_secret_before_is_refused(known_signed: Connection) -> None:
    sealing.store(known_signed, SecretField.WEBHOOK, Secret("new"))
    assert deliver(known_signed, 3, "s3cret") == Verdict.FORGED
    assert deliver(known_signed, 4, "new") == Verdict.STORED


def test_a_secret_that_was_sealed_for_another_address_opens_nothing(
    known_signed: Connection,
) -> None:
    Connection.objects.update(base_url="https://elsewhere.example.com")
    with pytest.raises(SealBroken):
        deliver(known_signed, 3, "s3cret")
    assert Delivery.objects.count() == 2


def test_a_secret_sealed_for_a_new_address_is_tried_by_the_new_address(
    known_signed: Connection,
) -> None:
    Connection.objects.update(base_url="https://elsewhere.example.com")
    moved = Connection.objects.get()
    sealing.store(moved, SecretField.WEBHOOK, Secret("new"))
    assert deliver(moved, 3, "new") == Verdict.STORED


def test_silence_ends_with_the_next_delivery(known: Connection) -> None:
    Connection.objects.update(webhook_state="silent")
    assert deliver(known, 3) == Verdict.STORED
    known.refresh_from_db()
    assert known.webhook_state == "registered"


@pytest.mark.parametrize("ago", [None, timedelta(minutes=4)])
def test_proof_of_life_is_written_where_it_is_wanting(
    known: Connection, ago: timedelta | None
) -> None:
    Connection.objects.update(webhook_seen=timezone.now() - ago if ago else None)
    assert deliver(known, 3) == Verdict.STORED
    known.refresh_from_db()
    assert known.webhook_seen is not None
    assert timezone.now() - known.webhook_seen < timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)  # references are judged at the commit
def test_a_connection_that_was_deleted_is_nothing(known: Connection) -> None:
    Connection.objects.all().delete()
    assert deliver(known, 3) == Verdict.UNKNOWN
    assert not Delivery.objects.exists()


def test_what_is_refused_or_repeated_is_called_so(known: Connection) -> None:
    assert deliver(known, 2) == Verdict.REPEATED
    assert inbox.accept(known.webhook_token, {}, b"no")[0] == Verdict.BAD
    large = b" " * (inbox.LARGEST + 1)
    assert inbox.accept(known.webhook_token, {}, large)[0] == Verdict.TOO_LARGE
    assert Delivery.objects.count() == 2


def test_the_rows_are_the_same_by_either_way(known: Connection) -> None:
    first, second = Delivery.objects.order_by("id")
    names = ("connection_id", "event", "issue_id", "issue_key", "project_id", "state", "attempts")
    assert [getattr(first, name) for name in names] == [getattr(second, name) for name in names]
    assert (bytes(first.body), bytes(second.body)) == (body(1), body(2))
    assert first.public_id != second.public_id
    assert abs(second.received - timezone.now()) < timedelta(minutes=1)
