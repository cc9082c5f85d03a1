"""The first part of carrying a move out, in one transaction: the two connections exchange their Jiras, and
with them the mappings, the sprints, and what is under way.

From its commit the connection leads to the other Jira, and no pair of it has an id there yet: nothing but
the move reads or writes until each has.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from connections.models import Connection, Lifecycle, MappedProject, MovePart
from connections.setup.site_exchange import swap
from planning.models import Change, ChangeKind, ChangeState, Release, SprintLink, TeamBoard
from sync.models import (
    Delivery,
    DeliveryState,
    MoveKind,
    MoveRow,
    Run,
    RunPart,
    RunState,
    SiteMove,
    VersionOrigin,
)
from sync.pairs import mapping_versions
from sync.pairs.mapping_versions import Cause
from sync.site_move import gate
from sync.site_move.mapping_plan import TEAM_BOARDS
from sync.worker.failpoints import point
from sync.worker.lease import Held

MAPPED: Final = (
    "remote_id", "name", "board_id", "type_map", "field_map", "status_map", "link_map", "link_rules",
    "team_source", "transition_defaults", "create_defaults", "facts",
)  # fmt: skip
_NOT_POLLED: Final[dict[str, Any]] = {
    "watermark": None,
    "poll_place": {},
    "poll_due": None,
    "reconcile_due": None,
}
_OF_BOARD: Final = ("board_id", "name", "location")
_OF_SPRINT: Final = ("sprint_id", "sprint_name", "sprint_state")
_OF_THE_OLD: Final = "Of the Jira that was left: the issue is read again by the comparison."


def exchange(move: SiteMove, held: Held) -> None:
    """Raises Refused where what was confirmed does not hold any more; LeaseLost."""
    with transaction.atomic():
        held.guard()
        rows = Connection.objects.filter(pk__in=move.ends).order_by("pk")
        both = {row.pk: row for row in rows.select_for_update(of=("self",))}
        gate.may_carry_out(move)
        one, other = both[move.connection_id], both[move.destination_id]  # type: ignore[index]
        swap(one, other)
        one.store({"move_part": MovePart.MOVING.value})
        other.store({"move_part": MovePart.KEPT.value, "lifecycle": Lifecycle.PAUSED.value})
        _mappings(move)
        _sprints(move)
        _under_way(move, one, other)
        move.phase, move.place, move.done = "loosen", {"after": ""}, 0
        move.save(update_fields=["phase", "place", "done"])
        point("move.exchanging")
    point("move.exchanged")


def _mappings(move: SiteMove) -> None:
    """Ids of both Jiras may overlap, so for a moment no mapping has one."""
    rows = list(MoveRow.objects.filter(move=move, kind=MoveKind.PROJECT).select_related("project"))
    rows = [row for row in rows if row.project is not None and "mapping" in row.data]
    for row in rows:
        project = _of(row)
        row.before = {name: getattr(project, name) for name in MAPPED} | {
            TEAM_BOARDS: {
                str(one.pk): {name: getattr(one, name) for name in _OF_BOARD}
                for one in TeamBoard.objects.filter(project=project)
            }
        }
        MappedProject.objects.filter(pk=project.pk).update(remote_id=f"~{project.remote_id}"[:40])
        # Their ids mean other versions there; the comparison that follows reads them.
        Release.objects.filter(project=project).delete()
    for row in rows:
        values: dict[str, Any] = {name: row.data["mapping"][name] for name in MAPPED}
        mine = MappedProject.objects.filter(pk=_of(row).pk)
        mine.update(**values, **_NOT_POLLED, updated=timezone.now())
        _version(_of(row), "Its ids are those of the Jira that the connection was moved to.")
        for board, becomes in row.data["mapping"].get(TEAM_BOARDS, {}).items():
            TeamBoard.objects.filter(pk=board).update(**becomes)
    MoveRow.objects.bulk_update(rows, ["before"])


def _of(row: MoveRow) -> MappedProject:
    if row.project is None:
        raise ValueError("Only called for rows of projects that are still mapped.")
    return row.project


def _version(project: MappedProject, why: str) -> None:
    mapping_versions.record_found(project, mapping_versions.content_of(project))
    project.refresh_from_db()
    mapping_versions.record(project, actor=None, cause=Cause(VersionOrigin.MOVED, why))


def _sprints(move: SiteMove) -> None:
    """An iteration whose sprint is not certain there has none; its items keep the iteration."""
    rows = list(MoveRow.objects.filter(move=move, kind=MoveKind.SPRINT))
    links = SprintLink.objects.in_bulk([row.data["link"] for row in rows])
    rows = [row for row in rows if row.data["link"] in links]
    for row in rows:
        link = links[row.data["link"]]
        row.before = {name: getattr(link, name) for name in _OF_SPRINT} | {
            "iteration": str(link.iteration_id),
            "team": str(link.team_id),
            "project": str(link.project_id) if link.project_id else None,
        }
        SprintLink.objects.filter(pk=link.pk).update(sprint_id=-link.pk)
    for row in rows:
        mine = SprintLink.objects.filter(pk=row.data["link"])
        if row.is_certain:
            mine.update(
                sprint_id=int(row.new_id),
                sprint_name=row.new_name[:255],
                sprint_state="",
                observed=None,
            )
        else:
            mine.delete()
    MoveRow.objects.bulk_update(rows, ["before"])
    for row in MoveRow.objects.filter(move=move, kind=MoveKind.SPRINT, data__has_key="again"):
        again = row.data["again"]
        SprintLink.objects.get_or_create(
            iteration_id=again["iteration"],
            team_id=again["team"],
            project_id=again.get("project"),
            defaults={name: again[name] for name in _OF_SPRINT},
        )


def _under_way(move: SiteMove, one: Connection, other: Connection) -> None:
    """Runs end, what was being sent waits again, and deliveries of the Jira that is left stay with it."""
    runs = Run.objects.filter(
        project__connection=one, state__in=(RunState.WAITING, RunState.RUNNING)
    )
    RunPart.objects.filter(run__project__connection=one).delete()
    runs.update(
        state=RunState.FAILED,
        finished=timezone.now(),
        message="Ended, since the connection was moved to another Jira. It is compared at the end.",
    )
    sending = Change.objects.filter(project__connection=one, state=ChangeState.SENDING)
    sending.exclude(kind=ChangeKind.CREATE).update(state=ChangeState.WAITING)
    waiting = Change.objects.filter(project__connection=one, state=ChangeState.WAITING)
    waiting.update(sent={}, attempts=0, put_off=0, put_off_since=None, code="")
    deliveries = Delivery.objects.filter(connection__in=(one, other))
    deliveries.filter(state=DeliveryState.WAITING).update(
        state=DeliveryState.IGNORED, settled=timezone.now(), detail=_OF_THE_OLD
    )
    deliveries.update(
        connection_id=Case(When(connection_id=one.pk, then=Value(other.pk)), default=Value(one.pk))
    )
