"""The plan of the way back: the same table in reverse, from the ids that the move kept.

Base values are those of before the move, so whatever was edited since, on the board or in the Jira that is
left, counts as an edit of the board and is compared as always. What is new since stays on the board only.
Mappings are those of before the move, too.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.models import SprintLink
from planning.team_boards import links_of
from sync.core.site_match import Verdict
from sync.models import MoveKind, MoveRow, Shadow, SiteMove
from sync.site_move import gate
from sync.site_move.plan import end
from sync.worker.failpoints import point
from sync.worker.lease import Held

AT_ONCE = 500


def work(move: SiteMove, held: Held) -> bool:
    """One part of the plan; True if another must follow. Raises LeaseLost; Refused where the old Jira is
    not proven."""
    held.renew()
    with transaction.atomic():
        match move.phase:
            case "":
                if move.destination is None:
                    raise Refused(
                        "The old Jira's connection is gone.", code="no_way_back", status=409
                    )
                gate.prove(move.destination)
                _mappings(move)
                _sprints(move)
                _people(move)
                move.total = Shadow.objects.filter(connection=move.connection).count()
                move.fingerprint = gate.fingerprint(move)
                _go_on(move, "issues", 0)
            case "issues":
                _issues(move)
            case _:
                if not _since(move):
                    end(move)
                    return False
    point("move.planned_part")
    return True


def _go_on(move: SiteMove, phase: str, after: int) -> None:
    move.phase, move.place = phase, {"after": after}
    move.save(update_fields=["phase", "place", "done", "total", "fingerprint"])


def _mappings(move: SiteMove) -> None:
    rows = {row.project_id: row for row in _kept(move, MoveKind.PROJECT) if row.project_id}
    made = []
    for project in MappedProject.objects.filter(connection=move.connection):
        row = rows.get(project.pk)
        head = MoveRow(
            move=move,
            kind=MoveKind.PROJECT,
            verdict=Verdict.CHANGED if row else Verdict.MISSING,
            project=project,
            old_id=project.remote_id,
            old_name=project.key,
        )
        if row:
            head.new_id, head.new_name = row.before["remote_id"], row.before["name"][:300]
            head.data = {"mapping": row.before}
            head.why = "With the mapping of before the move."
        else:
            head.why = "It was mapped since the move."
        made.append(head)
    MoveRow.objects.bulk_create(made)


def _sprints(move: SiteMove) -> None:
    """Links of before the move are again what they were; those that were drawn since end."""
    before = {row.data["link"]: row for row in _kept(move, MoveKind.SPRINT)}
    made = []
    for project in MappedProject.objects.filter(connection=move.connection):
        for link in links_of(project).select_related("iteration"):
            row = before.pop(link.pk, None)
            made.append(
                MoveRow(
                    move=move,
                    kind=MoveKind.SPRINT,
                    verdict=Verdict.CHANGED if row else Verdict.MISSING,
                    project=project,
                    old_id=str(link.sprint_id),
                    old_name=(link.sprint_name or str(link.iteration))[:300],
                    new_id=str(row.before["sprint_id"]) if row else "",
                    new_name=row.before["sprint_name"] if row else "",
                    why="" if row else "It was linked since the move.",
                    data={"link": link.pk},
                )
            )
    for row in before.values():
        if SprintLink.objects.filter(
            iteration=row.before["iteration"],
            team=row.before["team"],
            project=row.before.get("project"),
        ).exists():
            continue
        made.append(
            MoveRow(
                move=move,
                kind=MoveKind.SPRINT,
                verdict=Verdict.CHANGED,
                project=row.project,
                new_id=str(row.before["sprint_id"]),
                new_name=row.before["sprint_name"],
                why="Linked again.",
                data={"link": None, "again": row.before},
            )
        )
    MoveRow.objects.bulk_create(made)


def _people(move: SiteMove) -> None:
    """Whoever was certain goes back by their id; who was not is called by name, and is so again."""
    rows = _kept(move, MoveKind.PERSON, kept_only=False)
    made = [
        MoveRow(
            move=move,
            kind=MoveKind.PERSON,
            verdict=Verdict.CHANGED if row.new_id != row.old_id else Verdict.SAME,
            old_id=row.new_id,
            old_name=row.new_name or row.old_name,
            new_id=row.old_id,
            new_name=row.old_name,
        )
        for row in rows
        if row.is_certain
    ]
    known = {row.old_id for row in made}
    names: dict[str, list[MoveRow]] = {}
    for row in rows:
        if not row.is_certain and row.old_name and row.old_name != row.old_id:
            names.setdefault(row.old_name[:255], []).append(row)
    made += [
        MoveRow(
            move=move,
            kind=MoveKind.PERSON,
            verdict=Verdict.CHANGED,
            old_id=name,
            old_name=name,
            new_id=called[0].old_id,
            new_name=name,
        )
        for name, called in names.items()
        if len(called) == 1 and name not in known
    ]
    MoveRow.objects.bulk_create(made)


def _issues(move: SiteMove) -> None:
    """The next pairs of before the move, by their items: linked again as they were."""
    rows = list(
        MoveRow.objects.filter(
            move=move.returns_id, kind=MoveKind.ISSUE, id__gt=int(move.place["after"])
        )
        .exclude(before={})
        .exclude(item=None)
        .order_by("id")
        .select_related("project")[:AT_ONCE]
    )
    pairs = {
        one.item_id: one
        for one in Shadow.objects.filter(item__in=[row.item_id for row in rows if row.item_id])
    }
    made = []
    for row in rows:
        pair = pairs.get(row.item_id) if row.item_id else None
        made.append(
            MoveRow(
                move=move,
                kind=MoveKind.ISSUE,
                verdict=Verdict.CHANGED,
                project=row.project,
                pair=pair.pk if pair else None,
                item_id=row.item_id,
                old_id=pair.remote_id if pair else "",
                old_name=pair.remote_key if pair else "",
                new_id=row.before["remote_id"],
                new_name=row.before["remote_key"],
                why="" if pair else "Linked again.",
                data={"restore": row.before},
            )
        )
    MoveRow.objects.bulk_create(made, batch_size=200)
    move.done += len(made)
    if rows:
        _go_on(move, "issues", rows[-1].pk)
    else:
        _go_on(move, "since", 0)


def _since(move: SiteMove) -> bool:
    """Pairs that came since the move; True if there were any."""
    known = MoveRow.objects.filter(move=move, pair=OuterRef("pk"))
    left = Shadow.objects.filter(~Exists(known), connection=move.connection).order_by("pk")
    pairs = list(left[:AT_ONCE])
    MoveRow.objects.bulk_create(
        MoveRow(
            move=move,
            kind=MoveKind.ISSUE,
            verdict=Verdict.MISSING,
            project_id=pair.project_id,
            pair=pair.pk,
            item_id=pair.item_id,
            old_id=pair.remote_id,
            old_name=pair.remote_key,
            why="It is new since the move.",
        )
        for pair in pairs
    )
    return bool(pairs)


def _kept(move: SiteMove, kind: MoveKind, *, kept_only: bool = True) -> list[MoveRow]:
    rows = MoveRow.objects.filter(move=move.returns_id, kind=kind).order_by("id")
    return list(rows.exclude(before={}) if kept_only else rows)
