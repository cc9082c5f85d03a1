"""The issues that deliveries name, read in bulk and taken in, each by its own project's mapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from connections.models import Connection, Direction, MappedProject
from jira_client import jql
from jira_client.client import JiraClient
from jira_client.values import Issue
from sync.core.mapping import OPERATION_PROPERTY
from sync.inbound import bisect, outside_mapping, own_creates
from sync.models import Shadow
from sync.outbox import change_queue
from sync.pairs.rules import rules_of
from sync.worker.failpoints import point

AT_ONCE = 100  # issues in one clause of a search


LEFT_OUT: Final = "The mapping's filter leaves this issue out."
UNTYPED: Final = (
    "Its type “{}” is not mapped, and issues of such a type are not read. Pair the type on “#4 Fields and "
    "statuses” to have it on the board."
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The ids that were found, those that could not be taken in, and those that were left out on
    purpose, each with the reason.
    """

    found: set[str]
    failed: dict[str, str]
    skipped: dict[str, str]


def read_issues(
    connection: Connection,
    jira: JiraClient,
    projects: dict[str, MappedProject],
    ids: Sequence[str],
) -> Gathered:
    """Read these issues in bulk and apply them, each to its own project."""
    live = [project for project in projects.values() if project.direction != Direction.PAUSED]
    if not ids or not live:
        return Gathered(
            set(ids), {}, {}
        )  # not asked for, so nothing may be concluded from their absence
    fields = sorted({name for project in live for name in rules_of(project).read_fields})
    known = set(
        Shadow.objects.filter(connection=connection, remote_id__in=ids).values_list(
            "remote_id", flat=True
        )
    )
    began = timezone.now()
    read = bisect.fetch(jira, [one for one in ids if one in known], fields)
    known_outside = _outside(jira, live, read.issues)
    strange, outside = _read_unknown(jira, live, [one for one in ids if one not in known], fields)
    read.add(strange)
    point("drain.read")
    skipped = dict.fromkeys(outside, LEFT_OUT)
    groups: dict[str, list[Issue]] = {}
    for issue in read.issues:
        groups.setdefault(str((issue.fields.get("project") or {}).get("id", "")), []).append(issue)
    for remote_project, issues in groups.items():
        project = projects.get(remote_project)
        if project is None:
            outside_mapping.mark_moved(connection, issues)
        elif project.direction != Direction.PAUSED:
            applied, failed = bisect.take_in(jira, project, issues, began=began)
            point("drain.applied")
            change_queue.ensure(project, applied.to_send)
            read.failed |= failed
            skipped |= {one: UNTYPED.format(kind) for one, kind in applied.untyped.items()}
    outside_mapping.mark_filtered(connection, known_outside)
    return Gathered({issue.id for issue in read.issues} | outside, read.failed, skipped)


def _read_unknown(
    jira: JiraClient, live: Sequence[MappedProject], ids: Sequence[str], fields: Sequence[str]
) -> tuple[bisect.Read, set[str]]:
    """Issues the board does not have: perhaps our own create, perhaps outside a mapping's filter.

    The second answer: those that are there and outside of it. One search a filter, for all of them.
    """
    marks = (OPERATION_PROPERTY,) if own_creates.waiting_creates(live[0]) else ()
    read = bisect.fetch(jira, ids, fields, marks)
    outside = _outside(jira, live, read.issues)
    read.issues = [issue for issue in read.issues if issue.id not in outside]
    return read, outside


def _outside(jira: JiraClient, live: Sequence[MappedProject], issues: Sequence[Issue]) -> set[str]:
    """Those of these issues that the filter of their mapping leaves out; one search a filter."""
    outside: set[str] = set()
    for project in live:
        if not project.jql.strip():
            continue
        asked = [
            issue.id
            for issue in issues
            if str((issue.fields.get("project") or {}).get("id", "")) == project.remote_id
            and OPERATION_PROPERTY not in issue.properties
        ]
        if asked:
            outside |= set(asked) - matching(jira, project.jql, asked)
    return outside


def matching(jira: JiraClient, condition: str, ids: Sequence[str]) -> set[str]:
    """Those of these issues that a mapping's filter lets in."""
    found: set[str] = set()
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]
        query = jql.and_(condition, f"id in ({', '.join(some)})")
        # What was created a moment ago is named, since Cloud's index lags (fifty at most).
        found |= {issue.id for issue in jira.search.all(query, ("id",), 5000, (), some[-50:])}
    return found
