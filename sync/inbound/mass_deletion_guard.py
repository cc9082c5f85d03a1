"""The delete brake: what would delete much at once stops and asks a person.

Two in a hundred gone within ten minutes, of a project (five at least) or of a connection (more than
ten), or half of a small project: from then on the connection's deletions are held, each shown on its
item, until somebody says what they are. Everything else goes on (docs/decisions/0040).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import Connection, MappedProject
from planning.models import Change, ChangeKind, ChangeState, WorkItem
from sync.models import Absence, Brake, Decision, Shadow, ShadowState, Way, lock_items_of
from sync.outbox import deletion_guard
from sync.pairs import states
from sync.worker.failpoints import point
from sync.worker.wake import POLL, PUSH, wake

WINDOW = timedelta(minutes=10)
MOST = 10
FEW = 5  # from so many on, a share of a project counts
SHARE = 50  # one in fifty
HALF_OF = 3  # from so many on, half of a small project counts
_CHUNK = 500
DECISIONS = {
    Way.FROM_JIRA: (Decision.DELETE, Decision.KEEP, Decision.RESTORE),
    Way.TO_JIRA: (Decision.DELETE, Decision.UNLINK, Decision.KEEP),
}


def holds(connection: Connection, project: MappedProject, gone: Sequence[Shadow]) -> bool:
    """Whether these may not be buried now. Call it in the transaction that would bury them."""
    # The row's lock makes two workers count one after the other; deliveries can still be stored.
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    open_one = Brake.objects.filter(connection=connection, way=Way.FROM_JIRA, decided=None)
    if open_one.exists():
        return True
    lately = Shadow.objects.filter(connection=connection, gone_at__gte=timezone.now() - WINDOW)
    here = lately.filter(project=project).count() + len(gone)
    live = Shadow.objects.filter(connection=connection, state=ShadowState.LIVE)
    everywhere = lately.count() + len(gone)
    # The ones to be judged are live still.
    of_project = live.filter(project=project).count() + here - len(gone)
    reason = _much(here, of_project, FEW)
    if not reason and everywhere > MOST:
        reason = _much(everywhere, live.count() + everywhere - len(gone), MOST + 1)
    if not reason:
        return False
    brake = Brake.objects.create(connection=connection, reason=f"{project.key}: {reason}"[:500])
    audit.record(
        "brake.tripped",
        actor=None,
        target=brake,
        connection_id=connection.pk,
        after={"reason": brake.reason},
    )
    return True


def _much(gone: int, total: int, least: int) -> str:
    """Why so many at once are not believed; empty where they are."""
    much = gone >= least and gone * SHARE > total
    half = gone >= HALF_OF and gone * 2 > total
    return f"{gone} of {total} issues went from Jira within ten minutes." if much or half else ""


def held(connection_id: uuid.UUID | None = None) -> int:
    """How many items wait for a person's word, of one connection or of all."""
    stops = Brake.objects.filter(decided=None)
    if connection_id is not None:
        stops = stops.filter(connection=connection_id)
    return sum(count_of(stop) for stop in stops)


def count_of(stop: Brake) -> int:
    """How many items this stop holds."""
    if stop.way == Way.TO_JIRA:
        return deletion_guard.held_of(stop.connection_id).count()
    return held_of(stop.connection_id).count()


def decide(
    brake_id: uuid.UUID,
    decision: str,
    *,
    actor: User,
    count: int | None = None,
    by_token: bool = False,
) -> Brake:
    """A person says what is to become of what is held. Raises Refused (403, 404, 409, 422).

    Gone from Jira: *delete*, each is asked for once more, and tombstoned if it is still not there;
    *keep*, the items stay on the board, no longer linked; *restore*, they are created in Jira again, as
    new issues. Deleted on the board: see `outward_brake.carry_out`.
    `count`: how many the person was shown; where there are others by now, nothing is done.
    """
    with transaction.atomic():
        brake = Brake.objects.select_for_update().filter(pk=brake_id).first()
        if brake is None:
            raise Refused("There is no such stop.", code="not_found", status=404)
        _must_be_one_of(decision, DECISIONS[Way(brake.way)])
        if brake.decided:
            raise Refused("This was decided already.", code="decided", status=409)
        outward = brake.way == Way.TO_JIRA
        if outward and by_token:
            raise Refused(
                "Deletions in Jira that are held wait for a person at the console, not for a token.",
                code="person_needed",
                status=403,
            )
        rows: list[Any] = list(
            deletion_guard.held_of(brake.connection_id).select_related("project")
            if outward
            else held_of(brake.connection_id).select_related("project", "item")
        )
        if count is not None and count != len(rows):
            raise Refused(
                f"{len(rows)} items are held by now, not {count}. Look again before you decide.",
                code="more_held",
                status=409,
            )
        brake.decision, brake.count = decision, len(rows)
        brake.decided, brake.decided_by = timezone.now(), str(actor)
        brake.save()
        for at in range(0, len(rows), _CHUNK):
            some = rows[at : at + _CHUNK]
            deletion_guard.carry_out(decision, some) if outward else _carry_out(
                decision, some, actor
            )
        audit.record(
            "brake.decided",
            actor=actor,
            target=brake,
            connection_id=brake.connection_id,
            after={"decision": decision, "items": len(rows)},
        )
    point("brake.decided")
    for project in {row.project_id for row in rows if row.project_id}:
        # Also by the tick: a lost message must not leave the confirmed ones standing.
        MappedProject.objects.filter(pk=project).update(poll_due=timezone.now())
        wake(POLL, project)
    if outward or decision == Decision.RESTORE:
        wake(PUSH, brake.connection_id)
    return brake


def _must_be_one_of(decision: str, allowed: Sequence[Decision]) -> None:
    if decision not in allowed:
        words = ", ".join(allowed)
        raise Refused(f"Decide one of: {words}.", fields={"decision": [f"One of: {words}."]})


def held_of(connection_id: uuid.UUID) -> QuerySet[Shadow]:
    """The pairs whose deletion waits for a person's word."""
    return Shadow.objects.filter(
        connection=connection_id, state=ShadowState.LIVE, absence=Absence.HELD
    )


def _carry_out(decision: str, rows: Sequence[Shadow], actor: User) -> None:
    mine = Shadow.objects.filter(pk__in=[row.pk for row in rows])
    lock_items_of(mine)
    items = [row.item_id for row in rows]
    if decision == Decision.DELETE:
        mine.update(absence=Absence.CONFIRMED)
    elif decision == Decision.KEEP:
        mine.update(state=ShadowState.GONE, absence=Absence.KEPT)
    else:
        mine.delete()
        WorkItem.objects.filter(pk__in=items).update(remote_id="", remote_key="")
        Change.objects.filter(item__in=items, state__in=states.UNDER_WAY).update(
            state=ChangeState.DROPPED, message="Goes with the create.", settled=timezone.now()
        )
        Change.objects.bulk_create(
            Change(
                project=row.project,
                item_id=row.item_id,
                kind=ChangeKind.CREATE,
                fields={"summary": row.item.summary},
                actor=actor,
                actor_name=str(actor),
            )
            for row in rows
        )
    states.derive(items)
