"""The fields of a project that can say a team, with what they may hold: from its screens and issues.

Jira tells the choices of a list with the screen. Of a Team field it tells none: its teams are learned
from issues that name one, and otherwise given by their id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Final

from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD
from jira_client.jql import quote
from jira_client.values import FieldInfo, FieldMeta
from sync.core.propose import value_name
from sync.core.teams import told_teams
from sync.pairs.create_screens import CreateScreens

# Text, a choice of one, and the Team field, which takes a team's id as text.
_SHAPES: Final = ("string", "option", "team")
_TEXT_AREA: Final = "textarea"
# com.atlassian.teams:rm-teams-custom-field-team and com.atlassian.jpo:jpo-custom-field-team, of which
# Data Center says the type “any”.
_TEAM: Final = "team"
_LOOKED_THROUGH: Final = 100  # issues in which teams are looked for


@dataclass(frozen=True, slots=True)
class TeamField:
    """`choices`: what is sent → how people call it, as far as Jira tells. `whole`: it holds no other."""

    info: FieldInfo
    on_screen: bool = False
    choices: Mapping[str, str] = made_by(default_factory=dict)
    whole: bool = False

    @property
    def says_team(self) -> bool:
        """A Team field, or one that is called so."""
        return is_team_field(self.info) or self.info.name.strip().casefold() == "team"


def fitting(fields: Sequence[FieldInfo]) -> list[FieldInfo]:
    """Fields that can hold one team's value."""
    return [
        info
        for info in fields
        if info.custom
        and (info.schema_type in _SHAPES or is_team_field(info))
        and not (info.schema_custom or "").endswith(_TEXT_AREA)
    ]


def is_team_field(info: FieldInfo) -> bool:
    return info.schema_type == "team" or (info.schema_custom or "").endswith(_TEAM)


def of_project(
    jira: JiraClient,
    screens: CreateScreens,
    key: str,
    type_ids: Sequence[str],
    fields: Sequence[FieldInfo],
) -> list[TeamField]:
    """The fitting ones of `fields`, Team fields of the project's screens first. Raises JiraError.

    `type_ids`: the issue types that are mapped; the create screen of the first is looked at.
    """
    screen = {meta.id: meta for one in type_ids[:1] for meta in screens.of(one) or ()}
    found = [_with_choices(jira, key, info, screen) for info in fitting(fields)]
    return sorted(found, key=lambda one: (not one.on_screen, not one.says_team, one.info.name))


def preselected(fields: Sequence[TeamField]) -> TeamField | None:
    """The project's only field for teams, if it has exactly one."""
    found = [one for one in fields if one.on_screen and one.says_team]
    return found[0] if len(found) == 1 else None


def _with_choices(
    jira: JiraClient, key: str, info: FieldInfo, screen: Mapping[str, FieldMeta]
) -> TeamField:
    meta = screen.get(info.id)
    if meta is None:
        return TeamField(info)
    if is_team_field(info):
        return TeamField(info, True, seen_teams(jira, key, info.id))
    names = [value_name(one) for one in meta.allowed]
    return TeamField(info, True, {name: name for name in names}, whole=bool(names))


def seen_teams(jira: JiraClient, key: str, field_id: str) -> dict[str, str]:
    """Id → name of the teams that the project's newest issues name. Raises JiraError."""
    try:
        query = f"project = {quote(key)} ORDER BY updated DESC"
        rows = jira.search.page(query, (field_id,), limit=_LOOKED_THROUGH).issues
    except NOT_TOLD:
        return {}
    found: dict[str, str] = {}
    for issue in rows:
        for team, name in told_teams(issue.fields.get(field_id)).items():
            found.setdefault(team, name)
    return found
