"""Choosing where a project's issues say their team: what Jira has for it, judged before it is stored."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.models import MappedProject
from jira_client.client import JiraClient
from planning.models import Team
from sync.core.teams import BOARD, COMPONENT, FIELD, KINDS, LABEL, PROJECT
from sync.mapping import team_boards, team_fields
from sync.mapping.team_fields import TeamField
from sync.pairs.create_screens import CreateScreens


def shown(project: MappedProject) -> dict[str, Any]:
    """As the API shows it."""
    stored = project.team_source
    return {
        "kind": stored.get("kind", PROJECT),
        "field": stored.get("field", ""),
        "values": stored.get("values", {}),
    }


def judged(project: MappedProject, source: Mapping[str, Any]) -> dict[str, Any]:
    """What MappedProject.team_source becomes. Raises Refused (422), JiraError, NotReady."""
    kind = str(source.get("kind") or PROJECT)
    if kind not in KINDS:
        raise _refused(f"A team is said by one of {', '.join(KINDS)}.")
    if kind == PROJECT:
        return {}
    if kind == BOARD:
        return team_boards.judged_as_source(project)
    words = {str(team): " ".join(str(value).split()) for team, value in source["values"].items()}
    values = {team: value for team, value in words.items() if value}
    _check_teams(values)
    stored: dict[str, Any] = {"kind": kind, "values": values}
    jira = jira_for(project.connection)
    if kind == FIELD:
        stored |= _field(jira, project, str(source.get("field") or ""), values)
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
    _refuse_twice(values)


def _refuse_twice(values: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for value in values.values():
        if value in seen:
            raise _refused(f"“{value}” cannot stand for two teams.")
        seen.add(value)


def _field(
    jira: JiraClient, project: MappedProject, wanted: str, values: Mapping[str, str]
) -> dict[str, Any]:
    fields = [one for one in jira.fields.all() if one.id == wanted]
    types = [str(one) for one in project.type_map.values()]
    found = team_fields.of_project(
        jira, CreateScreens(jira, project.key), project.key, types, fields
    )
    if not found:
        raise _refused("Choose a field that holds one text or one choice.")
    (field,) = found
    taken = [word for word, remote in project.field_map.items() if remote == wanted]
    if taken:
        raise _refused(f"“{field.info.name}” is the board's {taken[0]} already.")
    sent = {team: _sent(field, value) for team, value in values.items()}
    _refuse_twice(sent)
    return {"field": wanted, "shape": field.info.schema_type or "", "values": sent}


def _sent(field: TeamField, value: str) -> str:
    """What Jira is to be told: a team's id, though people may call it by name. Raises Refused."""
    if value in field.choices:
        return value
    named = [sent for sent, name in field.choices.items() if name == value]
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        raise _refused(f"Several teams in Jira are called “{value}”: give the id of one of them.")
    if field.whole:
        names = ", ".join(field.choices)
        raise _refused(f"“{field.info.name}” has no choice “{value}”. It has: {names}.")
    if team_fields.is_team_field(field.info) and " " in value:
        raise _refused(
            f"No issue of the project names a team “{value}”, and it is no team's id. In Jira the id "
            "is the last part of the address of the team's page."
        )
    return value


def follow(project: MappedProject) -> None:
    """Teams named here that have no project yet have this one: its board holds their sprints."""
    named = list(project.team_source.get("values", ()))
    Team.objects.filter(pk__in=named, project=None).update(project=project)


def _refused(words: str) -> Refused:
    return Refused(words, fields={"team_source": [words]})
