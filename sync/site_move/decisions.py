"""What people do about a move: plan it, confirm it, give it up, go the way back, end it for good.

Each writes its own audit entry. A plan only reads; whoever confirms stops the connection. That the person
is who they say is the page's matter, and no token may confirm.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from connections.models import Connection
from connections.setup import deletion
from sync.models import Attempt, MoveRow, MoveState, SiteMove
from sync.site_move import execution, gate
from sync.worker.wake import MOVE, wake


def plan(connection: Connection, destination: Connection, *, actor: User) -> SiteMove:
    """Ask for a plan; a worker makes it. Raises Refused (409)."""
    gate.may_plan(connection, destination)
    return _planned(connection, destination, None, actor)


def plan_back(move: SiteMove, *, actor: User) -> SiteMove:
    """Ask for the plan of the way back. Raises Refused (409)."""
    destination = move.destination
    if not move.may_return or destination is None:
        raise gate.refused("no_way_back", _("This move has no way back any more."))
    gate.may_plan(move.connection, destination, back=True)
    return _planned(move.connection, destination, move, actor)


def _planned(
    connection: Connection, destination: Connection, returns: SiteMove | None, actor: User
) -> SiteMove:
    try:
        with transaction.atomic():
            move = SiteMove.objects.create(
                connection=connection,
                destination=destination,
                returns=returns,
                was=connection.base_url,
                goes_to=destination.base_url,
                created_by=str(actor),
            )
            audit.record(
                "connection.move_planned",
                actor=actor,
                target=connection,
                connection_id=connection.pk,
                after={"to": destination.base_url, "by": destination.name},
            )
    except IntegrityError as problem:  # somebody else was quicker
        raise gate.under_way() from problem
    wake(MOVE, move.pk)
    return move


def plan_again(move: SiteMove, *, actor: User) -> SiteMove:
    """The same plan made anew. Raises Refused (409)."""
    with transaction.atomic():
        give_up(move, actor=actor)
    if move.returns is not None:
        return plan_back(move.returns, actor=actor)
    if move.destination is None:
        raise gate.refused(
            "destination_unproven", _("The destination is gone. Choose another one.")
        )
    return plan(move.connection, move.destination, actor=actor)


def confirm(move: SiteMove, *, actor: User) -> None:
    """Carry the plan out: from here nothing but the move reads or writes. Raises Refused (409)."""
    gate.may_confirm(move)
    with transaction.atomic():
        mine = SiteMove.objects.filter(pk=move.pk, state=MoveState.PLANNED)
        if not mine.update(
            state=MoveState.CARRYING,
            phase="stop",
            place={},
            done=0,
            confirmed=timezone.now(),
            confirmed_by=str(actor),
            due=timezone.now(),
            code="",
            message="",
        ):
            raise gate.refused("not_planned", _("There is no plan to confirm. Make one first."))
        execution.hold(move)
        audit.record(
            "connection.move_confirmed",
            actor=actor,
            target=move.connection,
            connection_id=move.connection_id,
            before={"base_url": move.was},
            after={"base_url": move.goes_to, "back": move.returns_id is not None},
        )
    move.refresh_from_db()
    wake(MOVE, move.pk)


def give_up(move: SiteMove, *, actor: User) -> None:
    """Forget a plan. Raises Refused (409) once it is being carried out: then the way back is the way."""
    with transaction.atomic():
        mine = SiteMove.objects.filter(
            pk=move.pk, state__in=(MoveState.PLANNING, MoveState.PLANNED)
        )
        if not mine.update(state=MoveState.CANCELLED, finished=timezone.now()):
            raise gate.refused(
                "not_planned", _("Only a plan that was not confirmed yet can be given up.")
            )
        MoveRow.objects.filter(move=move).delete()
        audit.record(
            "connection.move_given_up",
            actor=actor,
            target=move.connection,
            connection_id=move.connection_id,
        )
    move.refresh_from_db()


def let_go(move: SiteMove, *, actor: User | None) -> None:
    """End a move for good: the old ids, and the connection that keeps the old Jira's credentials, are
    deleted. `actor`: None where its time is over. Raises Refused (409)."""
    with transaction.atomic():
        mine = SiteMove.objects.filter(pk=move.pk, state=MoveState.DONE, returns=None)
        going_back = SiteMove.objects.filter(
            returns=move, state__in=(MoveState.CARRYING, MoveState.COMPARING)
        )
        if going_back.exists() or not mine.update(state=MoveState.LET_GO):
            raise gate.refused("no_way_back", _("This move has no way back any more."))
        SiteMove.objects.filter(
            returns=move, state__in=(MoveState.PLANNING, MoveState.PLANNED)
        ).update(state=MoveState.CANCELLED, finished=timezone.now())
        MoveRow.objects.filter(move=move).update(before={})
        audit.record(
            "connection.move_let_go",
            actor=actor,
            target=move.connection,
            connection_id=move.connection_id,
            before={"base_url": move.was},
        )
        kept = move.destination
        if kept is not None:
            Attempt.objects.filter(delivery__connection=kept).update(delivery=None)
            Connection.objects.filter(pk=kept.pk).update(move_part="")
            deletion.delete(kept, actor=actor)
    move.refresh_from_db()


def end_old() -> int:
    """The daily tidying: moves whose way back is thirty days old. How many there were."""
    over = SiteMove.objects.filter(
        state=MoveState.DONE, returns=None, keep_until__lt=timezone.now()
    )
    count = 0
    for move in over.exclude(
        ways_back__state__in=(MoveState.CARRYING, MoveState.COMPARING)
    ).select_related("connection", "destination"):
        let_go(move, actor=None)
        count += 1
    return count
