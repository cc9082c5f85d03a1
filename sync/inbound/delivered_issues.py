"""The issues that deliveries name, read in bulk and taken in, each by its own project's mapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from connections.models import Connection, Direction
from jira_client.client import JiraClient
from jira_client.values import Issue
from sync.core.mapping import OPERATION_PROPERTY
from sync.inbound import bisect, outside_mapping, own_creates, whose
from sync.models import Shadow
from sync.outbox import change_queue
from sync.pairs.rules import rules_of
from sync.worker.failpoints import point

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
    projects: whose.Mappings,
    ids: Sequence[str],
) -> Gathered:
    """Read these issues in bulk and apply them, each to the mapping whose it is now."""
    live = [one for some in projects.values() for one in some if one.direction != Direction.PAUSED]
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
    marks = (OPERATION_PROPERTY,) if own_creates.waiting_creates(live[0]) else ()
    read.add(bisect.fetch(jira, [one for one in ids if one not in known], fields, marks))
    point("drain.read")
    skipped: dict[str, str] = {}
    for home, issues in _by_home(read.issues).items():
        mappings = [one for one in projects.get(home, ()) if one.direction != Direction.PAUSED]
        if home not in projects:
            outside_mapping.mark_moved(connection, issues)
        if not mappings:
            continue
        found = whose.sort_out(jira, mappings, issues)
        skipped |= dict.fromkeys(found.outside - known, LEFT_OUT)
        for project, mine in found.of.items():
            applied, failed = bisect.take_in(jira, project, mine, began=began, whose_now=True)
            point("drain.applied")
            change_queue.ensure(project, applied.to_send)
            read.failed |= failed
            skipped |= {one: UNTYPED.format(kind) for one, kind in applied.untyped.items()}
        taken = {one.id for mine in found.of.values() for one in mine}
        outside_mapping.mark_filtered(connection, found.outside & known & taken)
    return Gathered({issue.id for issue in read.issues}, read.failed, skipped)


def _by_home(issues: Sequence[Issue]) -> dict[str, list[Issue]]:
    """Jira's project id → its issues."""
    found: dict[str, list[Issue]] = {}
    for issue in issues:
        found.setdefault(str((issue.fields.get("project") or {}).get("id", "")), []).append(issue)
    return found
