"""The API's shapes of the sync: what rows look like going out."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from connections.models import MappedProject
from planning.models import Change, SprintLink, Team
from sync.mapping import teams
from sync.mapping.boards import Offered
from sync.mapping.mapping_check import Checked
from sync.models import Brake, Conflict, Delivery, Run, RunKind
from sync.outbox import ways_out


def project(row: MappedProject) -> dict[str, Any]:
    """With its import and counts."""
    imported = Run.objects.filter(project=row, kind=RunKind.IMPORT).first()
    team = Team.objects.filter(project=row).values_list("pk", flat=True).first()
    counts = row.items.filter(deleted=None).aggregate(
        items=Count("pk"),
        synced=Count("pk", filter=Q(sync_state="synced")),
        waiting=Count("pk", filter=Q(sync_state="waiting")),
        parked=Count("pk", filter=Q(sync_state="parked")),
        conflicts=Count("pk", filter=Q(sync_state="conflict")),
    )
    return {
        "id": str(row.pk),
        "connection": str(row.connection_id),
        "project_key": row.key,
        "key": row.key,
        "name": row.name,
        "remote_id": row.remote_id,
        "team": str(team) if team else None,
        "direction": row.direction,
        "conflict_policy": row.conflict_policy,
        "deletion_policy": row.deletion_policy,
        "jql": row.jql,
        "type_map": row.type_map,
        "field_map": row.field_map,
        "status_map": row.status_map,
        "link_map": row.link_map,
        "link_rules": row.link_rules,
        "transition_defaults": row.transition_defaults,
        "create_defaults": row.create_defaults,
        "team_source": teams.shown(row),
        "board_id": row.board_id,
        "import": progress(imported),
        "counts": counts,
        "created": row.created,
        "updated": row.updated,
    }


def progress(row: Run | None) -> dict[str, Any]:
    if row is None:
        return {
            "id": None,
            "state": "waiting",
            "done": 0,
            "total": None,
            "rate": None,
            "eta": None,
            "message": "",
        }
    return {
        "id": str(row.pk),
        "state": row.state,
        "done": row.done,
        "total": row.total,
        "rate": row.rate,
        "eta": row.eta,
        "message": row.message,
    }


def run(row: Run) -> dict[str, Any]:
    return {
        **progress(row),
        "kind": row.kind,
        "project": str(row.project_id),
        "findings": row.findings,
        "created": row.created,
        "started": row.started,
        "finished": row.finished,
    }


def delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "connection": str(row.connection_id),
        "received": row.received,
        "event": row.event,
        "issue_id": row.issue_id,
        "issue_key": row.issue_key,
        "state": row.state,
        "attempts": row.attempts,
        "detail": row.detail,
        "settled": row.settled,
    }


def change(row: Change) -> dict[str, Any]:
    return {
        "id": str(row.operation),
        "project": str(row.project_id),
        "item": str(row.item_id),
        "kind": row.kind,
        "fields": row.fields,
        "actor": row.actor_name,
        "created": row.created,
        "state": row.state,
        "due": row.due,
        "attempts": row.attempts,
        "code": row.code,
        "message": row.message,
        "ways": [way.value for way in ways_out.of(row)],
        "settled": row.settled,
    }


def conflict(row: Conflict) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "item": str(row.shadow.item_id),
        "key": row.shadow.remote_key,
        "field": row.field,
        "base": row.base,
        "board": row.board,
        "jira": row.jira,
        "board_author": row.board_author,
        "board_at": row.board_at,
        "jira_author": row.jira_author,
        "jira_at": row.jira_at,
        "found": row.found,
        "state": "resolved" if row.resolved else "open",
        "taken": row.taken or None,
        "taken_by": row.taken_by,
        "resolved": row.resolved,
    }


def sprint(row: SprintLink) -> dict[str, Any]:
    return {
        "iteration": str(row.iteration_id),
        "team": str(row.team_id),
        "sprint": row.sprint_id,
        "name": row.sprint_name,
        "state": row.sprint_state,
        "drift": row.drift,
    }


def board(one: Offered, chosen: int | None) -> dict[str, Any]:
    return {
        "id": one.board.id,
        "name": one.board.name,
        "type": one.board.type,
        "project_key": one.board.project_key,
        "own": one.own,
        "sprints": one.sprints,
        "chosen": one.board.id == chosen,
    }


def checked(found: Checked) -> dict[str, Any]:
    return {
        "looked_at": found.looked_at,
        "findings": [
            {"part": one.part, "state": one.state, "message": one.message, "text": one.text}
            for one in found.findings
        ],
    }


def brake(row: Brake, held: int) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "connection": str(row.connection_id),
        "tripped": row.tripped,
        "way": row.way,
        "reason": row.reason,
        "state": "decided" if row.decided else "open",
        "held": 0 if row.decided else held,
        "decision": row.decision or None,
        "decided": row.decided,
        "decided_by": row.decided_by,
        "count": row.count,
    }
