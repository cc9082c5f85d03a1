"""What Jira says of the sprints that are iterations: kept, so that drift can be shown without asking."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.errors import NotFound
from jira_client.values import Sprint
from planning.models import SprintLink
from sync.worker.failpoints import point

OPEN = ("active", "future")
GONE = "gone"


def observe(project: MappedProject, jira: JiraClient) -> None:
    """Ask Jira for the sprints of this project's teams: one call for the open ones, one for each that
    is not among them and was not known as closed or gone. Raises JiraError.
    """
    links = list(SprintLink.objects.filter(team__project=project))
    if project.board_id is None or not links:
        return
    there = {one.id: one for one in jira.boards.sprints(project.board_id, OPEN)}
    for link in links:
        row = SprintLink.objects.filter(pk=link.pk, sprint_id=link.sprint_id)
        found = there.get(link.sprint_id)
        if found is None and link.sprint_state in ("closed", GONE):
            continue
        try:
            keep(row, found or jira.sprints.get(link.sprint_id))
        except NotFound:
            row.update(sprint_state=GONE, observed=timezone.now())
    point("sprint.observed")


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
