"""Pausing a connection: both directions stop, and everything is kept. Each writes its audit entry."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.readiness import must_not_be_in_a_move
from connections.models import Connection, Lifecycle


def pause(connection: Connection, *, actor: User | None) -> None:
    """Stop both directions and keep everything. Raises Refused for a draft, and during a move."""
    _set_lifecycle(connection, Lifecycle.ACTIVE, Lifecycle.PAUSED, "connection.paused", actor)


def unpause(connection: Connection, *, actor: User | None) -> None:
    _set_lifecycle(connection, Lifecycle.PAUSED, Lifecycle.ACTIVE, "connection.unpaused", actor)


def _set_lifecycle(
    connection: Connection, old: Lifecycle, new: Lifecycle, action: str, actor: User | None
) -> None:
    if connection.lifecycle == Lifecycle.DRAFT:
        raise Refused(
            _("This connection is a draft: finish its setup first."), code="draft", status=409
        )
    must_not_be_in_a_move(connection)
    with transaction.atomic():
        rows = Connection.objects.filter(pk=connection.pk, lifecycle=old)
        if rows.update(lifecycle=new, updated=timezone.now()):
            audit.record(action, actor=actor, target=connection, connection_id=connection.pk)
    connection.lifecycle = new
