"""Issues that are there, and not of their pair's mapping now: their items stay, and say so.

An issue keeps its id when it is moved to another project; and the mapping's filter may leave it out. An
item that is read inside of the mapping again says so no more, as every read does.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet

from connections.models import Connection, MappedProject
from jira_client.values import Issue
from sync.models import Absence, Shadow, ShadowState, lock_items_of
from sync.pairs import states
from sync.pairs.trace import note_each
from sync.worker.failpoints import point


def by_home(project: MappedProject, issues: Iterable[Issue]) -> dict[str, list[Issue]]:
    """Jira's project id → its issues; what does not say where it is counts as of this project."""
    found: dict[str, list[Issue]] = {}
    for issue in issues:
        found.setdefault(home_of(project, issue), []).append(issue)
    return found


def home_of(project: MappedProject, issue: Issue) -> str:
    return str((issue.fields.get("project") or {}).get("id") or project.remote_id)


def mark_moved(connection: Connection, issues: Sequence[Issue]) -> None:
    """These are in a project that is not mapped now."""
    with transaction.atomic():
        rows, news = _locked(connection, [issue.id for issue in issues], Absence.MOVED)
        rows.update(absence=Absence.MOVED, absences=0, absent_since=None)
        if news:
            note_each(connection, "read", "skipped", str(Absence.MOVED.label), news)
            states.derive(news)
    point("moved.marked")


def mark_filtered(connection: Connection, outside: Collection[str]) -> None:
    """`outside`: ids of issues that Jira has just shown, and that do not match the filter."""
    if not outside:
        return
    with transaction.atomic():
        rows, news = _locked(connection, outside, Absence.FILTERED)
        if news:
            rows.update(absence=Absence.FILTERED, absences=0, absent_since=None)
            note_each(connection, "filter", "skipped", str(Absence.FILTERED.label), news)
            states.derive(news)


def _locked(
    connection: Connection, ids: Collection[str], absence: Absence
) -> tuple[QuerySet[Shadow], list[uuid.UUID]]:
    """The live pairs of these issues, their items locked; and the items that do not say this yet."""
    rows = Shadow.objects.filter(
        connection=connection, state=ShadowState.LIVE, remote_id__in=list(ids)
    )
    lock_items_of(rows)
    return rows, list(rows.exclude(absence=absence).values_list("item_id", flat=True))
