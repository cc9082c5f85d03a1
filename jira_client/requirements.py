"""The permission catalogue: what the board needs, why, and what does not work without it.

Data only. One line of the catalogue is one line of the report; the names are those of the guide,
the keys Jira's. `jira_client.permission_evaluation` says what the states mean. It must not ask Jira.

Source of the keys: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permission-schemes/#built-in-permissions
Data Center: https://confluence.atlassian.com/adminjiraserver/managing-project-permissions-938847145.html
The older keys of Data Center were seen in answers of real instances; the vendor does not say them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

REQUIRED = "required"
RECOMMENDED = "recommended"
OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Part:
    """A second key that a line of the catalogue rests on, where the instance knows it."""

    name: str
    key: str
    breaks: str


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission: the guide's name, Jira's key and older key, how much it is needed.

    `breaks` completes the sentence "Without it, …". `shown`: a line of the guide's catalogue; the
    others are looked at because operations depend on them. `is_global`: granted for the whole
    instance, not in a project.
    """

    name: str
    key: str
    legacy_key: str
    need: str
    breaks: str
    shown: bool = True
    is_global: bool = False
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """Something the board does, and every key that it takes."""

    code: str
    name: str
    keys: tuple[str, ...]


PERMISSIONS: tuple[Permission, ...] = (
    Permission(
        "Project Admin",
        "ADMINISTER_PROJECTS",
        "PROJECT_ADMIN",
        RECOMMENDED,
        "settings of the project, such as its workflow, cannot be read",
    ),
    Permission(
        "Browse Project/s",
        "BROWSE_PROJECTS",
        "BROWSE",
        REQUIRED,
        "nothing of the project is seen",
    ),
    Permission(
        "Create Issues",
        "CREATE_ISSUES",
        "CREATE_ISSUE",
        REQUIRED,
        "items made on the board do not reach Jira",
    ),
    Permission(
        "Edit Issues",
        "EDIT_ISSUES",
        "EDIT_ISSUE",
        REQUIRED,
        "edits made on the board do not reach Jira",
    ),
    Permission(
        "Delete Issues",
        "DELETE_ISSUES",
        "DELETE_ISSUE",
        OPTIONAL,
        "items deleted on the board stay in Jira",
    ),
    Permission(
        "Link Issues",
        "LINK_ISSUES",
        "LINK_ISSUE",
        REQUIRED,
        "dependencies drawn on the board do not reach Jira",
    ),
    Permission(
        "Schedule Issues",
        "SCHEDULE_ISSUES",
        "SCHEDULE_ISSUE",
        REQUIRED,
        "items cannot be moved to a sprint or put in order",
    ),
    Permission(
        "Workflow access",
        "VIEW_READONLY_WORKFLOW",
        "VIEW_WORKFLOW_READONLY",
        RECOMMENDED,
        "the workflow cannot be shown when statuses are mapped",
        part=Part(
            "Edit Workflows", "EDIT_WORKFLOW", "missing statuses must be added in Jira by hand"
        ),
    ),
    Permission(
        "Manage Sprints",
        "MANAGE_SPRINTS_PERMISSION",
        "",
        RECOMMENDED,
        "iterations of the board must be created as sprints in Jira by hand",
    ),
    Permission(
        "Modify Reporter",
        "MODIFY_REPORTER",
        "MODIFY_REPORTER",
        RECOMMENDED,
        "new issues show the service user as reporter",
    ),
    Permission(
        "Transition Issues",
        "TRANSITION_ISSUES",
        "TRANSITION_ISSUE",
        REQUIRED,
        "a status changed on the board does not reach Jira",
        shown=False,
    ),
    Permission(
        "Assign Issues",
        "ASSIGN_ISSUES",
        "ASSIGN_ISSUE",
        RECOMMENDED,
        "an assignee set on the board does not reach Jira",
        shown=False,
    ),
    Permission(
        "Add Comments",
        "ADD_COMMENTS",
        "COMMENT_ISSUE",
        OPTIONAL,
        "comments written on the board do not reach Jira",
        shown=False,
    ),
    Permission(
        "Edit Own Comments",
        "EDIT_OWN_COMMENTS",
        "COMMENT_EDIT_OWN",
        OPTIONAL,
        "a comment that is changed on the board stays as it was in Jira",
        shown=False,
    ),
    Permission(
        "Delete Own Comments",
        "DELETE_OWN_COMMENTS",
        "COMMENT_DELETE_OWN",
        OPTIONAL,
        "a comment that is deleted on the board stays in Jira",
        shown=False,
    ),
    Permission(
        "Create Attachments",
        "CREATE_ATTACHMENTS",
        "CREATE_ATTACHMENT",
        OPTIONAL,
        "files are added in Jira by hand",
        shown=False,
    ),
    Permission(
        "Jira Administrator",
        "ADMINISTER",
        "ADMINISTER",
        OPTIONAL,
        "the webhook must be registered in Jira by hand",
        shown=False,
        is_global=True,
    ),
)

