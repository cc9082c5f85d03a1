"""From waiting deliveries to merged items: gather the issue ids, read them in bulk, apply.

A hundred deliveries cost one or two calls. A delivery is only a hint, so its order, its repetition
and its forgery cannot matter: what counts is what Jira answers now.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import structlog
from django.db.models import F
from django.utils import timezone

from almconnect.lib.redact import redact
from connections import health
from connections.gateway import NotReady, jira_for
from connections.models import Connection, Direction, MappedProject
from connections.sealing import SealBroken
from jira_client import jql
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.values import Issue
from sync import absence, adopting, halving, moved, outbox, placing, sprint_facts
from sync.core.mapping import OPERATION_PROPERTY
from sync.inbox import OF_SPRINTS
from sync.isolating import OF_ALL
from sync.lease import LeaseLost, holding
from sync.models import Attempt, Delivery, DeliveryState, Shadow
from sync.rules import rules_of

log = structlog.get_logger(__name__)
SLICE = 500
AT_ONCE = 100  # issues in one clause of a search
FAULTS = 4  # failures of our own, then a person is asked
DELETED = "jira:issue_deleted"


def drain(connection_id: uuid.UUID) -> bool:
    """One slice of a connection's inbox; True if there may be more."""
    connection = Connection.objects.running().filter(pk=connection_id).first()
    if connection is None or (connection.call_after and connection.call_after > timezone.now()):
        return False
    with holding(f"drain:{connection_id}") as held:
        if held is None:
            return False
        rows = _due(connection)
        if not rows:
            return False
        try:
            changed = _read(connection, jira_for(connection), rows)
        except (JiraError, SealBroken) as error:
            health.note_failure(connection, error)
            _later(rows, str(error))
            return False
        except (NotReady, LeaseLost):
            return False
        except OF_ALL:
            raise
        except Exception as problem:
            # Whose fault it is cannot be told yet: from now on each of these is read alone.
            log.exception("a slice of the inbox failed", connection=str(connection.pk))
            _stumble(rows, f"ALM Connect itself failed ({type(problem).__name__}); see the log.")
            return True
        health.note_success(connection, incoming=True)
        return changed or _due(connection) != []


def _due(connection: Connection) -> list[Delivery]:
    """What is to be worked on now: many together, or one alone on which we have failed before."""
    waiting = Delivery.objects.filter(
        connection=connection, state=DeliveryState.WAITING, due__lte=timezone.now()
    ).defer("body")
    crowd = list(waiting.filter(faults=0).order_by("id")[:SLICE])
    return crowd or list(waiting.order_by("id")[:1])


def _read(connection: Connection, jira: JiraClient, rows: Sequence[Delivery]) -> bool:
    wanted = {row.issue_id for row in rows} | {row.other_issue_id for row in rows}
    wanted.discard("")
    projects = {project.remote_id: project for project in connection.projects.all()}
    for project in projects.values():
        project.connection = connection
    ours, foreign = _of_mapped(connection, rows, wanted, projects)
    found, failed = read_issues(connection, jira, projects, sorted(ours, key=_number))
    if any(row.event.startswith(OF_SPRINTS) for row in rows):
        _look_at_sprints(jira, projects.values())
    deleted = {row.issue_id for row in rows if row.event == DELETED}
    for project in projects.values():
        if project.direction != Direction.PAUSED:
            missing = _in_project(project, ours - found - failed.keys())
            absence.note_missing(connection, jira, project, missing, deleted=deleted)
    whole = [row for row in rows if not {row.issue_id, row.other_issue_id} & failed.keys()]
    _settle(whole, foreign, _paused(connection, rows, wanted, projects))
    for row in rows:
        why = failed.get(row.issue_id) or failed.get(row.other_issue_id)
        if why is not None:
            _stumble([row], why)
    return bool(found)


