"""What Jira says of the sprints that are iterations: kept, so that drift can be shown without asking."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

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
