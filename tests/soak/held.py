"""What the sandbox holds of an issue, in the board's words: asked of its model, not of the product."""

from __future__ import annotations

from typing import Any

from planning.models import SprintLink, WorkItem
from sync.core.field_directions import TO_JIRA
from sync.core.kinds import CUSTOM
from tests.sync.world import World

JUDGED = (
    "summary", "description", "labels", "story_points", "status", "parent", "assignee", "priority",
    "iteration", "team", "fix_versions", "components", "start_date", "due_date",
    "original_estimate", "flagged",
)  # fmt: skip
OPEN = ("active", "future")


def judged(world: World) -> list[str]:
    """The fields of which people's last word is asked for: not those that the board alone may say."""
    project = world.project
    own = [name for name in project.field_map if name.startswith(CUSTOM)]
    return [*JUDGED, *(name for name in own if project.field_directions.get(name) != TO_JIRA)]


def held(world: World, issue: Any, name: str) -> Any:
    """The value of this board field in Jira at this moment."""
    values = issue.values
    match name:
        case "summary" | "description":
            return values[name]
        case "labels":
            return list(values["labels"] or ())
        case "story_points":
            return values["points"]
        case "status":
            return issue.status.name
        case "priority":
            return values["priority"].name if values["priority"] else ""
        case "assignee":
            return person_id(world, values["assignee"])
        case "parent":
            return _item_of(world, issue.parent)
        case "iteration":
            return _iteration(world, issue)
        case "team":
            return _team(world, issue)
        case "fix_versions" | "components":
            return sorted(one.name for one in values[name])
        case "due_date":
            return values["duedate"]
        case "original_estimate":
            return values.get("original_estimate")
        case "flagged":
            field = world.handle.site.fields[world.project.field_map["flagged"]]
            return bool(values.get(field.slot))
        case "start_date":
            field = world.handle.site.fields.get(world.project.field_map.get("start_date", ""))
            return values.get(field.slot) if field else None
    if name.startswith(CUSTOM):
        return _own(world, values, name)
    raise KeyError(name)


def _own(world: World, values: dict[str, Any], name: str) -> Any:
    """The value of a field of the customer's choice; of one with choices, their names."""
    field = world.handle.site.fields[world.project.field_map[name]]
    value = values.get(field.slot)
    if field.choices:
        names = dict(field.choices)
        return sorted(names[one] for one in value or ())
    return value


def person_id(world: World, user: Any) -> str:
    if user is None:
        return ""
    return str(user.account_id if world.handle.site.cloud else user.name)


def _item_of(world: World, issue: Any) -> str | None:
    if issue is None:
        return None
    mine = WorkItem.objects.filter(project__connection=world.connection, remote_id=str(issue.id))
    key = mine.values_list("pk", flat=True).first()
    return str(key) if key else None


def _iteration(world: World, issue: Any) -> str | None:
    """Of several sprints the open one that comes last; what is done stays in the last that was closed."""
    sprints = issue.values["sprints"] or ()
    found = max((one.id for one in sprints if one.state in OPEN), default=None)
    if found is None and issue.status.category == "done":
        closed = [one for one in sprints if one.state == "closed"]
        found = max(closed, key=lambda one: one.complete or one.end).id if closed else None
    link = SprintLink.objects.filter(team__project=world.project, sprint_id=found).first()
    return str(link.iteration_id) if link else None


def _team(world: World, issue: Any) -> str | None:
    source = world.project.team_source
    if not source:
        return None
    field = world.handle.site.fields[source["field"]]
    name = dict(field.choices).get(issue.values.get(field.slot))
    return next((team for team, word in source["values"].items() if word == name), None)
