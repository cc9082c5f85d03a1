"""The custom fields that Jira itself brings. Found by `schema.custom` and the board's estimation field;
names are the last resort.
"""

from collections.abc import Iterable

from jira_client.values import FieldInfo

_GREENHOPPER = "com.pyxis.greenhopper.jira:"
SPRINT, EPIC_LINK, RANK, TEAM_MANAGED_POINTS = (
    _GREENHOPPER + name
    for name in ("gh-sprint", "gh-epic-link", "gh-lexo-rank", "jsw-story-points")
)
# Of Advanced Roadmaps for Data Center: where epics, and what is above them, name their parent.
PARENT_LINK = "com.atlassian.jpo:jpo-custom-field-parent"


def story_points(fields: Iterable[FieldInfo], estimation: str | None) -> str | None:
    """The id of the field that holds story points, None where there is none. `estimation`: what the
    board estimates by.
    """
    known = tuple(fields)
    return (
        estimation
        or named_number(known, "story points")
        or of_schema(known, TEAM_MANAGED_POINTS)
        or named_number(known, "story point estimate")
    )


def of_schema(fields: Iterable[FieldInfo], schema: str) -> str | None:
    """The id of the field of this kind, the last where there are several."""
    return {info.schema_custom: info.id for info in fields}.get(schema)


def named_number(fields: Iterable[FieldInfo], name: str) -> str | None:
    """The id of the first number field of this name, which is given in lower case."""
    for info in fields:
        if info.name.strip().lower() == name and info.schema_type == "number":
            return info.id
    return None
