"""Which fields this Jira has, by flavour: ids, schemas, screens. It must not hold values.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/
The ids and the keys of custom fields were seen in answers of real instances; the vendor does not say
them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GREENHOPPER = "com.pyxis.greenhopper.jira:"
_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
FLOAT = _TYPES + "float"


@dataclass(frozen=True, slots=True)
class Field:
    """`slot` names the value in Issue.values, `kind` how it is read and rendered. `choices`: of the
    kinds *select*, *multiselect* and *team*, ids and names; the value is the id, or several.
    """

    id: str
    name: str
    slot: str
    kind: str
    type: str
    items: str | None = None
    custom: str | None = None
    on_create: bool = False
    on_edit: bool = False
    required: bool = False
    operations: tuple[str, ...] = ("set",)
    clauses: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": self.type}
        if self.items:
            found["items"] = self.items
        if self.custom:
            found |= {"custom": self.custom, "customId": int(self.id.removeprefix("customfield_"))}
        else:
            found["system"] = self.id
        return found


def _system(
    id: str, name: str, kind: str, type: str, slot: str | None = None, **more: Any
) -> Field:
    return Field(id, name, slot or id, kind, type, **more)


_BOTH: dict[str, Any] = {"on_create": True, "on_edit": True}
_LIST = ("add", "set", "remove")

SYSTEM = (
    _system("summary", "Summary", "text", "string", required=True, **_BOTH),
    _system("description", "Description", "rich", "string", **_BOTH),
    _system("environment", "Environment", "rich", "string", **_BOTH),
    _system("issuetype", "Issue Type", "issuetype", "issuetype", required=True, **_BOTH),
    _system("project", "Project", "project", "project", on_create=True, required=True),
    _system("status", "Status", "status", "status", operations=()),
    _system("priority", "Priority", "priority", "priority", **_BOTH),
    _system("resolution", "Resolution", "resolution", "resolution"),
    _system("assignee", "Assignee", "user", "user", **_BOTH),
    _system("reporter", "Reporter", "user", "user", **_BOTH),
    _system("creator", "Creator", "creator", "user", operations=()),
    _system("labels", "Labels", "labels", "array", items="string", operations=_LIST, **_BOTH),
    _system("duedate", "Due date", "date", "date", clauses=("due", "duedate"), **_BOTH),
    _system("timetracking", "Time tracking", "timetracking", "timetracking", **_BOTH),
    _system("timeoriginalestimate", "Original estimate", "seconds", "number", "original_estimate",
            operations=()),
    _system("timeestimate", "Remaining Estimate", "seconds", "number", "remaining_estimate",
            operations=()),
    _system("parent", "Parent", "parent", "issuelink", on_create=True, on_edit=True),
    _system("fixVersions", "Fix versions", "versions", "array", "fix_versions", items="version",
            operations=_LIST, clauses=("fixVersion",), **_BOTH),
    _system("components", "Components", "components", "array", items="component",
            operations=_LIST, clauses=("component",), **_BOTH),
    _system("issuelinks", "Linked Issues", "issuelinks", "array", items="issuelinks",
            operations=()),
    _system("subtasks", "Sub-tasks", "subtasks", "array", items="issuelinks", operations=()),
    _system("created", "Created", "moment", "datetime", operations=()),
    _system("updated", "Updated", "moment", "datetime", operations=()),
    _system("resolutiondate", "Resolved", "moment", "datetime", "resolved", operations=()),
    _system("statuscategorychangedate", "Status Category Changed", "moment", "datetime",
            "status_changed", operations=()),
    _system("comment", "Comment", "comments", "comments-page", operations=()),
    _system("attachment", "Attachment", "attachments", "array", items="attachment", operations=()),
)  # fmt: skip


def _custom(
    number: int, name: str, slot: str, kind: str, type: str, custom: str, **more: Any
) -> Field:
    clauses = (f"cf[{number}]", name)
    return Field(
        f"customfield_{number}", name, slot, kind, type, custom=custom, clauses=clauses, **more
    )


def _planning(sprint: int, rank: int, epic_link: int, epic_name: int, wsjf: int) -> list[Field]:
    gh = GREENHOPPER
    return [
        _custom(sprint, "Sprint", "sprints", "sprint", "array", gh + "gh-sprint", items="json",
                **_BOTH),
        _custom(rank, "Rank", "rank", "rank", "any", gh + "gh-lexo-rank", operations=()),
        _custom(epic_link, "Epic Link", "parent", "epic-link", "any", gh + "gh-epic-link", **_BOTH),
        _custom(epic_name, "Epic Name", "epic_name", "text", "string", gh + "gh-epic-label",
                **_BOTH),
        _custom(wsjf, "WSJF", "wsjf", "number", "number", FLOAT, **_BOTH),
    ]  # fmt: skip


def _flag(number: int) -> Field:
    """Jira Software's flag: check boxes with one choice, which Jira itself makes."""
    return _custom(number, "Flagged", f"cf{number}", "multiselect", "array", _TYPES + "multicheckboxes",
                   items="option", choices=((str(number + 9000), "Impediment"),), **_BOTH)  # fmt: skip