def _look_at_sprints(jira: JiraClient, projects: Iterable[MappedProject]) -> None:
    """A sprint's webhook names no issue: the sprints of the mapped boards are read again."""
    for project in projects:
        if project.direction != Direction.PAUSED and project.board_id is not None:
            sprint_facts.observe(project, jira)
            placing.place(project.pk)


def _number(issue_id: str) -> tuple[int, str]:
    return (int(issue_id), "") if issue_id.isdigit() else (0, issue_id)


def _of_mapped(
    connection: Connection,
    rows: Sequence[Delivery],
    wanted: set[str],
    projects: dict[str, MappedProject],
) -> tuple[set[str], set[str]]:
    """Issues that concern a mapping, and those that do not. The project named in a body is a hint
    for skipping only: an issue we know is always read.
    """
    known = set(
        Shadow.objects.filter(connection=connection, remote_id__in=wanted).values_list(
            "remote_id", flat=True
        )
    )
    elsewhere = {row.issue_id for row in rows if row.project_id and row.project_id not in projects}
    foreign = elsewhere - known
    return wanted - foreign, foreign


def read_issues(
    connection: Connection,
    jira: JiraClient,
    projects: dict[str, MappedProject],
    ids: Sequence[str],
) -> tuple[set[str], dict[str, str]]:
    """Read these issues in bulk and apply them, each to its own project: the ids that were read, and
    those that could not be taken in, with the reason.
    """
    live = [project for project in projects.values() if project.direction != Direction.PAUSED]
    if not ids or not live:
        return set(ids), {}  # not asked for, so nothing may be concluded from their absence
    fields = sorted({name for project in live for name in rules_of(project).read_fields})
    known = set(
        Shadow.objects.filter(connection=connection, remote_id__in=ids).values_list(
            "remote_id", flat=True
        )
    )
    began = timezone.now()
    read = halving.fetch(jira, [one for one in ids if one in known], fields)
    strange, outside = _read_unknown(jira, live, [one for one in ids if one not in known], fields)
    read.add(strange)
    groups: dict[str, list[Issue]] = {}
    for issue in read.issues:
        groups.setdefault(str((issue.fields.get("project") or {}).get("id", "")), []).append(issue)
    for remote_project, issues in groups.items():
        project = projects.get(remote_project)
        if project is None:
            moved.mark(connection, issues)
        elif project.direction != Direction.PAUSED:
            applied, failed = halving.take_in(jira, project, issues, began=began)
            outbox.ensure(project, applied.push)
            read.failed |= failed
    return {issue.id for issue in read.issues} | outside, read.failed


def _read_unknown(
    jira: JiraClient, live: Sequence[MappedProject], ids: Sequence[str], fields: Sequence[str]
) -> tuple[halving.Read, set[str]]:
    """Issues the board does not have: perhaps our own create, perhaps outside a mapping's filter.

    The second answer: those that are there and outside of it. One search a filter, for all of them.
    """
    marks = (OPERATION_PROPERTY,) if adopting.waiting_creates(live[0]) else ()
    read = halving.fetch(jira, ids, fields, marks)
    outside: set[str] = set()
    for project in live:
        if not project.jql.strip():
            continue
        asked = [
            issue.id
            for issue in read.issues
            if str((issue.fields.get("project") or {}).get("id", "")) == project.remote_id
            and OPERATION_PROPERTY not in issue.properties
        ]
        outside |= set(asked) - _matching(jira, project.jql, asked)
    read.issues = [issue for issue in read.issues if issue.id not in outside]
    return read, outside


def _matching(jira: JiraClient, condition: str, ids: Sequence[str]) -> set[str]:
    """Those of these issues that a mapping's filter lets in."""
    found: set[str] = set()
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]
        query = jql.and_(condition, f"id in ({', '.join(some)})")
        # What was created a moment ago is named, since Cloud's index lags (fifty at most).
        found |= {issue.id for issue in jira.search.all(query, ("id",), 5000, (), some[-50:])}
    return found


