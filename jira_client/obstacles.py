"""What a project's set-up keeps the board from doing, although the permissions are held.

Pure: a survey and what the board wants in, obstacles with words for the Jira admin out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jira_client.judging import Obstacle
from jira_client.surveying import Instance, Screen, Survey, Wanted, board_in
from jira_client.values import FieldInfo, FieldMeta, PermissionState, Project

MISSING, UNKNOWN, HELD = PermissionState.MISSING, PermissionState.UNKNOWN, PermissionState.HELD
_TEAM_MANAGED_POINTS = "com.pyxis.greenhopper.jira:jsw-story-points"
_DEFAULTS = ("summary", "description", "reporter")
# Board fields that are written through a screen, and the permission without which Jira hides them.
_WRITTEN: Mapping[str, str] = {
    "summary": "",
    "description": "",
    "story_points": "",
    "wsjf": "",
    "labels": "",
    "priority": "",
    "assignee": "ASSIGN_ISSUES",
    "reporter": "MODIFY_REPORTER",
}
_OF_FIELD: Mapping[str, str] = {"reporter": "set_reporter", "assignee": "set_assignee"}
# Filled by the client itself or by Jira, whatever the mapping says.
_ALWAYS = frozenset({"project", "issuetype", "summary", "reporter"})


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the sentences need: who asks, about which project, wanting what."""

    account: str
    project: Project
    wanted: Wanted
    instance: Instance
    states: Mapping[str, PermissionState]

    @property
    def admin(self) -> str:
        return f"project {self.project.key}"

    @property
    def team_managed(self) -> bool:
        return self.project.style == "next-gen"


def find(survey: Survey, context: Context) -> list[Obstacle]:
    """Every obstacle, the heaviest first."""
    return [
        *_types(survey, context),
        *_create_screens(survey, context),
        *_edit_screen(survey, context),
        *_boards(survey, context),
        *_links(context),
    ]


def wanted_fields(survey: Survey, context: Context) -> dict[str, str]:
    """Board field → Jira field id of what goes through screens: mapped, or else the defaults."""
    wanted = context.wanted
    if wanted.mapped:
        found = {name: wanted.fields[name] for name in _WRITTEN if name in wanted.fields}
    else:
        found = {name: name for name in _DEFAULTS}
        points = survey.estimation or _points(context.instance.fields)
        if points:
            found["story_points"] = points
    return {
        name: field_id
        for name, field_id in found.items()
        if not _WRITTEN[name] or context.states.get(_WRITTEN[name]) is HELD
    }


def off_screen(screen: Screen, wanted: Mapping[str, str]) -> dict[str, str]:
    """Those of the wanted fields that the screen does not offer."""
    there = {meta.id for meta in screen.fields}
    return {name: field_id for name, field_id in wanted.items() if field_id not in there}


def unfilled(screen: Screen, wanted: Mapping[str, str]) -> list[FieldMeta]:
    """Fields that Jira demands on creating, has no default for, and the board does not fill."""
    filled = _ALWAYS | set(wanted.values())
    return [
        meta
        for meta in screen.fields
        if meta.required and not meta.has_default and meta.id not in filled
    ]


def _points(fields: Iterable[FieldInfo]) -> str | None:
    numbers = [info for info in fields if info.schema_type == "number"]
    by_name = {info.name.strip().lower(): info.id for info in numbers}
    team_managed = next((i.id for i in numbers if i.schema_custom == _TEAM_MANAGED_POINTS), None)
    return by_name.get("story points") or team_managed or by_name.get("story point estimate")


def _types(survey: Survey, context: Context) -> list[Obstacle]:
    if context.states.get("CREATE_ISSUES") is not HELD:
        return []
    if survey.types is None:
        return [_unsure(("create_story",), f"the issue types of {context.project.key}")]
    there = {kind.id for kind in survey.types}
    gone = [word for word, id in context.wanted.types.items() if id not in there]
    standard = [kind for kind in survey.types if not kind.subtask]
    if context.wanted.mapped and gone:
        named = ", ".join(gone)
        return [
            Obstacle(
                ("create_story",),
                MISSING,
                f"{context.account} cannot create the issue type {named} in "
                f"{context.project.key}: it is no longer among the project's issue types.",
                f"Please add the issue type “{named}” to {context.admin}: Project settings → "
                "Issue types → “Add issue type” (on Data Center: Actions → “Edit issue types”).",
            )
        ]
    if not standard:
        return [
            Obstacle(
                ("create_story",),
                MISSING,
                f"{context.project.key} has no issue type that {context.account} may create.",
                f"Please add the issue type “Story” to {context.admin}: Project settings → "
                "Issue types → “Add issue type” (on Data Center: Actions → “Edit issue types”).",
            )
        ]
    if not context.wanted.mapped and not any(k.name.lower() == "story" for k in standard):
        word = standard[0].name
        remark = f"{context.project.key} has no issue type Story; {word} was looked at instead."
        return [Obstacle(("create_story",), HELD, remark)]
    return []


