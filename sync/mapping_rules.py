"""What a mapping holds besides pairs, judged before it is stored against what Jira takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connections.gateway import jira_for
from connections.models import MappedProject
from sync import link_rules, steps, teams


def judged(project: MappedProject, values: Mapping[str, Any]) -> dict[str, Any]:
    """MappedProject's attributes as they become. Raises Refused (422), JiraError, NotReady."""
    found: dict[str, Any] = {}
    if values.get("transition_defaults"):
        jira = jira_for(project.connection)
        found["transition_defaults"] = steps.judged(jira, project, values["transition_defaults"])
    if values.get("team_source"):
        found["team_source"] = teams.judged(project, values["team_source"])
    if values.get("link_rules") is not None:
        found["link_rules"] = link_rules.judged(project, values["link_rules"])
    return found
