"""Choosing where a project's issues say their team: what Jira has for it, judged before it is stored."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from almconnect.lib.api import Refused
from connections.gateway import jira_for
from connections.models import MappedProject
from jira_client.client import JiraClient
from jira_client.values import FieldInfo
from planning.models import Team
from sync.core.teams import COMPONENT, FIELD, KINDS, LABEL, PROJECT

# Text, a choice of one, and the Team field of Advanced Roadmaps, which takes a team's id as text.
_SHAPES: Final = ("string", "option", "team")
_TEXT_AREA: Final = "textarea"


def shown(project: MappedProject) -> dict[str, Any]:
    """As the API shows it."""
    stored = project.team_source
    return {
        "kind": stored.get("kind", PROJECT),
        "field": stored.get("field", ""),
        "values": stored.get("values", {}),
    }


def fitting(fields: Sequence[FieldInfo]) -> list[FieldInfo]:
    """Fields that can hold one team's value, those called “Team” first."""
    found = [
        info
        for info in fields
        if info.custom
        and (info.schema_type in _SHAPES or (info.schema_custom or "").endswith("team"))
        and not (info.schema_custom or "").endswith(_TEXT_AREA)
    ]
    return sorted(found, key=lambda info: (not is_named_team(info), info.name))


def is_named_team(info: FieldInfo) -> bool:
    return info.name.strip().casefold() == "team"


def judged(project: MappedProject, source: Mapping[str, Any]) -> dict[str, Any]:
    """What MappedProject.team_source becomes. Raises Refused (422), JiraError, NotReady."""
    kind = str(source.get("kind") or PROJECT)
    if kind not in KINDS:
        raise _refused(f"A team is said by one of {', '.join(KINDS)}.")
    if kind == PROJECT:
        return {}
    words = {str(team): " ".join(str(value).split()) for team, value in source["values"].items()}
    values = {team: value for team, value in words.items() if value}
    _check_teams(values)
    stored: dict[str, Any] = {"kind": kind, "values": values}
    jira = jira_for(project.connection)
    if kind == FIELD:
        stored |= _field(jira, project, str(source.get("field") or ""))
    elif kind == LABEL:
        spaced = [value for value in values.values() if " " in value]
        if spaced:
            raise _refused(f"A label holds no spaces: “{spaced[0]}”.")
    elif kind == COMPONENT:
        there = set(jira.projects.components(project.remote_id).values())
        unknown = [value for value in values.values() if value not in there]
        if unknown:
            names = ", ".join(sorted(there)) or "none"
            raise _refused(f"{project.key} has no component “{unknown[0]}”. It has: {names}.")
    return stored


def _check_teams(values: Mapping[str, str]) -> None:
    there = set(
        Team.objects.filter(pk__in=[uuid.UUID(team) for team in values]).values_list(
            "pk", flat=True
        )
    )
    if len(there) < len(values):
        raise _refused("There is no such team.")
    seen: set[str] = set()
    for value in values.values():
        if value in seen:
            raise _refused(f"“{value}” cannot stand for two teams.")
        seen.add(value)


def _field(jira: JiraClient, project: MappedProject, wanted: str) -> dict[str, str]:
    info = next((one for one in fitting(jira.fields.all()) if one.id == wanted), None)
    if info is None:
        raise _refused("Choose a field that holds one text or one choice.")
    taken = [word for word, remote in project.field_map.items() if remote == wanted]
    if taken:
        raise _refused(f"“{info.name}” is the board's {taken[0]} already.")
    return {"field": wanted, "shape": info.schema_type or ""}


def follow(project: MappedProject) -> None:
    """Teams named here that have no project yet have this one: its board holds their sprints."""
    named = list(project.team_source["values"])
    Team.objects.filter(pk__in=named, project=None).update(project=project)


def _refused(words: str) -> Refused:
    return Refused(words, fields={"team_source": [words]})
