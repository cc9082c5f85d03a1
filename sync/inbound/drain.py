"""From waiting deliveries to merged items: gather the issue ids, read them in bulk, apply.

A hundred deliveries cost one or two calls. A delivery is only a hint, so its order, its repetition
and its forgery cannot matter: what counts is what Jira answers now.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from almconnect.lib.redact import redact
from connections.access.concurrent_deletion import ends_with
from connections.access.gateway import NotReady, jira_for
from connections.access.sealing import SealBroken
from connections.health import health
from connections.models import Connection, Direction, MappedProject
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from planning.team_boards import boards_used
from sync.inbound import absence, project_facts, sprint_placement, whose
from sync.inbound.delivered_issues import read_issues
from sync.models import Attempt, Delivery, DeliveryState, Shadow
from sync.outbox import change_queue
from sync.outbox.poisoned_items import raise_if_of_all
from sync.pairs import releases, site_proof
from sync.webhook.inbox import OF_SPRINTS, OF_VERSIONS
from sync.worker.failpoints import point
from sync.worker.lease import LeaseLost, holding

log = structlog.get_logger(__name__)
SLICE = 500
FAULTS = 4  # failures of our own, then a person is asked
DELETED = "jira:issue_deleted"
FOREIGN = "The issue's project is not mapped."
PAUSED = "The project is paused. It is compared whole when it is resumed."


def drain(connection_id: uuid.UUID) -> bool:
    """One slice of a connection's inbox; True if there may be more."""
    connection = Connection.objects.running().filter(pk=connection_id).first()
    if connection is None or (connection.call_after and connection.call_after > timezone.now()):
        return False
    with ends_with(connection_id), holding(f"drain:{connection_id}") as held:
        if held is None:
            return False
        rows = _due(connection)
        if not rows:
            return False
        projects = list(connection.projects.all())
        try:
            with site_proof.proven(connection):
                changed = _read(connection, jira_for(connection), rows)
        except (JiraError, SealBroken) as error:
            health.note_failure(connection, error)
            _later(rows, str(error))
            return False
        except (NotReady, LeaseLost):
            return False
        except Exception as problem:
            raise_if_of_all(problem, projects)
            # Whose fault it is cannot be told yet: from now on each of these is read alone.
            log.exception("a slice of the inbox failed", connection=str(connection.pk))
            _stumble(rows, f"ALM Connect itself failed ({type(problem).__name__}); see the log.")
            return True
        health.note_success(connection, incoming=True)
        return changed or _due(connection) != []
    return False


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
    projects = whose.mappings_of(connection)
    every = [project for some in projects.values() for project in some]
    ours, foreign = _of_mapped(connection, rows, wanted, projects)
    read = read_issues(connection, jira, projects, sorted(ours, key=_number))
    found, failed = read.found, read.failed
    if any(row.event.startswith(OF_SPRINTS) for row in rows):
        _look_at_sprints(jira, every)
    _look_at_versions(jira, projects, rows)
    deleted = {row.issue_id for row in rows if row.event == DELETED}
    for project in every:
        if project.direction != Direction.PAUSED:
            missing = _in_project(project, ours - found - failed.keys())
            absence.note_missing(connection, jira, project, missing, deleted=deleted)
    point("drain.judged")
    whole = [row for row in rows if not {row.issue_id, row.other_issue_id} & failed.keys()]
    paused = _paused(connection, rows, wanted, projects)
    reasons = dict.fromkeys(foreign, FOREIGN) | dict.fromkeys(paused, PAUSED) | read.skipped
    _settle(whole, reasons)
    point("drain.settled")
    for row in rows:
        why = failed.get(row.issue_id) or failed.get(row.other_issue_id)
        if why is not None:
            _stumble([row], why)
    return bool(found)


def _look_at_sprints(jira: JiraClient, projects: Iterable[MappedProject]) -> None:
    """A sprint's webhook names no issue: the sprints of the mapped boards are read again."""
    for project in projects:
        if project.direction != Direction.PAUSED and boards_used(project):
            sprint_placement.observe(project, jira)
            sprint_placement.place(project.pk)


def _look_at_versions(jira: JiraClient, projects: whose.Mappings, rows: Iterable[Delivery]) -> None:
    """A version's webhook names its project: all of the project's versions are read again."""
    for key in {row.project_id for row in rows if row.event.startswith(OF_VERSIONS)}:
        for project in projects.get(key, ()):
            if project.direction != Direction.PAUSED:
                project_facts.note_facts(project, releases.read(project, jira))


def _number(issue_id: str) -> tuple[int, str]:
    return (int(issue_id), "") if issue_id.isdigit() else (0, issue_id)


def _of_mapped(
    connection: Connection,
    rows: Sequence[Delivery],
    wanted: set[str],
    projects: whose.Mappings,
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
    here = {row.issue_id for row in rows if row.project_id in projects}  # it was moved back
    foreign = elsewhere - known - here
    return wanted - foreign, foreign


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
    projects: whose.Mappings,
) -> set[str]:
    """Issues of paused mappings. They are not read now: resuming compares the project whole."""
    resting = [p for some in projects.values() for p in some if p.direction == Direction.PAUSED]
    paused = {p.remote_id for p in resting if all(one in resting for one in projects[p.remote_id])}
    if not resting:
        return set()
    held = Shadow.objects.filter(
        connection=connection, remote_id__in=wanted, project__in=[one.pk for one in resting]
    )
    named = {row.issue_id for row in rows if row.project_id in paused}
    return named | set(held.values_list("remote_id", flat=True))


@transaction.atomic
def _settle(rows: Sequence[Delivery], skipped: Mapping[str, str]) -> None:
    """Done, or deliberately skipped: either way with a word on why, for “why didn't this sync?”."""
    now = timezone.now()
    why: dict[str, list[Delivery]] = {}
    for row in rows:
        why.setdefault(_skipped(row, skipped), []).append(row)
    for reason, some in why.items():
        Delivery.objects.filter(pk__in=[row.pk for row in some]).update(
            state=DeliveryState.IGNORED if reason else DeliveryState.DONE,
            settled=now,
            detail=reason[:500],
        )
    point("drain.settling")
    _trace(rows, {row.pk: reason for reason, some in why.items() for row in some})


def _skipped(row: Delivery, skipped: Mapping[str, str]) -> str:
    """Why this delivery was not worked on; empty where it was. `skipped`: issue id → the reason."""
    if not row.issue_id:
        told = row.event.startswith((OF_SPRINTS, OF_VERSIONS))
        return "" if told else "The delivery names no issue."
    return skipped.get(row.issue_id, "")


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
    delay = timedelta(seconds=change_queue.pause(min(row.attempts for row in rows) + 1))
    mine = Delivery.objects.filter(pk__in=ids)
    mine.update(attempts=F("attempts") + 1, due=timezone.now() + delay, detail=why[:500])
    point("drain.put_off")


def _stumble(rows: Sequence[Delivery], why: str) -> None:
    """We failed on these: tried again alone, later, and after some times given to a person."""
    with transaction.atomic():
        _note_fault(rows, why)
    point("drain.stumbled")


def _note_fault(rows: Sequence[Delivery], why: str) -> None:
    now = timezone.now()
    mine = Delivery.objects.filter(pk__in=[row.pk for row in rows])
    delay = timedelta(seconds=change_queue.pause(min(row.faults for row in rows) + 1))
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
