"""Taking webhook deliveries in: prove, store, answer. Nothing in a body is applied, Jira is not called.

The path token names the connection; where the deployment signs, the HMAC must be right as well.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from django.db import IntegrityError
from django.utils import timezone

from almconnect.lib import bulk_rows
from almconnect.lib.kept_query import KeptQuery
from connections import sealing
from connections.models import Connection, MappedProject, SecretField, WebhookState
from jira_client.errors import BadPayload
from jira_client.webhook import parse_event, signature_ok
from sync.models import Delivery, DeliveryState

READ_AGAIN = "read_again"  # no event of Jira's: an issue on which a poll failed
LARGEST = 2_621_440
DEEPEST = 60
QUOTA = 10_000  # deliveries of one connection that may wait; beyond, Jira is asked to come back
SEEN_EVERY = timedelta(seconds=10)
OF_ISSUES = ("jira:issue_", "issuelink_", "comment_", "worklog_", "attachment_", "issue_property_")
OF_SPRINTS = "sprint_"
OF_OTHERS = ("board_", "project_", "user_", "jira:version_", "issuetype_", "filter_")


class Verdict(StrEnum):
    STORED = "stored"
    REPEATED = "repeated"
    FORGED = "forged"
    UNKNOWN = "unknown"
    BAD = "bad"
    FULL = "full"
    TOO_LARGE = "too_large"


_NEEDED = (
    "webhook_token",
    "webhook_signed",
    "webhook_seen",
    "webhook_state",
    "webhook_id",
    "base_url",
    "api_url",
    "proxy_url",
)


_by_token = KeptQuery(
    lambda token: Connection.objects.filter(webhook_token=token).order_by().only(*_NEEDED)
)


def connection_of(token: str) -> Connection | None:
    """By the path token, compared in constant time after the index found it. With its door's columns
    only: a connection has forty more.
    """
    found = _by_token.first(token)
    return found if found and hmac.compare_digest(found.webhook_token, token) else None


def accept(
    token: str, headers: Mapping[str, str], body: bytes
) -> tuple[Verdict, Connection | None]:
    """Store one delivery. The row is committed when this returns STORED."""
    connection = connection_of(token)
    if connection is None:
        return Verdict.UNKNOWN, None
    if len(body) > LARGEST:
        return Verdict.TOO_LARGE, connection
    if connection.webhook_signed and not _signed(connection, headers, body):
        return Verdict.FORGED, connection
    try:
        event = parse_event(headers, body, max_depth=DEEPEST, max_bytes=LARGEST)
    except BadPayload:
        return Verdict.BAD, connection
    _note_seen(connection)
    if not room.left(connection):
        return Verdict.FULL, connection
    source, target = event.link or ("", "")
    row = Delivery(
        connection=connection,
        identity=_clean(event.delivery_id or hashlib.sha256(body).hexdigest(), 80),
        event=_clean(event.event, 80),
        issue_id=(event.issue_id or source or "")[:40],
        issue_key=_clean(event.issue_key or "", 60),
        other_issue_id=target[:40],
        project_id=(event.project_id or "")[:40],
        body=body,
        state=_first_state(event.event),
    )
    try:
        new = bulk_rows.insert_once(row)
    except IntegrityError:
        if Connection.objects.filter(pk=connection.pk).exists():
            raise
        return Verdict.UNKNOWN, None  # deleted while the delivery came
    if not new:
        return Verdict.REPEATED, connection
    room.took_one(connection, row)
    return Verdict.STORED, connection


class Room:
    """Whether a connection's deliveries that wait are below QUOTA.

    Counted once a second, since a count of thousands costs more than the delivery; between, what this
    process stored is added. So the quota may be passed by what other processes store in a second.
    """

    EVERY_SECONDS = 1.0

    def __init__(self) -> None:
        self._known: dict[uuid.UUID, tuple[float, int]] = {}  # connection → when counted, how many
        self._lock = threading.Lock()

    def left(self, connection: Connection) -> bool:
        with self._lock:
            counted, waiting = self._known.get(connection.pk, (float("-inf"), 0))
        if time.monotonic() - counted >= self.EVERY_SECONDS:
            counted = time.monotonic()
            rows = Delivery.objects.filter(connection=connection, state=DeliveryState.WAITING)
            waiting = rows[: QUOTA + 1].count()
            with self._lock:
                self._known[connection.pk] = counted, waiting
        return waiting <= QUOTA

    def took_one(self, connection: Connection, row: Delivery) -> None:
        with self._lock:
            counted, waiting = self._known.get(connection.pk, (float("-inf"), 0))
            if row.state == DeliveryState.WAITING:
                self._known[connection.pk] = counted, waiting + 1


room = Room()


def _first_state(event: str) -> DeliveryState:
    if event.startswith((*OF_ISSUES, OF_SPRINTS)):
        return DeliveryState.WAITING
    return DeliveryState.IGNORED if event.startswith(OF_OTHERS) else DeliveryState.UNSUPPORTED


def _signed(connection: Connection, headers: Mapping[str, str], body: bytes) -> bool:
    secret = sealing.load(connection, SecretField.WEBHOOK)
    given = {name.lower(): value for name, value in headers.items()}.get("x-hub-signature", "")
    return bool(secret) and signature_ok(secret.reveal() if secret else "", body, given)


def _note_seen(connection: Connection) -> None:
    """Proof of life, written at most every ten seconds; it ends a silence."""
    now, seen = timezone.now(), connection.webhook_seen
    silent = connection.webhook_state == WebhookState.SILENT
    if not silent and seen is not None and now - seen < SEEN_EVERY:
        return
    rows = Connection.objects.filter(pk=connection.pk)
    if silent:
        back = WebhookState.REGISTERED if connection.webhook_id else WebhookState.MANUAL
        if rows.filter(webhook_state=WebhookState.SILENT).update(
            webhook_state=back, webhook_seen=now
        ):
            return
    rows.update(webhook_seen=now)


def _clean(text: str, most: int) -> str:
    """What a database can hold: half a surrogate pair and NUL are in JSON, but in no column."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")[:most]


def read_again(project: MappedProject, keys: Mapping[str, str], why: Mapping[str, str]) -> None:
    """Issues (id → key) that a poll or run read and could not take in wait in the inbox like a delivery:
    there they are tried again, and after some times shown as failed.
    """
    for issue_id, key in keys.items():
        identity = f"read-again:{issue_id}"
        values = {
            "event": READ_AGAIN,
            "issue_id": issue_id,
            "issue_key": key[:60],
            "project_id": project.remote_id,
            "body": b"",
            "faults": 1,
            "detail": why[issue_id][:500],
        }
        row, new = Delivery.objects.get_or_create(
            connection_id=project.connection_id, identity=identity, defaults=values
        )
        if not new and row.state in (DeliveryState.DONE, DeliveryState.IGNORED):
            Delivery.objects.filter(pk=row.pk).update(
                state=DeliveryState.WAITING, due=timezone.now(), settled=None, **values
            )
