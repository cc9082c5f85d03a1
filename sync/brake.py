"""The delete brake: what would delete much at once stops and asks a person.

Two in a hundred gone within ten minutes, of a project (five at least) or of a connection (more than
ten), or half of a small project: from then on the connection's deletions are held, each shown on its
item, until somebody says what they are. Everything else goes on (docs/decisions/0040).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import Connection, MappedProject
from planning.models import Change, ChangeKind, ChangeState, WorkItem
from sync import states
from sync.crash import point
from sync.models import Absence, Brake, Decision, Shadow, ShadowState, lock_items_of
from sync.wake import POLL, PUSH, wake

WINDOW = timedelta(minutes=10)
MOST = 10
FEW = 5  # from so many on, a share of a project counts
SHARE = 50  # one in fifty
HALF_OF = 3  # from so many on, half of a small project counts
_CHUNK = 500


def holds(connection: Connection, project: MappedProject, gone: Sequence[Shadow]) -> bool:
    """Whether these may not be buried now. Call it in the transaction that would bury them."""
    # The row's lock makes two workers count one after the other; deliveries can still be stored.
    Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    if Brake.objects.filter(connection=connection, decided=None).exists():
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
    if connection_id is not None:
        return held_of(connection_id).count()
    stopped = Brake.objects.filter(decided=None).values_list("connection_id", flat=True)
    return sum(held(key) for key in stopped)


def decide(brake_id: uuid.UUID, decision: str, *, actor: User, count: int | None = None) -> Brake:
    """A person says what the vanished issues are. Raises Refused (404, 409, 422).

    *Delete*: each is asked for once more, and tombstoned if it is still not there. *Keep*: the items
    stay on the board, no longer linked. *Restore*: they are created in Jira again, as new issues.
    `count`: how many the person was shown; where there are others by now, nothing is done.
    """
    if decision not in Decision.values:
        words = ", ".join(Decision.values)
        raise Refused(f"Decide one of: {words}.", fields={"decision": [f"One of: {words}."]})
    with transaction.atomic():
        brake = Brake.objects.select_for_update().filter(pk=brake_id).first()
        if brake is None:
            raise Refused("There is no such stop.", code="not_found", status=404)
        if brake.decided:
            raise Refused("This was decided already.", code="decided", status=409)
        rows = list(held_of(brake.connection_id).select_related("project", "item"))
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
            _carry_out(decision, rows[at : at + _CHUNK], actor)
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
    if decision == Decision.RESTORE:
        wake(PUSH, brake.connection_id)
    return brake


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