def _cloud() -> list[Field]:
    return [
        *_planning(10020, 10019, 10014, 10011, 10042),
        _flag(10021),
        _custom(10015, "Start date", "cf10015", "date", "date", _TYPES + "datepicker", **_BOTH),
        _custom(10016, "Story point estimate", "points", "number", "number",
                GREENHOPPER + "jsw-story-points", **_BOTH),
    ]  # fmt: skip


def _datacenter() -> list[Field]:
    return [
        _system("archiveddate", "Archived", "moment", "datetime", "archived", operations=()),
        _system("archivedby", "Archiver", "archiver", "user", operations=()),
        _flag(10107),
        *_planning(10101, 10105, 10102, 10104, 10110),
        _custom(10106, "Story Points", "points", "number", "number", FLOAT, **_BOTH),
    ]


SELECT = _TYPES + "select"
TEAM = "com.atlassian.teams:rm-teams-custom-field-team"
"""The Team field of Atlassian's teams on Cloud, and of Advanced Roadmaps on Data Center."""


def chosen_from(number: int, name: str, kind: str, choices: tuple[tuple[str, str], ...],
                cloud: bool) -> Field:  # fmt: skip
    """A choice list, or a Team field: Data Center's document of fields calls that "any"."""
    types = {"select": ("option", SELECT), "team": ("team" if cloud else "any", TEAM)}
    type, custom = types[kind]
    return _custom(number, name, f"cf{number}", kind, type, custom, choices=choices, **_BOTH)


_ROADMAPS = "com.atlassian.jpo:jpo-custom-field-"
ADDED = {
    "text": ("text", "string", None, _TYPES + "textfield"),
    "paragraph": ("rich", "string", None, _TYPES + "textarea"),
    "number": ("number", "number", None, FLOAT),
    "date": ("date", "date", None, _TYPES + "datepicker"),
    "url": ("text", "string", None, _TYPES + "url"),
    "person": ("user", "user", None, _TYPES + "userpicker"),
    "labels": ("labels", "array", "string", _TYPES + "labels"),
    "multiselect": ("multiselect", "array", "option", _TYPES + "multiselect"),
    "target-start": ("date", "date", None, _ROADMAPS + "baseline-start"),
    "target-end": ("date", "date", None, _ROADMAPS + "baseline-end"),
}
"""What a test may add beside choice lists: how it is read, its schema's type, items and key."""


def added(number: int, name: str, kind: str, choices: tuple[tuple[str, str], ...]) -> Field:
    """A custom field of one of the kinds of `ADDED`."""
    how, type, items, custom = ADDED[kind]
    operations = _LIST if items == "string" else ("set",)
    return _custom(number, name, f"cf{number}", how, type, custom, items=items, choices=choices,
                   operations=operations, **_BOTH)  # fmt: skip


PARENT_LINK = "com.atlassian.jpo:jpo-custom-field-parent"
"""Where Advanced Roadmaps for Data Center keeps the parent of an epic, and of what is above epics."""


def parent_link(number: int) -> Field:
    """Its value is the parent's key, read and written, as of an Epic Link."""
    return _custom(number, "Parent Link", "parent", "parent-link", "any", PARENT_LINK, **_BOTH)


def flag_among(fields: Iterable[Field]) -> Field:
    """The field of Jira Software's flag. Raises StopIteration where there is none."""
    return next(one for one in fields if one.name == "Flagged" and one.kind == "multiselect")


def catalogue(cloud: bool) -> dict[str, Field]:
    """Every field by id."""
    return {one.id: one for one in (*SYSTEM, *(_cloud() if cloud else _datacenter()))}
