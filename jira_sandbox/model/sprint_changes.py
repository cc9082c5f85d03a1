"""Sprints: life cycle, issues in and out, ranks. Runs inside the site's lock.

Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
"""

from datetime import datetime
from typing import Any

from ..refusal import Refusal
from .boards import Board, Sprint
from .issue_changes import change, record
from .issues import Issue, Item
from .lexorank import between
from .people import User
from .site import Event, Site


def start(site: Site, actor: User, board: Board, name: str, **more: Any) -> Sprint:
    """A new sprint of the board. Raises Refusal 400 for a bad name."""
    check_name(name)
    sprint = Sprint(site.next_id("sprint", 1), name, board.id, created=site.now(), **more)
    site.sprints[sprint.id] = sprint
    site.publish(Event("sprint_created", actor, subject=sprint))
    return sprint


def check_name(name: object) -> None:
    if not isinstance(name, str) or not name.strip():
        raise Refusal(400, errors={"name": "The sprint name is required."})
    if len(name) > 30:
        raise Refusal(400, errors={"name": "The sprint name must be shorter than 31 characters."})


def advance(site: Site, sprint: Sprint, state: str, begin: datetime | None,
            end: datetime | None) -> str | None:  # fmt: skip
    """The event of a state change, or None. Raises Refusal 400 for a forbidden one."""
    if state == sprint.state:
        return None
    if (sprint.state, state) == ("future", "active"):
        if begin is None or end is None:
            raise Refusal(400, errors={"startDate": "A sprint needs a start and an end date."})
        return "sprint_started"
    if (sprint.state, state) == ("active", "closed"):
        sprint.complete = site.now()
        return "sprint_closed"
    raise Refusal(400, f"A sprint cannot go from {sprint.state} to {state}.")


def put(site: Site, actor: User, issue: Issue, sprint: Sprint | None) -> None:
    """Moves an issue into a sprint, or to the backlog; closed sprints stay in its past."""
    past = tuple(one for one in issue.values["sprints"] if one.state == "closed")
    wanted = past if sprint is None or sprint in past else (*past, sprint)
    change(site, actor, issue, {"sprints": wanted})


def delete(site: Site, actor: User, sprint: Sprint) -> None:
    for issue in members(site, sprint):
        left = tuple(one for one in issue.values["sprints"] if one is not sprint)
        change(site, actor, issue, {"sprints": left})
    del site.sprints[sprint.id]
    site.publish(Event("sprint_deleted", actor, subject=sprint))


def members(site: Site, sprint: Sprint) -> list[Issue]:
    return [issue for issue in site.issues.values() if sprint in issue.values["sprints"]]


def rank(
    site: Site, actor: User, issues: list[Issue], before: Issue | None, after: Issue | None
) -> None:
    """Places the issues, in their order, directly before or after another one."""
    moving = set(issues)
    ranks = [one.values["rank"] for one in site.issues.values() if one not in moving]
    if before is not None:
        high = before.values["rank"]
        low = max((rank for rank in ranks if rank < high), default=None)
    elif after is not None:
        low = after.values["rank"]
        high = min((rank for rank in ranks if rank > low), default=None)
    else:
        low, high = max(ranks, default=None), None
    for issue in issues:
        was = issue.values["rank"]
        issue.values["rank"] = low = between(low, high)
        _ranked(site, actor, issue, was < low)


def _ranked(site: Site, actor: User, issue: Issue, lower: bool) -> None:
    text = "Ranked lower" if lower else "Ranked higher"
    field = site.field_of("rank")
    record(site, actor, issue, [Item("Rank", field.id, "", "", "", text, custom=True)], site.now())
