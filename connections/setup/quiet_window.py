"""Quiet windows: announced times in which nothing is written to Jira, and a comparison at their end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.readiness import must_not_be_in_a_move
from connections.models import Connection, Lifecycle, MappedProject

LONGEST: Final = timedelta(days=60)


def announce(
    connection: Connection,
    starts: datetime,
    ends: datetime,
    reason: str,
    *,
    actor: User | None,
) -> None:
    """Write nothing to Jira from `starts` to `ends`, aware moments; one that was announced is replaced.

    Every project is compared whole once it is over, so that what differs by then is said. Raises Refused
    422 for a window that is over, ends before it starts or lasts longer than 60 days, 409 for a draft and
    during a move.
    """
    _must_be_set_up(connection)
    wrong = ""
    if ends <= starts:
        wrong = _("It ends before it starts.")
    elif ends <= timezone.now():
        wrong = _("It is over already.")
    elif ends - starts > LONGEST:
        wrong = _("It lasts longer than 60 days: pause the connection instead.")
    if wrong:
        raise Refused(wrong, fields={"ends": [wrong]})
    with transaction.atomic():
        _store(connection, starts, ends, " ".join(reason.split())[:200])
        projects = MappedProject.objects.filter(connection=connection)
        later = Q(reconcile_due=None) | Q(reconcile_due__gt=ends)
        projects.filter(later).update(reconcile_due=ends)
        audit.record(
            "connection.quiet_announced",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            after={"from": starts.isoformat(), "until": ends.isoformat(), "reason": reason[:200]},
        )


def end(connection: Connection, *, actor: User | None) -> None:
    """Take the window back, or end it now: what waits is sent, and what differs is compared. Raises Refused
    404 where none is announced, 409 during a move.
    """
    _must_be_set_up(connection)
    row = Connection.objects.get(pk=connection.pk)
    now = timezone.now()
    if row.quiet_ends is None or row.quiet_ends <= now:
        raise Refused(_("No quiet window is announced."), code="not_found", status=404)
    with transaction.atomic():
        was_open = row.is_quiet
        _store(connection, None, None, "")
        if was_open:
            MappedProject.objects.filter(connection=connection).update(reconcile_due=now)
        audit.record(
            "connection.quiet_ended",
            actor=actor,
            target=connection,
            connection_id=connection.pk,
            before={"until": row.quiet_ends.isoformat()},
        )


def must_not_be_quiet(connection: Connection) -> None:
    """For what people write to Jira at once: asked of the row. Raises Refused (409 `quiet`)."""
    row = Connection.objects.filter(pk=connection.pk).first()
    if row is not None and row.is_quiet:
        words = _("Nothing is written to Jira in this quiet window of %(name)s; try it after that.")
        raise Refused(words % {"name": row.name}, code="quiet", status=409)


def _store(
    connection: Connection, starts: datetime | None, ends: datetime | None, reason: str
) -> None:
    values = {"quiet_starts": starts, "quiet_ends": ends, "quiet_reason": reason}
    Connection.objects.filter(pk=connection.pk).update(**values, updated=timezone.now())
    connection.quiet_starts, connection.quiet_ends = starts, ends
    connection.quiet_reason = reason


def _must_be_set_up(connection: Connection) -> None:
    if connection.lifecycle == Lifecycle.DRAFT:
        words = _("This connection is a draft: finish its setup first.")
        raise Refused(words, code="draft", status=409)
    must_not_be_in_a_move(connection)
