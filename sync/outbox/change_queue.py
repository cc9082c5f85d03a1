"""The life of a Change on this side: claimed, settled, parked, tried later. Rows in, rows out."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from connections.models import Connection, Direction
from jira_client.errors import JiraError, RateLimited
from planning.models import Change, ChangeState
from sync.core.coalesce import Pending
from sync.core.retry import Decision, Failure, Verdict, backoff, concerns_connection, decide
from sync.outbox.corrective_changes import ensure as ensure
from sync.pairs.states import UNDER_WAY
from sync.pairs.trace import note
from sync.worker.failpoints import point
from sync.worker.work_slot import Shift

SLICE = 300
PATIENCE = timedelta(days=1)  # that a change is put off before a person is asked
MANY = 10  # times at least: a day during which nobody worked is no day of trying
MOST_TIMES = 30_000
NEVER_READY = "never_ready"  # Change.code
# Why a Change was dropped whose issue was not there
UNLINKED: Final = "The item is no longer linked to Jira."
GONE: Final = "Gone from Jira."
UNCONFIRMED: Final = "not_carried_out"  # Change.code of what is sent once more
SENT_AGAIN: Final = 5.0  # seconds until then
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
    return list(rows.select_related("project", "item", "link", "comment").order_by("id")[:SLICE])


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
        state=ChangeState.SENDING, attempts=F("attempts") + 1, put_off=0, put_off_since=None
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
    verdict, message = decision.verdict, words_of(error)
    if verdict is Verdict.LATER and _is_worn_out(change, error):
        verdict = Verdict.NEVER
        message = f"It was tried {change.attempts + 1} times, for more than a day. {message}"
    if verdict is Verdict.NEVER:
        park([change.pk], error.code, message)
    else:
        postpone([change.pk], decision.delay, message, code=error.code)
    note(connection, "send", outcome, message, item=change.item, change=change, code=error.code)
    return verdict


def _is_worn_out(change: Change, error: JiraError) -> bool:
    """Tried often and for a day, and it is this very request that fails: then a person is asked."""
    late = timezone.now() - change.created >= PATIENCE and change.attempts >= MANY
    return late and not concerns_connection(failure_of(error))


def send_once_more(connection: Connection, change: Change, words: str, *, said: str) -> None:
    """Jira answered with success and did nothing. `words` stand on the change, `said` in its trace."""
    postpone([change.pk], SENT_AGAIN, words, code=UNCONFIRMED)
    note(connection, "send", "later", said, item=change.item, change=change, code=UNCONFIRMED)


def put_off(changes: Iterable[int], seconds: float, message: str) -> None:
    """Later, what still waits for something else than Jira's taking it; what was parked or settled
    meanwhile stays so.

    `seconds`: at first; from time to time longer, five minutes at most. What has been put off for a day
    without ever being tried is parked, so that a person sees it.
    """
    now = timezone.now()
    rows = Change.objects.filter(pk__in=list(changes), state__in=UNDER_WAY)
    for key, times, since in rows.values_list("pk", "put_off", "put_off_since"):
        if since is not None and now - since >= PATIENCE and times >= MANY:
            park([key], NEVER_READY, f"It could not be sent for a day. {message}")
            continue
        delay = max(seconds, backoff(times + 1, chance())) if times else seconds
        postpone([key], delay, message)
        Change.objects.filter(pk=key).update(
            put_off=min(times + 1, MOST_TIMES), put_off_since=since or now
        )


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