def _create_screens(survey: Survey, context: Context) -> list[Obstacle]:
    if context.states.get("CREATE_ISSUES") is not HELD or survey.types is None:
        return []
    if survey.create is None:
        return [_unsure(("create_story",), f"the create screen in {context.project.key}")]
    wanted = wanted_fields(survey, context)
    found: list[Obstacle] = []
    for screen in survey.create:
        found += _missing_on("create", screen, off_screen(screen, wanted), survey, context)
        found += [_demanded(meta, screen, context) for meta in unfilled(screen, wanted)]
    return found


def _edit_screen(survey: Survey, context: Context) -> list[Obstacle]:
    if context.states.get("EDIT_ISSUES") is not HELD:
        return []
    if survey.no_issue:
        remark = "The edit screen was not looked at: the project has no issue yet."
        return [Obstacle(("edit",), HELD, remark)]
    if survey.edit is None:
        return [_unsure(("edit",), f"the edit screen in {context.project.key}")]
    wanted = wanted_fields(survey, context)
    return _missing_on("edit", survey.edit, off_screen(survey.edit, wanted), survey, context)


def _missing_on(
    which: str, screen: Screen, lacking: Mapping[str, str], survey: Survey, context: Context
) -> list[Obstacle]:
    usual = "create_story" if which == "create" else "edit"
    found = []
    for name, field_id in lacking.items():
        word = _field_name(field_id, context)
        place = f"the {which} screen of {screen.type.name} in {context.project.key}"
        found.append(
            Obstacle(
                (_OF_FIELD.get(name, usual),),
                MISSING,
                f"The field {word} is not on {place}: ask a Jira admin to add it.",
                f"Please add the field “{word}” to {place}: {_where_screens(which, context)}",
            )
        )
    return found


def _where_screens(which: str, context: Context) -> str:
    if context.team_managed:
        return (
            "Project settings → Issue types → the issue type → drag the field in → “Save changes”."
        )
    step = "Create Issue" if which == "create" else "Edit Issue"
    return (
        f"Project settings → Screens → the screen of “{step}” → “Add field”. If a field "
        "configuration hides it: Project settings → Fields → “Show”."
    )


def _demanded(meta: FieldMeta, screen: Screen, context: Context) -> Obstacle:
    place = f"{screen.type.name} in {context.project.key}"
    return Obstacle(
        ("create_story",),
        MISSING,
        f"Jira demands the field {meta.name} for a new {place}, and the board does not fill it: "
        "ask a Jira admin to make it optional or to give it a default.",
        f"Please make the field “{meta.name}” optional for a new {place}, or give it a default "
        "value: Project settings → Fields → the field configuration → “Optional”.",
    )


def _field_name(field_id: str, context: Context) -> str:
    names = {info.id: info.name for info in context.instance.fields}
    return names.get(field_id) or field_id


def _boards(survey: Survey, context: Context) -> list[Obstacle]:
    key, who = context.project.key, context.account
    if not survey.software:
        return [
            Obstacle(
                ("move_to_sprint", "reorder"),
                MISSING,
                f"{who} has no access to boards and sprints of this Jira: Jira Software is not "
                "installed, or the account has no licence for it.",
                f"Please give {who} access to Jira Software: Settings → Applications (on Cloud: "
                "Settings → User management) → Application access, or “Product access”.",
            )
        ]
    if survey.boards is None:
        return [_unsure(("move_to_sprint",), f"the boards of {key}")]
    board = board_in(survey.boards, context.wanted)
    ask = (
        f"Please create a Scrum board for {context.admin}, or share one with {who}: Boards → “View "
        "all boards” → “Create board” → “Create a Scrum board”; its filter is shared under Board "
        "settings → General → “Edit filter shares”."
    )
    if board is None:
        chosen = context.wanted.board_id
        message = (
            f"{who} does not see the board {chosen} that the mapping of {key} names."
            if chosen is not None
            else f"{who} sees no board of {key}, so there are no sprints to move to."
        )
    elif not survey.sprints:
        kind = "Kanban board" if board.type == "kanban" else "board without sprints"
        message = f"The board {board.name} of {key} is a {kind}: a Scrum board is needed."
    else:
        return []
    return [Obstacle(("move_to_sprint",), MISSING, message, ask)]


def _links(context: Context) -> list[Obstacle]:
    known = context.instance.links
    if known is None:
        return [_unsure(("draw_dependency",), "the link types of this Jira")]
    if not known:
        return [
            Obstacle(
                ("draw_dependency",),
                MISSING,
                "Issue linking is switched off in this Jira, or it has no link types.",
                "Please switch issue linking on: Settings → Issues → Issue linking → “Activate”.",
            )
        ]
    return _gone_links({one.name for one in known}, context)


def _gone_links(known: set[str], context: Context) -> list[Obstacle]:
    gone: Sequence[str] = sorted(set(context.wanted.links.values()) - known)
    if not gone:
        return []
    named = ", ".join(gone)
    return [
        Obstacle(
            ("draw_dependency",),
            MISSING,
            f"This Jira no longer has the link type {named}, which the mapping names.",
            f"Please add the link type “{named}”: Settings → Issues → Issue linking → “Add”.",
        )
    ]


def _unsure(operations: tuple[str, ...], what: str) -> Obstacle:
    return Obstacle(operations, UNKNOWN, f"{what} could not be read. Check this row again.")