def _in_project(project: MappedProject, ids: set[str]) -> list[str]:
    return list(
        Shadow.objects.filter(project=project, remote_id__in=ids).values_list(
            "remote_id", flat=True
        )
    )


def _paused(
    connection: Connection,
    rows: Sequence[Delivery],
    wanted: set[str],
    projects: dict[str, MappedProject],
) -> set[str]:
    """Issues of paused mappings. They are not read now: resuming compares the project whole."""
    paused = {p.remote_id: p.pk for p in projects.values() if p.direction == Direction.PAUSED}
    if not paused:
        return set()
    held = Shadow.objects.filter(
        connection=connection, remote_id__in=wanted, project__in=paused.values()
    )
    named = {row.issue_id for row in rows if row.project_id in paused}
    return named | set(held.values_list("remote_id", flat=True))


def _settle(rows: Sequence[Delivery], foreign: set[str], paused: set[str]) -> None:
    """Done, or deliberately skipped: either way with a word on why, for “why didn't this sync?”."""
    now = timezone.now()
    why: dict[str, list[Delivery]] = {}
    for row in rows:
        why.setdefault(_skipped(row, foreign, paused), []).append(row)
    for reason, some in why.items():
        Delivery.objects.filter(pk__in=[row.pk for row in some]).update(
            state=DeliveryState.IGNORED if reason else DeliveryState.DONE,
            settled=now,
            detail=reason,
        )
    _trace(rows, {row.pk: reason for reason, some in why.items() for row in some})


def _skipped(row: Delivery, foreign: set[str], paused: set[str]) -> str:
    """Why this delivery was not worked on; empty where it was."""
    if not row.issue_id:
        return "" if row.event.startswith(OF_SPRINTS) else "The delivery names no issue."
    if row.issue_id in paused:
        return "The project is paused. It is compared whole when it is resumed."
    return "The issue's project is not mapped." if row.issue_id in foreign else ""


def _trace(rows: Sequence[Delivery], reasons: Mapping[int, str]) -> None:
    if not rows:
        return
    ids = {row.issue_id for row in rows if row.issue_id}
    pairs = Shadow.objects.filter(connection=rows[0].connection_id, remote_id__in=ids)
    items = dict(pairs.values_list("remote_id", "item_id"))
    Attempt.objects.bulk_create(
        (
            Attempt(
                connection_id=row.connection_id,
                step="filter" if reasons[row.pk] else "read",
                outcome="skipped" if reasons[row.pk] else "done",
                message=reasons[row.pk] or "Read again from Jira.",
                delivery=row,
                item_id=items.get(row.issue_id),
                remote_id=row.issue_id,
            )
            for row in rows
        ),
        batch_size=500,
    )


def _later(rows: Sequence[Delivery], why: str) -> None:
    ids = [row.pk for row in rows]
    delay = timedelta(seconds=outbox.pause(min(row.attempts for row in rows) + 1))
    mine = Delivery.objects.filter(pk__in=ids)
    mine.update(attempts=F("attempts") + 1, due=timezone.now() + delay, detail=why[:500])


def _stumble(rows: Sequence[Delivery], why: str) -> None:
    """We failed on these: tried again alone, later, and after some times given to a person."""
    now = timezone.now()
    mine = Delivery.objects.filter(pk__in=[row.pk for row in rows])
    delay = timedelta(seconds=outbox.pause(min(row.faults for row in rows) + 1))
    mine.update(
        faults=F("faults") + 1, attempts=F("attempts") + 1, due=now + delay, detail=why[:500]
    )
    mine.filter(faults__gte=FAULTS).update(state=DeliveryState.FAILED, settled=now)
    connection = rows[0].connection_id
    Attempt.objects.bulk_create(
        Attempt(
            connection_id=connection,
            step="read",
            outcome="failed",
            message=redact(why)[:1000],
            delivery=row,
            remote_id=row.issue_id,
        )
        for row in rows
    )
