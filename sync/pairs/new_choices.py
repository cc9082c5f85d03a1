"""Choices that a field of Jira got after it was mapped: offered at once, and a team's choice paired.

A choice goes by its name on both sides, so that a new one of a customer's field needs no pair; it is only
said for a while. A new choice of the field that says the team is the team's that is called like it, where
that team has none here; else it is left to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from connections.models import MappedProject
from planning.models import Team
from sync.core.teams import FIELD
from sync.models import VersionOrigin
from sync.pairs import mapping_versions
from sync.pairs.create_screens import CreateScreens
from sync.pairs.mapping_versions import Cause
from sync.pairs.priorities import MOST_TYPES, offered_on

TEAM: Final = "team"
LATER: Final = (
    "later_choices"  # in MappedProject.facts: board field → choice → when it was first offered
)
TEAM_CHOICES: Final = "team_choices"  # the choices of the field that says the team, as last offered
SAID_FOR: Final = timedelta(days=14)


def facts_of(
    project: MappedProject, screens: CreateScreens, choices: Mapping[str, Iterable[str]]
) -> dict[str, Any]:
    """What of MappedProject.facts says which choices are new. `choices`: board field → what its screens
    offer now, of the customer's fields. Raises JiraError.
    """
    offered = {name: list(names) for name, names in choices.items()}
    before = dict(project.facts.get("field_choices", {}))
    found: dict[str, Any] = {}
    if (teams := _of_team(project, screens)) is not None:
        found[TEAM_CHOICES] = teams
        offered[TEAM] = teams
        if TEAM_CHOICES in project.facts:
            before[TEAM] = project.facts[TEAM_CHOICES]
    now, told = timezone.now(), project.facts.get(LATER, {})
    since = {name: _fresh(at, now) for name, at in told.items()}
    later = {
        name: {
            one: since.get(name, {}).get(one) or now.isoformat()
            for one in names
            if one in since.get(name, {}) or one not in before[name]
        }
        for name, names in offered.items()
        if before.get(name)
    }
    later = {name: said for name, said in later.items() if said}
    return {**found, LATER: later} if later or told else found


def _fresh(since: Mapping[str, str], now: datetime) -> dict[str, str]:
    limit = now - SAID_FOR
    return {one: at for one, at in since.items() if (parse_datetime(at) or limit) > limit}


def new_for_teams(project: MappedProject, found: Mapping[str, Any]) -> list[str]:
    """The choices for teams that the screens tell now and did not tell before. `found`: of `facts_of`,
    before it is noted."""
    before = project.facts.get(TEAM_CHOICES)
    return [one for one in found.get(TEAM_CHOICES, ()) if before and one not in before]


def _of_team(project: MappedProject, screens: CreateScreens) -> list[str] | None:
    """What the field that says the team offers; None where no field does, or it is no list."""
    source = project.team_source
    if source.get("kind") != FIELD or source.get("shape") != "option":
        return None
    found: dict[str, None] = {}
    for type_id in list(dict.fromkeys(map(str, project.type_map.values())))[:MOST_TYPES]:
        names = offered_on(screens.of(type_id) or (), str(source.get("field") or ""))
        found |= dict.fromkeys(names)
    return list(found)


def pair_teams(project: MappedProject, choices: Iterable[str]) -> list[str]:
    """Give teams without a choice here the new one that is called like them; their names. `choices`: those
    that are new. `project` is brought up to date.
    """
    wanted = {name.casefold(): name for name in choices}
    if not wanted or not project.team_source.get("values"):
        return []
    with transaction.atomic():
        row = MappedProject.objects.select_for_update(no_key=True).filter(pk=project.pk).first()
        if row is None or row.team_source.get("kind") != FIELD:
            return []
        values = dict(row.team_source["values"])
        named = {
            str(team.pk): wanted[team.name.casefold()]
            for team in Team.objects.all()
            if team.name.casefold() in wanted and str(team.pk) not in values
        }
        new = {team: name for team, name in named.items() if name not in values.values()}
        if not new:
            return []
        mapping_versions.record_found(row, mapping_versions.content_of(row))
        row.team_source = {**row.team_source, "values": {**values, **new}}
        row.save(update_fields=["team_source"])
        why = "New choices in Jira, each its team's of the same name: " + ", ".join(new.values())
        mapping_versions.record(row, actor=None, cause=Cause(VersionOrigin.BY_RULE, why))
        Team.objects.filter(pk__in=list(new), project=None).update(project=row)
    project.team_source = row.team_source
    return list(new.values())


def said(project: MappedProject) -> dict[str, list[str]]:
    """Board field → its choices that are new since the field was mapped, for two weeks."""
    now = timezone.now()
    found = {name: list(_fresh(since, now)) for name, since in project.facts.get(LATER, {}).items()}
    return {name: names for name, names in found.items() if names}
