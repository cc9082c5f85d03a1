"""The webhook's door: proven, stored once, answered without Jira; everything else refused by name."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from django.test import Client

from almconnect.lib.secret import Secret
from connections.access import sealing
from connections.models import Connection, SecretField
from sync.models import Delivery
from tests.vendor_data import recorded

RECORDED = ("webhooks-cloud-2020", "webhooks-server-and-cloud")
BODY = {"webhookEvent": "jira:issue_updated", "timestamp": 1, "issue": {"id": "10", "key": "A-1"}}


@pytest.fixture
def connection(db: None) -> Connection:
    return Connection.objects.create(name="Jira", base_url="https://jira.example.com")


def send(connection: Connection, body: bytes | dict, **headers: str):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(
        f"/hooks/jira/{connection.webhook_token}",
        data,
        content_type="application/json",
        headers=headers,
    )


def test_a_delivery_is_stored_and_answered(connection: Connection):
    assert send(connection, BODY).status_code == 204
    row = Delivery.objects.get()
    assert (row.event, row.issue_id, row.issue_key, row.state) == (
        "jira:issue_updated",
        "10",
        "A-1",
        "waiting",
    )
    connection.refresh_from_db()
    assert connection.webhook_seen is not None


def test_a_repeated_delivery_is_stored_once(connection: Connection):
    for _ in range(3):
        assert send(connection, BODY).status_code == 204
    for _ in range(2):
        send(connection, BODY, **{"X-Atlassian-Webhook-Identifier": "one"})
    assert Delivery.objects.count() == 2


def test_another_token_is_nothing(connection: Connection):
    assert Client().post("/hooks/jira/nonsense", b"{}", "application/json").status_code == 404


def test_only_post(connection: Connection):
    assert Client().get(f"/hooks/jira/{connection.webhook_token}").status_code == 405


def signed(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
def signing(connection: Connection) -> Connection:
    sealing.store(connection, SecretField.WEBHOOK, Secret("s3cret"))
    Connection.objects.update(webhook_signed=True)
    return connection


def test_the_right_signature_is_let_in(signing: Connection):
    body = json.dumps(BODY).encode()
    answer = send(signing, body, **{"X-Hub-Signature": signed(body, "s3cret")})
    assert answer.status_code == 204


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        "sha256=00",
        signed(b"other body", "s3cret"),
        signed(json.dumps(BODY).encode(), "old secret"),
        "sha1=" + hmac.new(b"s3cret", json.dumps(BODY).encode(), hashlib.sha1).hexdigest(),
    ],
)
def test_any_other_signature_is_refused(signing: Connection, header: str):
    assert send(signing, BODY, **{"X-Hub-Signature": header}).status_code == 401
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b'{"webhookEvent": "jira:issue_updated", "timestamp": NaN}',
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"\xff\xfe",
    ],
)
def test_what_is_no_webhook_is_refused(connection: Connection, body: bytes):
    assert send(connection, body).status_code == 400
    assert not Delivery.objects.exists()


def test_a_huge_body_is_refused(connection: Connection):
    body = b'{"webhookEvent": "x", "pad": "' + b"a" * 3_000_000 + b'"}'
    assert send(connection, body).status_code == 413


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("jira:issue_created", "waiting"),
        ("issuelink_created", "waiting"),
        ("sprint_updated", "waiting"),
        ("board_updated", "ignored"),
        ("something_new", "unsupported"),
    ],
)
def test_events_are_told_apart(connection: Connection, event: str, state: str):
    assert send(connection, {**BODY, "webhookEvent": event}).status_code == 204
    assert Delivery.objects.get().state == state


@pytest.mark.parametrize(
    "body",
    [
        b'{"webhookEvent": "a\\ud83d", "issue": {"id": "1"}}',
        b'{"webhookEvent": "a\\u0000b", "issue": {"id": "1"}}',
    ],
)
def test_text_that_no_column_holds_is_no_error(connection: Connection, body: bytes):
    assert send(connection, body).status_code == 204
    assert Delivery.objects.get().state == "unsupported"


def test_up_to_its_bound_a_body_is_taken_and_above_it_refused_as_too_large(
    connection: Connection,
):
    from sync.webhook.inbox import LARGEST

    head, tail = b'{"webhookEvent": "jira:issue_updated", "pad": "', b'"}'
    pad = LARGEST - len(head) - len(tail)
    assert send(connection, head + b"a" * pad + tail).status_code == 204
    assert send(connection, head + b"a" * (pad + 1) + tail).status_code == 413


@pytest.mark.django_db(transaction=True)  # references are judged at the commit
def test_a_connection_that_goes_meanwhile_is_not_called_repeated(
    connection: Connection, monkeypatch
):
    from sync.webhook import inbox, liveness

    monkeypatch.setattr(liveness, "note", lambda one: Connection.objects.all().delete())
    with_it = inbox.accept(connection.webhook_token, {}, json.dumps(BODY).encode())
    assert with_it == (inbox.Verdict.UNKNOWN, None)


def test_a_delivery_costs_few_statements(connection: Connection, django_assert_max_num_queries):
    from sync.webhook import inbox

    inbox.accept(connection.webhook_token, {}, json.dumps(BODY).encode())
    more = json.dumps({**BODY, "timestamp": 2}).encode()
    with django_assert_max_num_queries(5):  # its connection, the quota, the row in its savepoint
        assert inbox.accept(connection.webhook_token, {}, more)[0] == "stored"


@pytest.mark.parametrize("path", recorded(*RECORDED), ids=lambda path: path.stem)
def test_recorded_deliveries_are_accepted_and_classified(connection: Connection, path: Path):
    body = path.read_bytes()
    if "webhookEvent" not in json.loads(body):
        pytest.skip("not a delivery, an answer that lies beside them")
    assert send(connection, body).status_code == 204
    assert Delivery.objects.get().state in ("waiting", "ignored", "unsupported")
