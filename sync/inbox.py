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
from enum import StrEnum

from django.db import IntegrityError, InterfaceError, OperationalError
from django.db import connection as database
from django.utils import timezone

from almconnect.lib import bulk_rows
from almconnect.lib.kept_query import KeptQuery
from connections import sealing
from connections.models import Connection, MappedProject, SecretField
from connections.sealing import SealBroken
from jira_client.errors import BadPayload
from jira_client.webhook import WebhookEvent, parse_event, signature_ok
from sync import liveness
from sync.models import Delivery, DeliveryState

READ_AGAIN = "read_again"  # no event of Jira's: an issue on which a poll failed
LARGEST = 2_621_440
DEEPEST = 60
QUOTA = 10_000  # deliveries of one connection that may wait; beyond, Jira is asked to come back
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
# Token → the connection as it was read last. Never believed by itself: what rests on it is stored by a
# statement that finds it unchanged, or not at all.
_remembered: dict[str, Connection] = {}


def connection_of(token: str) -> Connection | None:
    """By the path token, compared in constant time after the index found it. With its door's columns
    only: a connection has forty more.
    """
    found = _by_token.first(token)
    return found if found and hmac.compare_digest(found.webhook_token, token) else None


def is_known(token: str) -> bool:
    """Whether there is such an address at all: asked before a body is read."""
    if token in _remembered:
        return True
    database.close_if_unusable_or_obsolete()
    try:
        return connection_of(token) is not None
    except (OperationalError, InterfaceError):
        return True  # not known to be nobody's: whoever stores it will say what is wrong


def accept(
    token: str, headers: Mapping[str, str], body: bytes
) -> tuple[Verdict, Connection | None]:
    """Store one delivery. The row is committed when this returns STORED.

    One statement where the connection is as it is remembered; whatever else is to be said, is said of
    the connection as it is now.
    """
    remembered = _remembered.get(token)
    if remembered is not None and _stored_at_once(remembered, headers, body):
        return Verdict.STORED, remembered
    _remembered.pop(token, None)
    connection = connection_of(token)
    if connection is None:
        return Verdict.UNKNOWN, None
    event = _event_of(connection, headers, body)
    if isinstance(event, Verdict):
        return event, connection
    noted = liveness.note(connection)
    if not room.left(connection):
        return Verdict.FULL, connection
    row = _row(connection, event, body)
    try:
        new = bulk_rows.insert_once(row)
    except IntegrityError:
        if Connection.objects.filter(pk=connection.pk).exists():
            raise
        return Verdict.UNKNOWN, None  # deleted while the delivery came
    if not noted:  # else it is not any more what was read
        _remembered[token] = connection
    if not new:
        return Verdict.REPEATED, connection
    room.took_one(connection, row)
    return Verdict.STORED, connection


def _stored_at_once(connection: Connection, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether it is new, all is well with it, and the connection is in the database what it is here."""
    if liveness.is_due(connection) or not room.left(connection):
        return False
    try:
        event = _event_of(connection, headers, body)
        if isinstance(event, Verdict):
            return False
        row = _row(connection, event, body)
        new = bulk_rows.insert_while(row, connection, _NEEDED)
    except (SealBroken, IntegrityError):  # sealed for another address, or deleted, by now
        return False
    if new:
        room.took_one(connection, row)
    return new


def _event_of(
    connection: Connection, headers: Mapping[str, str], body: bytes
) -> WebhookEvent | Verdict:
    """What the delivery says, or why it is refused."""
    if len(body) > LARGEST:
        return Verdict.TOO_LARGE
    if connection.webhook_signed and not _signed(connection, headers, body):
        return Verdict.FORGED
    try:
        return parse_event(headers, body, max_depth=DEEPEST, max_bytes=LARGEST)
    except BadPayload:
        return Verdict.BAD


def _row(connection: Connection, event: WebhookEvent, body: bytes) -> Delivery:
    source, target = event.link or ("", "")
    values = {
        "connection_id": connection.pk,
        "identity": _clean(event.delivery_id or hashlib.sha256(body).hexdigest(), 80),
        "event": _clean(event.event, 80),
        "issue_id": (event.issue_id or source or "")[:40],
        "issue_key": _clean(event.issue_key or "", 60),
        "other_issue_id": target[:40],
        "project_id": (event.project_id or "")[:40],
        "body": body,
        "state": _first_state(event.event),
    }
    return bulk_rows.make(Delivery, values)


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
