"""Fields that the board writes and a screen does not offer, or that Jira demands and nobody fills."""

from collections.abc import Mapping

from jira_client.known_fields import story_points
from jira_client.permission_evaluation import Obstacle
from jira_client.setup_findings.context import HELD, MISSING, Context, unsure
from jira_client.setup_survey import Screen, Survey
from jira_client.values import FieldMeta

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
    "components": "",
    "start_date": "",
    "due_date": "SCHEDULE_ISSUES",
    "original_estimate": "",
    "remaining_estimate": "",
    "flagged": "",
}
# Without these an edit still works, so a screen that lacks them is a remark.
_BY_THE_WAY = frozenset(
    {"components", "start_date", "due_date", "original_estimate", "remaining_estimate", "flagged"}
)
# Where a board field is written in another field than the one it is read from.
# Source: https://developer.atlassian.com/server/jira/platform/jira-rest-api-examples/
_WRITTEN_IN: Mapping[str, str] = {
    "original_estimate": "timetracking",
    "remaining_estimate": "timetracking",
}
_OF_FIELD: Mapping[str, str] = {"reporter": "set_reporter", "assignee": "set_assignee"}
# Filled by the client itself or by Jira, whatever the mapping says.
_ALWAYS = frozenset({"project", "issuetype", "summary", "reporter"})


def find(survey: Survey, context: Context) -> list[Obstacle]:
    """Fields that are missing on the create or edit screen, or demanded and filled by nobody."""
    return [*_on_create_screens(survey, context), *_on_edit_screen(survey, context)]


def wanted_fields(survey: Survey, context: Context) -> dict[str, str]:
    """Board field → Jira field id of what the board writes through screens.

    The mapped fields, or else the defaults.
    """
    wanted = context.wanted
    if wanted.mapped:
        found = {
            name: _WRITTEN_IN.get(name, wanted.fields[name])
            for name in _WRITTEN
            if name in wanted.fields
        }
    else:
        found = {name: name for name in _DEFAULTS}
        points = story_points(
            context.instance.fields, survey.estimation, team_managed=context.team_managed
        )
        if points:
            found["story_points"] = points
    return {
        name: field_id
        for name, field_id in found.items()
        if not _WRITTEN[name] or context.states.get(_WRITTEN[name]) is HELD
    }


def off_screen(screen: Screen, wanted: Mapping[str, str]) -> dict[str, str]:
    """Those of the wanted fields that the screen does not offer, board field → Jira field id."""
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


def _on_create_screens(survey: Survey, context: Context) -> list[Obstacle]:
    if context.states.get("CREATE_ISSUES") is not HELD or survey.types is None:
        return []
    if survey.create is None:
        return [unsure(("create_story",), f"the create screen in {context.project.key}")]
    wanted = wanted_fields(survey, context)
    found: list[Obstacle] = []
    for screen in survey.create:
        found += _missing_on("create", screen, off_screen(screen, wanted), survey, context)
        found += [_demanded(meta, screen, context) for meta in unfilled(screen, wanted)]
    return found


def _on_edit_screen(survey: Survey, context: Context) -> list[Obstacle]:
    if context.states.get("EDIT_ISSUES") is not HELD:
        return []
    if survey.no_issue:
        remark = "The edit screen was not looked at: the project has no issue yet."
        return [Obstacle(("edit",), HELD, remark)]
    if survey.edit is None:
        return [unsure(("edit",), f"the edit screen in {context.project.key}")]
    wanted = wanted_fields(survey, context)
    return _missing_on("edit", survey.edit, off_screen(survey.edit, wanted), survey, context)


def _missing_on(
    which: str, screen: Screen, lacking: Mapping[str, str], survey: Survey, context: Context
) -> list[Obstacle]:
    usual = "create_story" if which == "create" else "edit"
    found = []
    # By Jira's field, so that one in which two of the board's are written is named once.
    for field_id, name in {field_id: name for name, field_id in lacking.items()}.items():
        word = _field_name(field_id, context)
        place = f"the {which} screen of {screen.type.name} in {context.project.key}"
        found.append(
            Obstacle(
                (_OF_FIELD.get(name, usual),),
                HELD if name in _BY_THE_WAY else MISSING,
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
