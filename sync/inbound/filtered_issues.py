"""Issues that are there, and that the mapping's filter leaves out now: their items stay, and say so."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from connections.models import Connection
from sync.models import Absence, Shadow, ShadowState, lock_items_of
from sync.pairs import states
from sync.pairs.trace import note_each


def mark(connection: Connection, outside: Collection[str]) -> None:
    """`outside`: ids of issues that Jira has just shown, and that do not match the filter. An item that
    is read inside of it again says so no more, as every read does.
    """
    if not outside:
        return
    with transaction.atomic():
        rows = Shadow.objects.filter(
            connection=connection, state=ShadowState.LIVE, remote_id__in=list(outside)
        )
        lock_items_of(rows)
        news = list(rows.exclude(absence=Absence.FILTERED).values_list("item_id", flat=True))
        if news:
            rows.update(absence=Absence.FILTERED, absences=0, absent_since=None)
            note_each(connection, "filter", "skipped", str(Absence.FILTERED.label), news)
            states.derive(news)
