"""Issues that are read in another project than their pair's: an issue keeps its id when it is moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

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


def mark(connection: Connection, issues: Sequence[Issue]) -> None:
    """They are in a project that is not mapped now: their items stay, and say so."""
    with transaction.atomic():
        _mark(connection, issues)
    point("moved.marked")


def _mark(connection: Connection, issues: Sequence[Issue]) -> None:
    rows = Shadow.objects.filter(
        connection=connection,
        remote_id__in=[issue.id for issue in issues],
        state=ShadowState.LIVE,
    )
    lock_items_of(rows)
    news = list(rows.exclude(absence=Absence.MOVED).values_list("item_id", flat=True))
    rows.update(absence=Absence.MOVED, absences=0, absent_since=None)
    if news:
        note_each(connection, "read", "skipped", str(Absence.MOVED.label), news)
        states.derive(news)
