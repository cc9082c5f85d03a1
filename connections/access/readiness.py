"""Whether a connection may call Jira now, and why not: as the row says, not as somebody remembers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from connections.models import Connection, Health, Lifecycle, MovePart, SiteDoubt


class NotReady(Exception):
    """The connection must not or cannot call now. `code`: draft, paused, stopped, moving, kept,
    secret_missing, refused_before, key_replaced, or what a light check found."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SiteDoubted(NotReady):
    """It is not certain that this is the Jira whose issues the connection holds: nothing is read into
    the board and nothing is written until it is."""

    def __init__(self, doubt: SiteDoubt) -> None:
        super().__init__(doubt.value, _DOUBTS[doubt])
        self.doubt = doubt


_DOUBTS = {
    SiteDoubt.UNPROVEN: "The address, proxy or account changed, and it is not proven yet that this is "
    "the same Jira as before. Until then nothing is read into the board and nothing is written.",
    SiteDoubt.ANOTHER: "This is another Jira than the one whose issues this connection holds. Nothing is "
    "read into the board and nothing is written to it.",
    SiteDoubt.RESTORED: "Jira seems to have been put back to an earlier state: issues are not those that "
    "this connection knows under their ids. Nothing is read into the board and nothing is written.",
}


_SWITCHED_OFF: dict[str, str] = {
    MovePart.MOVING: "This connection is being moved to another Jira. Nothing is read into the board and "
    "nothing is written until it is.",
    MovePart.KEPT: "This connection is kept for a move's way back, so it makes no call.",
}


def must_not_be_in_a_move(connection: Connection) -> None:
    """For what people change meanwhile: asked of the row. Raises Refused (409 `moving` or `kept`)."""
    part = Connection.objects.filter(pk=connection.pk).values_list("move_part", flat=True).first()
    if part == MovePart.KEPT:
        raise Refused(
            _(
                "This connection is kept for the way back of a move to another Jira, so it stays as it "
                "is. End the move on the page of the connection that was moved."
            ),
            code="kept",
            status=409,
        )
    if part:
        raise Refused(
            _(
                "This connection is being moved to another Jira. Wait until it is; its page “Move to "
                "another Jira” says how far it is."
            ),
            code="moving",
            status=409,
        )


@dataclass(frozen=True, slots=True)
class Now:
    """What the row says at this moment: the caller's object may be older than a stop."""

    lifecycle: str
    health: str
    site_doubt: str
    move_part: str
    proven_at: datetime | None
    newest_secret: datetime | None


def as_it_is_now(connection: Connection) -> Now:
    """One query, which the newest secret needs anyway: so a stop or pause that another process wrote
    is seen before the next piece of work, and costs no login more."""
    row = (
        Connection.objects.filter(pk=connection.pk)
        .values_list(
            "lifecycle", "health", "site_doubt", "move_part", "proven_at", Max("secrets__updated")
        )
        .first()
    )
    if row is None:  # deleted a moment ago: its secrets are gone too
        doubt, part = connection.site_doubt, connection.move_part
        return Now(connection.lifecycle, connection.health, doubt, part, connection.proven_at, None)
    return Now(*row)


def must_run(connection: Connection | Now) -> None:
    """Raises NotReady where people, or an earlier refusal, let it make no call."""
    if connection.move_part in _SWITCHED_OFF:
        raise NotReady(connection.move_part, _SWITCHED_OFF[connection.move_part])
    if connection.lifecycle == Lifecycle.DRAFT:
        raise NotReady("draft", "This connection is a draft. Finish its setup first.")
    if connection.lifecycle == Lifecycle.PAUSED:
        raise NotReady("paused", "This connection is paused. Resume it on its page.")
    if connection.site_doubt:
        raise SiteDoubted(SiteDoubt(connection.site_doubt))
    if connection.health == Health.STOPPED:
        raise NotReady(
            "stopped",
            "This connection is stopped: Jira refused its credentials. Re-authenticate it, or press "
            "Test connection.",
        )
