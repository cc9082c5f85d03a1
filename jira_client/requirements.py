"""The permission catalogue: what the board needs, why, and what does not work without it.

Data and a pure judgement over it. One line of the catalogue is one line of the report; the names
are those of the guide, the keys Jira's. It must not ask Jira.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jira_client.values import PermissionState

REQUIRED = "required"
RECOMMENDED = "recommended"
OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission: the guide's name, Jira's key and older key, how much it is needed.

    `breaks` completes the sentence "Without it, …". `shown`: whether it has a row of its own.
    `is_global`: granted for the whole instance, not in a project.
    """

    name: str
    key: str
    legacy_key: str
    need: str
    breaks: str
    shown: bool = True
    is_global: bool = False


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
    ),
    Permission(
        "Edit Workflow",
        "EDIT_WORKFLOW",
        "",
        OPTIONAL,
        "missing statuses must be added in Jira by hand",
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
    Operation("delete", "Delete an item", ("BROWSE_PROJECTS", "DELETE_ISSUES")),
)

BY_KEY: Mapping[str, Permission] = {row.key: row for row in PERMISSIONS}
LEGACY_KEYS: Mapping[str, str] = {row.key: row.legacy_key for row in PERMISSIONS if row.legacy_key}
PROJECT_KEYS: tuple[str, ...] = tuple(row.key for row in PERMISSIONS if not row.is_global)
GLOBAL_KEYS: tuple[str, ...] = tuple(row.key for row in PERMISSIONS if row.is_global)


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """One cell of the report. `text` is ready to send to the Jira admin; empty where not needed."""

    name: str
    key: str
    need: str
    state: PermissionState
    message: str
    text: str


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One thing the board does, in one project."""

    code: str
    name: str
    state: PermissionState
    message: str
    text: str


@dataclass(frozen=True, slots=True)
class ProjectEvaluation:
    """Both views of one project's permissions, each in the order of its catalogue."""

    permissions: tuple[PermissionRow, ...]
    operations: tuple[OperationRow, ...]

    @property
    def is_ready(self) -> bool:
        """Whether every required permission is held."""
        rows = [row for row in self.permissions if row.need == REQUIRED]
        return all(row.state is PermissionState.HELD for row in rows)


def evaluate(
    states: Mapping[str, PermissionState], account: str = "", project: str = ""
) -> ProjectEvaluation:
    """Judges one project. A key that was not asked for is unknown, never missing.

    `account` and `project` are names for the text to the Jira admin.
    """
    who = account or "the service user"
    where = f"project {project}" if project else "this project"
    catalogue = [row for row in PERMISSIONS if not row.is_global]
    return ProjectEvaluation(
        permissions=tuple(_permission_row(row, states, who, where) for row in catalogue),
        operations=tuple(_operation_row(row, states, who, where) for row in OPERATIONS),
    )


def _permission_row(
    row: Permission, states: Mapping[str, PermissionState], who: str, where: str
) -> PermissionRow:
    state = states.get(row.key, PermissionState.UNKNOWN)
    text = _ask_admin(who, where, (row.key,)) if state is PermissionState.MISSING else ""
    messages = {
        PermissionState.HELD: "Held.",
        PermissionState.MISSING: f"Without it, {row.breaks}.",
        PermissionState.UNSUPPORTED: "This Jira does not know this permission; nothing to do.",
        PermissionState.UNKNOWN: "Could not be checked. Run the check again.",
    }
    return PermissionRow(row.name, row.key, row.need, state, messages[state], text)


def _operation_row(
    row: Operation, states: Mapping[str, PermissionState], who: str, where: str
) -> OperationRow:
    held = {key: states.get(key, PermissionState.UNKNOWN) for key in row.keys}
    missing = tuple(key for key, state in held.items() if state is PermissionState.MISSING)
    unsure = [key for key, state in held.items() if state is PermissionState.UNKNOWN]
    if missing:
        names = _names(missing)
        message = f"Will not work: {names} is missing."
        return OperationRow(
            row.code,
            row.name,
            PermissionState.MISSING,
            message,
            _ask_admin(who, where, missing),
        )
    if unsure:
        message = f"Not known: {_names(unsure)} could not be checked."
        return OperationRow(row.code, row.name, PermissionState.UNKNOWN, message, "")
    # A key that this Jira does not know cannot be what refuses.
    return OperationRow(row.code, row.name, PermissionState.HELD, "Works.", "")


def _names(keys: Iterable[str]) -> str:
    return " and ".join(BY_KEY[key].name for key in keys)


def _ask_admin(who: str, where: str, keys: Iterable[str]) -> str:
    wanted = ", ".join(f'"{BY_KEY[key].name}" ({key})' for key in keys)
    return (
        f"Please grant {who} the permission {wanted} in {where}: "
        "Project settings > Permissions, by a project role or group that the account belongs to."
    )
