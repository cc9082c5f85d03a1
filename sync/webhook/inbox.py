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
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, InterfaceError, OperationalError
from django.db import connection as database
from django.db.models import CharField, Count, F, Sum, Value
from django.db.models.functions import Cast, Concat, Length
from django.utils import timezone

from almconnect.lib import bulk_rows
from almconnect.lib.compiled_query import CompiledQuery
from connections.access import sealing
from connections.access.sealing import SealBroken
from connections.models import Connection, MappedProject, SecretField
from jira_client.errors import BadPayload
from jira_client.webhook import WebhookEvent, parse_event, signature_ok
from sync.models import Delivery, DeliveryState
from sync.webhook import liveness

READ_AGAIN = "read_again"  # no event of Jira's: an issue on which a poll failed
LARGEST = 2_621_440
DEEPEST = 60
# Of one connection; beyond, Jira is asked to come back. Rows: what waits, and what was set aside
# within the hour, which nobody works off. Bytes: of the bodies of both.
QUOTA = 10_000
QUOTA_BYTES = 256_000_000
SET_ASIDE_COUNTS = timedelta(hours=1)
OF_ISSUES = ("jira:issue_", "issuelink_", "comment_", "worklog_", "attachment_", "issue_property_")
OF_SPRINTS = "sprint_"
OF_VERSIONS = "jira:version_"
OF_OTHERS = ("board_", "project_", "user_", "issuetype_", "filter_")


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


_by_token = CompiledQuery(
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
        _count_again(connection, row)
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
    name, state = _clean(event.event, 80), _first_state(event.event)
    identity = _clean(event.delivery_id or hashlib.sha256(body).hexdigest(), 80)
    if state != DeliveryState.WAITING and not connection.webhook_signed:
        body = b""  # a stranger who has the address may send it, and nobody will read it
        if state == DeliveryState.UNSUPPORTED:
            identity = _counted_as(name)
    values = {
        "connection_id": connection.pk,
        "identity": identity,
        "event": name,
        "issue_id": (event.issue_id or source or "")[:40],
        "issue_key": _clean(event.issue_key or "", 60),
        "other_issue_id": target[:40],
        "project_id": (event.project_id or "")[:40],
        "body": body,
        "state": state,
    }
    return bulk_rows.make(Delivery, values)


def _counted_as(name: str) -> str:
    return f"counted:{hashlib.sha256(name.encode()).hexdigest()[:40]}"


def _count_again(connection: Connection, row: Delivery) -> None:
    """One more of an unsupported event, of which an unsigned connection keeps one row."""
    if row.state != DeliveryState.UNSUPPORTED or row.identity != _counted_as(row.event):
        return
    words = Concat(
        Value("Came "), Cast(F("times") + 1, CharField()), Value(" times; only counted.")
    )
    Delivery.objects.filter(connection=connection, identity=row.identity).update(
        times=F("times") + 1, received=timezone.now(), detail=words
    )


class Room:
    """Whether a connection's deliveries that wait or were set aside are below QUOTA and QUOTA_BYTES.

    Counted once a second, since a count of thousands costs more than the delivery; between, what this
    process stored is added. So the quota may be passed by what other processes store in a second.
    """

    EVERY_SECONDS = 1.0

    def __init__(self) -> None:
        # connection → when counted, how many, how many bytes
        self._known: dict[uuid.UUID, tuple[float, int, int]] = {}
        self._lock = threading.Lock()

    def left(self, connection: Connection) -> bool:
        with self._lock:
            counted, rows, size = self._known.get(connection.pk, _NEVER)
        if time.monotonic() - counted >= self.EVERY_SECONDS:
            counted = time.monotonic()
            rows, size = _held(connection)
            with self._lock:
                self._known[connection.pk] = counted, rows, size
        return rows <= QUOTA and size <= QUOTA_BYTES

    def took_one(self, connection: Connection, row: Delivery) -> None:
        with self._lock:
            counted, rows, size = self._known.get(connection.pk, _NEVER)
            self._known[connection.pk] = counted, rows + 1, size + len(row.body)


_NEVER = (float("-inf"), 0, 0)


def _held(connection: Connection) -> tuple[int, int]:
    """Rows and bytes that count against the quota, as far as it goes."""
    own = Delivery.objects.filter(connection=connection).order_by()
    waiting = own.filter(state=DeliveryState.WAITING)
    aside = own.filter(
        state__in=("ignored", "unsupported"),
        settled=None,
        received__gt=timezone.now() - SET_ASIDE_COUNTS,
    )
    rows = size = 0
    for some in (waiting, aside):
        lengths = some.annotate(size=Length("body")).values("size")[: QUOTA + 1]
        found = lengths.aggregate(rows=Count("*"), bytes=Sum("size"))
        rows, size = rows + found["rows"], size + (found["bytes"] or 0)
    return rows, size


room = Room()


def _first_state(event: str) -> DeliveryState:
    if event.startswith((*OF_ISSUES, OF_SPRINTS, OF_VERSIONS)):
        return DeliveryState.WAITING
    return DeliveryState.IGNORED if event.startswith(OF_OTHERS) else DeliveryState.UNSUPPORTED


def _signed(connection: Connection, headers: Mapping[str, str], body: bytes) -> bool:
    secret = sealing.load(connection, SecretField.WEBHOOK)
    given = {name.lower(): value for name, value in headers.items()}.get("x-hub-signature", "")
    return bool(secret) and signature_ok(secret.reveal() if secret else "", body, given)


def _clean(text: str, most: int) -> str:
    """What a database can hold: half a surrogate pair and NUL are in JSON, but in no column."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")[:most]


def read_again(
    project: MappedProject,
    keys: Mapping[str, str],
    why: Mapping[str, str],
    *,
    faults: int = 1,
    due: datetime | None = None,
) -> None:
    """Issues (id → key) that are to be read again wait in the inbox like a delivery: there they are tried,
    and after some times shown as failed. `faults`: how often we failed on them before; 0 where nothing
    failed and Jira may have changed them without a word. `due`: not before then; now if not given.
    """
    for issue_id, key in keys.items():
        identity = f"read-again:{issue_id}"
        values = {
            "event": READ_AGAIN,
            "issue_id": issue_id,
            "issue_key": key[:60],
            "project_id": project.remote_id,
            "body": b"",
            "faults": faults,
            "due": due or timezone.now(),
            "detail": why[issue_id][:500],
        }
        row, new = Delivery.objects.get_or_create(
            connection_id=project.connection_id, identity=identity, defaults=values
        )
        if not new and row.state in (DeliveryState.DONE, DeliveryState.IGNORED):
            Delivery.objects.filter(pk=row.pk).update(
                state=DeliveryState.WAITING, settled=None, **values
            )