OPERATIONS: tuple[Operation, ...] = (
    Operation("create_story", "Create a story", ("BROWSE_PROJECTS", "CREATE_ISSUES")),
    Operation("edit", "Edit an item", ("BROWSE_PROJECTS", "EDIT_ISSUES")),
    Operation("change_status", "Change the status", ("BROWSE_PROJECTS", "TRANSITION_ISSUES")),
    Operation(
        "move_to_sprint",
        "Move to a sprint",
        ("BROWSE_PROJECTS", "EDIT_ISSUES", "SCHEDULE_ISSUES"),
    ),
    Operation("reorder", "Reorder", ("BROWSE_PROJECTS", "SCHEDULE_ISSUES")),
    Operation("draw_dependency", "Draw a dependency", ("BROWSE_PROJECTS", "LINK_ISSUES")),
    Operation(
        "set_reporter",
        "Set the reporter",
        ("BROWSE_PROJECTS", "EDIT_ISSUES", "MODIFY_REPORTER"),
    ),
    Operation(
        "set_assignee", "Set the assignee", ("BROWSE_PROJECTS", "EDIT_ISSUES", "ASSIGN_ISSUES")
    ),
    Operation("comment", "Write a comment", ("BROWSE_PROJECTS", "ADD_COMMENTS")),
    Operation(
        "edit_comment", "Change a comment of one's own", ("BROWSE_PROJECTS", "EDIT_OWN_COMMENTS")
    ),
    Operation(
        "delete_comment",
        "Delete a comment of one's own",
        ("BROWSE_PROJECTS", "DELETE_OWN_COMMENTS"),
    ),
    Operation("attach", "Add a file", ("BROWSE_PROJECTS", "CREATE_ATTACHMENTS")),
    Operation("delete", "Delete an item", ("BROWSE_PROJECTS", "DELETE_ISSUES")),
)

BY_KEY: Mapping[str, Permission] = {row.key: row for row in PERMISSIONS}
CATALOGUE: tuple[Permission, ...] = tuple(
    row for row in PERMISSIONS if row.shown and not row.is_global
)
ALSO: tuple[Permission, ...] = tuple(
    row for row in PERMISSIONS if not row.shown and not row.is_global
)
LEGACY_KEYS: Mapping[str, str] = {row.key: row.legacy_key for row in PERMISSIONS if row.legacy_key}
_PARTS = tuple(row.part for row in PERMISSIONS if row.part is not None)
PROJECT_KEYS: tuple[str, ...] = (
    *(row.key for row in PERMISSIONS if not row.is_global),
    *(part.key for part in _PARTS),
)
GLOBAL_KEYS: tuple[str, ...] = tuple(row.key for row in PERMISSIONS if row.is_global)
_NAMES: Mapping[str, str] = {
    **{row.key: row.name for row in PERMISSIONS},
    **{part.key: part.name for part in _PARTS},
}


def names_of(keys: Iterable[str]) -> str:
    """The guide's names of several keys, as `Create Issues and Edit Issues`."""
    return " and ".join(_NAMES[key] for key in keys)


def name_of(key: str) -> str:
    """The guide's name of one permission key."""
    return _NAMES[key]
