"""The permission report of a project: each permission and each operation with its state and its words.

Pure: states and obstacles in, rows out. What was not asked is unknown, never missing.

Source of what each permission is for: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permission-schemes/#built-in-permissions
Data Center: https://confluence.atlassian.com/adminjiraserver/managing-project-permissions-938847145.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from jira_client.requirements import (
    ALSO,
    CATALOGUE,
    OPERATIONS,
    REQUIRED,
    Operation,
    Permission,
    name_of,
    names_of,
)
from jira_client.values import PermissionState

HELD, MISSING = PermissionState.HELD, PermissionState.MISSING
UNKNOWN, UNSUPPORTED = PermissionState.UNKNOWN, PermissionState.UNSUPPORTED


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of operations although the permissions are held.

    `state`: missing (it will not work), unknown (a question failed), or held (a remark only).
    `text`: for the Jira admin; empty where there is nothing to ask for.
    """

    operations: tuple[str, ...]
    state: PermissionState
    message: str
    text: str = ""


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
    """Whether one thing that the board does works in the project; `text` as in `PermissionRow`."""

    code: str
    name: str
    state: PermissionState
    message: str
    text: str


@dataclass(frozen=True, slots=True)
class ProjectEvaluation:
    """The report of one project: the guide's permissions, further permissions, and what works."""

    permissions: tuple[PermissionRow, ...]
    also: tuple[PermissionRow, ...]
    operations: tuple[OperationRow, ...]

    @property
    def is_ready(self) -> bool:
        """Whether every required permission is held."""
        rows = [row for row in (*self.permissions, *self.also) if row.need == REQUIRED]
        return all(row.state is HELD for row in rows)


def evaluate(
    states: Mapping[str, PermissionState],
    account: str = "",
    project: str = "",
    obstacles: Sequence[Obstacle] = (),
    *,
    why: str = "",
    archived: bool = False,
) -> ProjectEvaluation:
    """Judges one project. A key that was not asked for is unknown, never missing.

    `account` and `project` are names for the text to the Jira admin. `why`: the sentence on what failed
    where states are unknown. `archived`: Jira lets nobody write there, whatever anybody holds.
    """
    who = account or "the service user"
    where = f"project {project}" if project else "this project"
    found = ProjectEvaluation(
        permissions=tuple(_permission_row(row, states, who, where, why) for row in CATALOGUE),
        also=tuple(_permission_row(row, states, who, where, why) for row in ALSO),
        operations=tuple(
            _operation_row(row, states, who, where, obstacles, why) for row in OPERATIONS
        ),
    )
    return _of_archived(found, where) if archived else found


ARCHIVED = "The project is archived in Jira, so it can only be read: restore it, or do not map it."


def _of_archived(found: ProjectEvaluation, where: str) -> ProjectEvaluation:
    """The same rows where no permission can help: what is missing is missing for everybody."""

    def permission(row: PermissionRow) -> PermissionRow:
        if row.state is not MISSING:
            return row
        return replace(
            row, message=f"{ARCHIVED} Nobody holds this in an archived project.", text=""
        )

    text = (
        f"Please restore {where} in Jira (Projects → Archived projects → Restore), or tell us that it "
        "stays archived, so that it is taken out here."
    )
    return ProjectEvaluation(
        permissions=tuple(permission(row) for row in found.permissions),
        also=tuple(permission(row) for row in found.also),
        operations=tuple(
            replace(row, state=MISSING, message=f"Will not work. {ARCHIVED}", text=text)
            for row in found.operations
        ),
    )


def state_of(row: Permission, states: Mapping[str, PermissionState]) -> PermissionState:
    """The state of a line of the catalogue, its second key included where the instance knows it."""
    found = states.get(row.key, UNKNOWN)
    if row.part is None:
        return found
    second = states.get(row.part.key, UNKNOWN)
    return _worst([found] if second is UNSUPPORTED else [found, second])


def _worst(found: Iterable[PermissionState]) -> PermissionState:
    return min(found, key=(MISSING, UNKNOWN, UNSUPPORTED, HELD).index)


def _permission_row(
    row: Permission, states: Mapping[str, PermissionState], who: str, where: str, why: str
) -> PermissionRow:
    state = state_of(row, states)
    if state is HELD:
        message = "Held."
    elif state is UNSUPPORTED:
        message = "This Jira does not know this permission; nothing to do."
    elif state is UNKNOWN:
        message = f"Could not be checked.{f' {why}' if why else ''} Check this row again."
    else:
        return _lacking(row, states, who, where)
    return PermissionRow(row.name, row.key, row.need, state, message, "")


def _lacking(
    row: Permission, states: Mapping[str, PermissionState], who: str, where: str
) -> PermissionRow:
    keys, sentences = [], []
    if states.get(row.key) is MISSING:
        keys.append(row.key)
        sentences.append(f"Without it, {row.breaks}.")
    if row.part is not None and states.get(row.part.key) is MISSING:
        keys.append(row.part.key)
        sentences.append(f"Without {row.part.name}, {row.part.breaks}.")
    text = ask_for_keys(who, where, keys)
    return PermissionRow(row.name, row.key, row.need, MISSING, " ".join(sentences), text)


def _operation_row(
    row: Operation,
    states: Mapping[str, PermissionState],
    who: str,
    where: str,
    obstacles: Sequence[Obstacle],
    why: str,
) -> OperationRow:
    asked = {key: states.get(key, UNKNOWN) for key in row.keys}
    # A key that this Jira does not know cannot be what refuses.
    missing = [key for key, state in asked.items() if state is MISSING]
    unsure = [key for key, state in asked.items() if state is UNKNOWN]
    mine = [one for one in obstacles if row.code in one.operations]
    blocking = [one for one in mine if one.state is MISSING]
    if missing or blocking:
        messages, texts = [one.message for one in blocking], [one.text for one in blocking]
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            messages.insert(0, f"{names_of(missing)} {verb} missing.")
            texts.insert(0, ask_for_keys(who, where, missing))
        message = "Will not work: " + " ".join(messages)
        text = "\n".join(filter(None, texts))
        return OperationRow(row.code, row.name, MISSING, message, text)
    if unsure:
        message = f"Not known: {names_of(unsure)} could not be checked.{f' {why}' if why else ''}"
        return OperationRow(row.code, row.name, UNKNOWN, message, "")
    if doubts := [one.message for one in mine if one.state is UNKNOWN]:
        return OperationRow(row.code, row.name, UNKNOWN, "Not known: " + " ".join(doubts), "")
    remarks = " ".join(["Works.", *(one.message for one in mine)])
    return OperationRow(row.code, row.name, HELD, remarks, "")


def ask_for_keys(who: str, where: str, keys: Iterable[str]) -> str:
    """The sentence for the Jira admin: whom, which permission, where, by which button."""
    wanted = ", ".join(f"“{name_of(key)}” ({key})" for key in keys)
    return (
        f"Please add {who} to a role that holds {wanted} in {where}: Project settings → People → "
        "“Add people”. Which roles hold it is shown under Project settings → Permissions; a new "
        "grant is made there by Actions → “Edit permissions” → “Grant permission”."
    )
