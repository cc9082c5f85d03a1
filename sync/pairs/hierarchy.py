"""In which field issues of a type name their parent, where Jira has a field apiece: Data Center.

Stories do so by Epic Link, sub-tasks by `parent`, and with Advanced Roadmaps epics and what is above
them by Parent Link. Both links hold the parent's key as text (so does opendatahub-io/odh-dashboard,
.claude/rules/jira-creation.md, of one such Jira; the vendor shows no answer). Jira offers no Epic Link on
the screens of epics: a type that has Parent Link there and no Epic Link is one of those.

And of which level of Jira's hierarchy each type is, so that the board can judge a parent when it is typed
(`planning.levels`). Cloud tells it of each type; Data Center has sub-tasks, epics, which alone have an
Epic Name, and types that have an Epic Link, one below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jira_client.client import JiraClient
from jira_client.known_fields import EPIC_LINK, EPIC_NAME, PARENT_LINK, of_schema
from jira_client.values import FieldInfo, IssueType
from sync.core.values import PARENT
from sync.pairs.create_screens import CreateScreens

_PARENTS = {EPIC_LINK, PARENT_LINK}
SUBTASK, STORY, EPIC = -1, 0, 1  # levels, by Cloud's numbers


def facts_of(
    jira: JiraClient,
    screens: CreateScreens,
    types: Sequence[IssueType],
    fields: Sequence[FieldInfo],
) -> dict[str, Any]:
    """What of MappedProject.facts says where parents are named, and the types' levels. One screen a type
    on Data Center, none on Cloud. Raises JiraError.
    """
    link = of_schema(fields, PARENT_LINK) or ""
    by_screens = jira.flavour.parent_style != PARENT
    rest = [one.id for one in types if not one.subtask]
    offered = {one: _kinds(screens, one) for one in rest} if by_screens else {}
    above = [one for one, screen in offered.items() if {PARENT_LINK} == screen & _PARENTS]
    levels = {one.id: SUBTASK for one in types if one.subtask}
    return {
        "subtask_types": list(levels),
        "parent_link": link if by_screens else "",
        "parent_link_types": above if link else [],
        "levels": levels | told_levels(types) | _levels(offered),
    }


def told_levels(types: Sequence[IssueType]) -> dict[str, int]:
    """Issue type id → level, of those of which Jira tells it: on Cloud."""
    return {one.id: one.hierarchy_level for one in types if one.hierarchy_level is not None}


def _levels(screens: Mapping[str, set[str | None]]) -> dict[str, int]:
    """The same by what the screens of Data Center offer; of what is above epics nothing is known."""
    epics = {one: EPIC for one, screen in screens.items() if EPIC_NAME in screen}
    return epics | {one: STORY for one, screen in screens.items() if EPIC_LINK in screen}


def _kinds(screens: CreateScreens, type_id: str) -> set[str | None]:
    """The kinds of custom fields on the create screen; none where the account may not create there."""
    return {meta.schema_custom for meta in screens.of(type_id) or ()}
