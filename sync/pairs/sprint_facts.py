"""What Jira says of the sprints that are iterations: kept, so that drift can be shown without asking."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD
from jira_client.values import Sprint
from planning.models import SprintLink

OPEN = ("active", "future")
CLOSED, GONE = "closed", "gone"


def keep(rows: QuerySet[SprintLink], sprint: Sprint) -> None:
    rows.update(
        sprint_name=sprint.name[:255],
        sprint_start=day(sprint.start),
        sprint_end=last_day(sprint),
        sprint_state=sprint.state,
        observed=timezone.now(),
    )


def open_on(jira: JiraClient, board: int) -> list[Sprint]:
    """The board's active and future sprints; none where it has no sprints, or is not shown to the account.

    Raises JiraError.
    """
    try:
        return [one for one in jira.boards.sprints(board, OPEN) if one.state in OPEN]
    except NOT_TOLD:
        return []


def midnight(on: date | None) -> datetime | None:
    """The moment at which the day begins, in the console's time zone."""
    return timezone.make_aware(datetime.combine(on, time())) if on else None


def day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None


def last_day(sprint: Sprint) -> date | None:
    """A sprint that ends when the next one begins ends, for people, the day before."""
    first, last = day(sprint.start), day(sprint.end)
    if not (first and last and sprint.start and sprint.end):
        return last
    whole = (sprint.end - sprint.start) >= timedelta(days=2)
    touches = timezone.localtime(sprint.start).time() >= timezone.localtime(sprint.end).time()
    return last - timedelta(days=1) if whole and touches else last
