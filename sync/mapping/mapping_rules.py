"""What a mapping holds besides pairs, judged before it is stored against what Jira takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.models import MappedProject
from jira_client.known_fields import holds_points
from sync.core.field_directions import BOTH, WAYS
from sync.core.values import NUMBERS, is_compared
from sync.mapping import link_rules, teams, transition_fields
from sync.outbound import create_defaults


def judged(project: MappedProject, values: Mapping[str, Any]) -> dict[str, Any]:
    """MappedProject's attributes as they become. Raises Refused (422), JiraError, NotReady."""
    found: dict[str, Any] = {}
    if values.get("transition_defaults"):
        jira = jira_for(project.connection)
        found["transition_defaults"] = transition_fields.judged(
            jira, project, values["transition_defaults"]
        )
    if values.get("create_defaults"):
        jira = jira_for(project.connection)
        found["create_defaults"] = create_defaults.judged(jira, project, values["create_defaults"])
    if values.get("team_source"):
        found["team_source"] = teams.judged(project, values["team_source"])
    if values.get("field_directions"):
        fields = {**project.field_map, **(values.get("field_map") or {})}
        ways = {**project.field_directions, **values["field_directions"]}
        found["field_directions"] = directions(fields, ways)
    if values.get("link_rules") is not None:
        found["link_rules"] = link_rules.judged(project, values["link_rules"])
    return found


def directions(fields: Mapping[str, Any], ways: Mapping[str, str | None]) -> dict[str, str]:
    """What a mapping stores of them: what goes both ways is not kept. Raises Refused (422).

    `fields`: board field → Jira's field; `ways`: board field → a way, None for both.
    """
    for name, way in ways.items():
        if way is not None and way not in WAYS:
            words = f"A field goes one of {', '.join(WAYS)}."
        elif not fields.get(name) or not is_compared(name):
            words = f"“{name}” has no pair in Jira that could go one way only."
        else:
            continue
        raise Refused(words, fields={"field_directions": [words]})
    return {name: way for name, way in ways.items() if way and way != BOTH}


def refuse_time(maps: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Raises Refused (422) where points would be written to Jira's estimates of time, in seconds."""
    fields = maps.get("field_map") or {}
    wrong = [
        f"“{fields[name]}” holds no points: Jira's own number fields count seconds. Choose a custom "
        "number field, or leave it on the board."
        for name in NUMBERS
        if fields.get(name) and not holds_points(str(fields[name]))
    ]
    if wrong:
        raise Refused(wrong[0], fields={"field_map": wrong})
