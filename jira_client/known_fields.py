"""The custom fields that Jira Software and Advanced Roadmaps bring: sprint, epic, rank, points, parent.

They are found by `schema.custom` and the board's estimation field; names are the last resort.

Source of `schema.custom`: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/#api-rest-api-3-field-get
That these are the fields' keys was seen in answers of real instances; the vendor
does not say.
"""

from collections.abc import Iterable

from jira_client.values import FieldInfo

_GREENHOPPER = "com.pyxis.greenhopper.jira:"
SPRINT, EPIC_LINK, EPIC_NAME, RANK, TEAM_MANAGED_POINTS = (
    _GREENHOPPER + name
    for name in ("gh-sprint", "gh-epic-link", "gh-epic-label", "gh-lexo-rank", "jsw-story-points")
)
# Of Advanced Roadmaps for Data Center: where epics, and what is above them, name their parent.
PARENT_LINK = "com.atlassian.jpo:jpo-custom-field-parent"
CHECK_BOXES = "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes"
# Of Advanced Roadmaps: the target dates of a plan.
TARGET_START, TARGET_END = (
    f"com.atlassian.jpo:jpo-custom-field-baseline-{end}" for end in ("start", "end")
)


def story_points(
    fields: Iterable[FieldInfo], estimation: str | None, *, team_managed: bool = False
) -> str | None:
    """The id of the field that holds story points, None where there is none. `estimation`: what the
    board estimates by; `team_managed`: such projects have a field of their own for them.
    """
    known = tuple(fields)
    own = of_schema(known, TEAM_MANAGED_POINTS)
    return (
        _estimated(known, estimation)
        or (own if team_managed else None)
        or named_number(known, "story points")
        or own
        or named_number(known, "story point estimate")
    )


def _estimated(fields: Iterable[FieldInfo], estimation: str | None) -> str | None:
    """The board's estimation field, if that can hold points: a board may also estimate by time, whose
    fields are Jira's own and count seconds.
    """
    if not estimation or not holds_points(estimation):
        return None
    told = next((info for info in fields if info.id == estimation), None)
    return estimation if told is None or told.schema_type in (None, "number") else None


def holds_points(field_id: str) -> bool:
    """Whether the field may hold points: Jira's own number fields are estimates of time, in seconds."""
    return field_id.startswith("customfield_")


def of_schema(fields: Iterable[FieldInfo], schema: str) -> str | None:
    """The id of the field of this kind, the last where there are several."""
    return {info.schema_custom: info.id for info in fields}.get(schema)


def named_number(fields: Iterable[FieldInfo], name: str) -> str | None:
    """The id of the first number field of this name, which is given in lower case."""
    for info in fields:
        if info.name.strip().lower() == name and info.schema_type == "number":
            return info.id
    return None


def start_date(fields: Iterable[FieldInfo]) -> str | None:
    """The id of the field that says when work begins: Cloud's “Start date”, else the target start of
    Advanced Roadmaps. Jira has no field of its own for it.
    """
    known = tuple(fields)
    for info in known:
        if info.custom and info.schema_type == "date" and info.name.strip().lower() == "start date":
            return info.id
    return of_schema(known, TARGET_START)


def flag(fields: Iterable[FieldInfo]) -> str | None:
    """The id of the field of check boxes in which Jira Software keeps its flag, None where there is none.

    Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-issue/ tells of the flag.
    That it is a field of check boxes called “Flagged” was seen in answers of real instances; the vendor
    does not say it.
    """
    for info in fields:
        if info.schema_custom == CHECK_BOXES and info.name.strip().lower() == "flagged":
            return info.id
    return None
