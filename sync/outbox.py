"""The life of a Change on this side: claimed, settled, parked, tried later. Rows in, rows out."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from connections.models import Connection, Direction
from jira_client.errors import JiraError, RateLimited
from planning.models import Change, ChangeState
from sync.core.coalesce import Pending
from sync.core.retry import Decision, Failure, Verdict, backoff, decide
from sync.crash import point
from sync.ensuring import ensure as ensure
from sync.shift import Shift
from sync.states import UNDER_WAY
from sync.trace import note

SLICE = 300
_MESSAGE = 1000


def due(connection: Connection) -> list[Change]:
    """The changes that may be sent now, oldest first. An item whose first change waits, waits whole."""
    now = timezone.now()
    under_way = Change.objects.filter(
        project__connection=connection,
        project__direction__in=(Direction.BOTH, Direction.TO_JIRA),
        state__in=UNDER_WAY,
    )
    held = under_way.filter(due__gt=now).values("item_id")
    rows = under_way.filter(due__lte=now).exclude(item_id__in=held)
    return list(rows.select_related("project", "item", "link").order_by("id")[:SLICE])


def as_pending(change: Change) -> Pending:
    return Pending(
        change=change.pk,
        item=str(change.item_id),
        kind=change.kind,
        link=str(change.link_id or ""),
        fields=tuple(change.fields),
        sent=change.attempts > 0 or change.state in (ChangeState.SENDING, ChangeState.LOOKING),
    )


def claim(changes: Iterable[int]) -> None:
    """About to be sent: from here a crash means that the outcome is unknown."""
    Change.objects.filter(pk__in=list(changes)).update(
        state=ChangeState.SENDING, attempts=F("attempts") + 1
    )


def claim_one(change: Change, shift: Shift) -> None:
    """Right before its call. Raises LeaseLost: then nothing may be sent."""
    with transaction.atomic():
        shift.guard()
        claim([change.pk])
    point("removing.claimed")
    shift.check()


def unclaim(changes: Iterable[int]) -> None:
    """Not tried after all: due as before."""
    Change.objects.filter(pk__in=list(changes)).update(
        state=ChangeState.WAITING, attempts=F("attempts") - 1, due=timezone.now()
    )


def settle(changes: Iterable[int], message: str = "") -> None:
    _finish(changes, ChangeState.SETTLED, "", message)


def drop(changes: Iterable[int], message: str) -> None:
    _finish(changes, ChangeState.DROPPED, "", message)


def park(changes: Iterable[int], code: str, message: str) -> None:
    """Refused for good, with Jira's own reason; a person edits again, or replays it."""
    _finish(changes, ChangeState.PARKED, code, message)


def leave_to_people(changes: Iterable[int], fields: Iterable[str]) -> None:
    """Both sides changed these fields and the project asks: the change waits for the decision."""
    words = ", ".join(sorted(fields))
    _finish(changes, ChangeState.CONFLICT, "conflict", f"Both sides changed {words}. Decide there.")


def _finish(changes: Iterable[int], state: ChangeState, code: str, message: str) -> None:
    Change.objects.filter(pk__in=list(changes)).exclude(state=ChangeState.DROPPED).update(
        state=state, code=code, message=message[:_MESSAGE], settled=timezone.now()
    )


def postpone(
    changes: Iterable[int],
    seconds: float,
    message: str,
    *,
    code: str = "",
    state: ChangeState = ChangeState.WAITING,
) -> None:
    Change.objects.filter(pk__in=list(changes)).update(
        state=state,
        due=timezone.now() + timedelta(seconds=seconds),
        code=code,
        message=message[:_MESSAGE],
    )


def failure_of(error: JiraError, *, creating: bool = False) -> Failure:
    """What the core needs to know of it."""
    return Failure(
        code=error.code,
        transient=error.transient,
        outcome_unknown=error.outcome_unknown,
        retry_after=error.retry_after,
        creating=creating,
        status=error.status,
        reason=error.reason if isinstance(error, RateLimited) else "",
    )


def set_aside(
    connection: Connection, change: Change, error: JiraError, outcome: str = "later"
) -> Verdict:
    """Park a change that Jira will never take, or try it later; either way with Jira's reason."""
    decision = judge(error, change.attempts + 1)
    message = words_of(error)
    if decision.verdict is Verdict.NEVER:
        park([change.pk], error.code, message)
    else:
        postpone([change.pk], decision.delay, message, code=error.code)
    note(connection, "send", outcome, message, item=change.item, change=change, code=error.code)
    return decision.verdict


def put_off(changes: Iterable[int], seconds: float, message: str) -> None:
    """Later, what still waits; what was parked or settled meanwhile stays so."""
    waiting = Change.objects.filter(pk__in=list(changes), state__in=UNDER_WAY)
    postpone(list(waiting.values_list("pk", flat=True)), seconds, message)


def judge(error: JiraError, attempts: int, *, creating: bool = False) -> Decision:
    """What the core says to do after this failure; `attempts` counts the one that failed."""
    return decide(failure_of(error, creating=creating), attempts, chance())


def pause(attempts: int) -> float:
    """Seconds to wait after so many tries in a row, for failures that Jira has no part in."""
    return backoff(attempts, chance())


def chance() -> float:
    return random.random()  # noqa: S311  # jitter, not a secret


def words_of(error: JiraError) -> str:
    """Jira's own reasons if it gave any, else our sentence."""
    reasons = [*error.messages, *(f"{name}: {why}" for name, why in error.field_errors.items())]
    return " ".join(reasons) or str(error)
