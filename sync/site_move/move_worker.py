"""A worker's view of moves: one slice of one move, and which are due."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from almconnect.lib.api import Refused
from connections.access.gateway import NotReady
from connections.access.sealing import SealBroken
from jira_client.errors import JiraError
from sync.core.retry import backoff
from sync.models import MoveState, SiteMove
from sync.outbox.change_queue import chance
from sync.site_move import execution, plan, return_plan
from sync.worker.lease import Held, LeaseLost, holding

TRIES = 6  # of a plan, in a row


def due() -> list[str]:
    """Moves with which somebody should go on now."""
    rows = SiteMove.objects.filter(
        state__in=(MoveState.PLANNING, MoveState.CARRYING, MoveState.COMPARING),
        due__lte=timezone.now(),
    )
    return [str(key) for key in rows.order_by("due").values_list("pk", flat=True)]


def work(move_id: uuid.UUID) -> bool:
    """One slice; True if somebody should call again at once."""
    with holding(f"move:{move_id}") as held:
        if held is None:
            return False
        rows = SiteMove.objects.select_related("connection", "destination", "returns")
        move = rows.filter(pk=move_id).first()
        if move is None or not move.is_at_work or move.due > timezone.now():
            return False
        try:
            return _go_on(move, held)
        except LeaseLost:
            return False
        except Refused as refused:
            _give_up(move, refused.code, refused.message)
        except (JiraError, NotReady, SealBroken) as error:
            _stumbled(move, error)
    return False


def _go_on(move: SiteMove, held: Held) -> bool:
    if move.state != MoveState.PLANNING:
        return execution.work(move, held)
    if move.returns_id is not None:
        return return_plan.work(move, held)
    return plan.work(move, held)


def _stumbled(move: SiteMove, error: Exception) -> None:
    """Only a plan asks Jira: tried again some times, and then a person hears of it."""
    attempts = move.attempts + 1
    if attempts >= TRIES:
        _give_up(move, "plan_failed", str(error))
        return
    SiteMove.objects.filter(pk=move.pk).update(
        attempts=attempts,
        message=str(error)[:1000],
        due=timezone.now() + timedelta(seconds=backoff(attempts, chance())),
    )


def _give_up(move: SiteMove, code: str, words: str) -> None:
    SiteMove.objects.filter(pk=move.pk, state=MoveState.PLANNING).update(
        state=MoveState.CANCELLED, code=code, message=words[:1000], finished=timezone.now()
    )
