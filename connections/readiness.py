"""Whether a connection may call Jira now, and why not: as the row says, not as somebody remembers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from connections.models import Connection, Health, Lifecycle


class NotReady(Exception):
    """The connection must not or cannot call now. `code`: draft, paused, stopped, secret_missing,
    refused_before, key_replaced, or what a light check found."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Now:
    """What the row says at this moment: the caller's object may be older than a stop."""

    lifecycle: str
    health: str
    proven_at: datetime | None
    newest_secret: datetime | None


def as_it_is_now(connection: Connection) -> Now:
    """One query, which the newest secret needs anyway: so a stop or pause that another process wrote
    is seen before the next piece of work, and costs no login more."""
    row = (
        Connection.objects.filter(pk=connection.pk)
        .values_list("lifecycle", "health", "proven_at", Max("secrets__updated"))
        .first()
    )
    if row is None:  # deleted a moment ago: its secrets are gone too
        return Now(connection.lifecycle, connection.health, connection.proven_at, None)
    return Now(*row)


def must_run(connection: Connection | Now) -> None:
    """Raises NotReady where people, or an earlier refusal, let it make no call."""
    if connection.lifecycle == Lifecycle.DRAFT:
        raise NotReady("draft", "This connection is a draft. Finish its setup first.")
    if connection.lifecycle == Lifecycle.PAUSED:
        raise NotReady("paused", "This connection is paused. Resume it on its page.")
    if connection.health == Health.STOPPED:
        raise NotReady(
            "stopped",
            "This connection is stopped: Jira refused its credentials. Re-authenticate it, or press "
            "Test connection.",
        )
