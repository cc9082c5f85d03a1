"""Where a project's issues say which team they are of, if not the project itself says it.

A field holds the team's value; a label or a component is the team's among others, which stay. By board,
an issue is of the team on whose board its sprint is; one that is in no sprint says no team.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any, Final

PROJECT, FIELD, LABEL, COMPONENT, BOARD = KINDS = (
    "project",
    "field",
    "label",
    "component",
    "board",
)
_FIELDS: Final = {LABEL: "labels", COMPONENT: "components"}


@dataclass(frozen=True, slots=True)
class TeamSource:
    """`values`: team id → Jira's value, of kind *board* the board's id as text. `field`: of kind *field*
    and *board* the id of the field that says it; `shape`: its schema type.
    """

    kind: str = PROJECT
    field: str = ""
    shape: str = ""
    values: Mapping[str, str] = made_by(default_factory=dict)

    @property
    def remote_field(self) -> str:
        """The Jira field that says it; empty where the project itself does."""
        return _FIELDS.get(self.kind, self.field if self.kind in (FIELD, BOARD) else "")

    @property
    def among(self) -> str:
        """The board field among whose values the team's is; empty where there is none such."""
        return _FIELDS.get(self.kind, "")

    @property
    def by_board(self) -> bool:
        return self.kind == BOARD

    def on_board(self, board: int | None) -> str | None:
        """The team whose sprints are on that board."""
        return next((team for team, value in self.values.items() if value == str(board)), None)

    def read(self, raw: Any) -> tuple[str | None, str]:
        """The team's id or None, and what of Jira's value stands for no team, or for several."""
        found = _names(raw)
        if self.kind == FIELD:
            by_value = {value: team for team, value in self.values.items()}
            team = next((by_value[name] for name in found if name in by_value), None)
            shown = next((name for name in reversed(found) if name), "")
            return (team, "") if team else (None, shown)
        teams = [team for team, value in self.values.items() if value in found]
        if len(teams) > 1:
            return None, ", ".join(self.values[team] for team in teams)
        return (teams[0] if teams else None), ""

    def others(self, field: str, words: Iterable[str]) -> list[str]:
        """Those of the board field's values that are no team's; all, where it says no team."""
        teams = set(self.values.values()) if self.among == field else set()
        return [word for word in words if word not in teams]

    def say(self, team: str | None, body: dict[str, Any], update: dict[str, Any]) -> None:
        """Add to an issue's body what makes it this team's. The team must have a value here."""
        value = self.values[team] if team else None
        if self.kind == FIELD:
            body[self.field] = {"value": value} if value and self.shape == "option" else value
        elif self.among in body:
            given = [name for one in body[self.among] for name in _names(one)]
            words = sorted({*self.others(self.among, given), *([value] if value else [])})
            body[self.among] = [self._spoken(word) for word in words]
        else:
            gone = [one for one in dict.fromkeys(self.values.values()) if one != value]
            steps = [{"add": self._spoken(value)}] if value else []
            update[self.remote_field] = steps + [{"remove": self._spoken(one)} for one in gone]

    def _spoken(self, value: str) -> Any:
        return {"name": value} if self.kind == COMPONENT else value


def told_teams(raw: Any) -> dict[str, str]:
    """Id → name of the team that a Team field's value names; the id is its own name where Jira says no
    other.

    Cloud tells an object with id, name and title, or the bare id
    (developer.atlassian.com/platform/teams/components/team-field-in-jira-rest-api). Of Advanced Roadmaps
    for Data Center the vendor shows no answer. Programs against one such Jira, whose teams have numbers
    as ids, send the number as text (opendatahub-io/odh-dashboard, .claude/rules/jira-creation.md) and
    read either an object's id or the bare value (RedHatProductSecurity/osidb, JiraTaskConvertor): so all
    of these are taken, the number as number too, and one of them in a list.
    """
    if isinstance(raw, list | tuple):
        return {key: name for one in raw for key, name in told_teams(one).items()}
    if isinstance(raw, Mapping):
        found = told_teams(raw.get("id"))
        return {key: str(raw.get("title") or raw.get("name") or key) for key in found}
    if isinstance(raw, bool) or not isinstance(raw, str | int) or raw == "":
        return {}
    return {str(raw): str(raw)}


def _names(raw: Any) -> Sequence[str]:
    """Every word by which Jira's JSON for a value, or for several, may be meant; the ids first."""
    if isinstance(raw, list | tuple):
        return [name for one in raw for name in _names(one)]
    if isinstance(raw, Mapping):
        return [str(raw[key]) for key in ("id", "value", "name", "title") if raw.get(key)]
    return [str(raw)] if raw not in (None, "") else []
